"""Attachments: what can be read of each kind of file, what blocks, and what is refused at the door."""

import asyncio
import base64
import hashlib
import io
import struct
import sys
import time
import zipfile
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from openpyxl import Workbook
from openpyxl.comments import Comment
from pypdf import PdfWriter

from chassis.objects import read_object
from chassis.runtime import App
from contracts.base import Done
from contracts.publication import files as c
from contracts.publication.documents import GetText, Publish, Review, TextContent, Withdraw
from contracts.publication.record import Check, Leak
from services.publication.attachments import extracting, formats, scanning
from services.publication.attachments.receiving import object_name
from services.publication.service import Publication
from tests.publication.test_service import clear, draft, file_of, refused, with_check_sign
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
LONG = "这个文件里的图片旁边有足够多的文字，所以它不是扫描件。"
NUMBER = with_check_sign("11000019900307747")


def word(body: str, *, comment: str = "", deleted: str = "", embedded: bool = False) -> bytes:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    gone = f"<w:del><w:r><w:delText>{deleted}</w:delText></w:r></w:del>"
    said, noted = (f"<w:p><w:r><w:t>{text}</w:t></w:r>" for text in (body, comment))
    parts = {
        "word/document.xml": f"<w:document {space}><w:body>{said}{gone}</w:p></w:body></w:document>",
        "word/comments.xml": f"<w:comments {space}><w:comment>{noted}</w:p></w:comment></w:comments>",
        "word/media/image1.png": "x",
    } | ({"word/embeddings/sheet.xlsx": "x"} if embedded else {})
    return _zip(parts)


def _zip(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def sheets(shown: str, *, hidden: str = "", comment: str = "", picture: int = 0, external: bool = False) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = shown
    if comment:
        sheet["A1"].comment = Comment(comment, "someone")
    other = book.create_sheet("藏起来的表")
    other.sheet_state = "veryHidden"
    other["C7"] = hidden
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/media/image1.png", b"\0" * picture)
        if external:
            archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    return file.getvalue()


def pdf(*pages: str, note: str = "", password: str = "") -> bytes:
    """Pages with a line of Latin text each; an empty one is a page without text, as a scan has."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>"
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", font]
    kids = []
    for text in pages:
        drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        objects.append(f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream".encode())
        beside = f"/Annots [<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents ({note}) >>]" if note else ""
        at = len(objects)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {at} 0 R "
            f"/Resources << /Font << /F1 3 0 R >> >> {beside} >>".encode()
        )
        kids.append(f"{at + 1} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    made = body + f"{end}startxref\n{len(body)}\n%%EOF".encode()
    if not password:
        return made
    writer, file = PdfWriter(clone_from=io.BytesIO(made)), io.BytesIO()
    writer.encrypt(password)
    writer.write(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        (
            "a.docx",
            word(f"正文在此，{LONG}", comment="批注在此", deleted="删去的话"),
            ("正文在此", "批注在此", "删去的话"),
        ),
        (
            "a.xlsx",
            sheets("看得见", hidden="看不见", comment="批注在此"),
            ("看不见", "批注在此", "藏起来的表"),
        ),
        ("a.pdf", pdf("First page", "Second page", note="A note"), ("First page", "Second page", "A note")),
        ("a.html", "<p>网页<!-- 注释 --></p>".encode(), ("网页", "注释")),
        ("a.txt", "国标编码".encode("gb18030"), ("国标编码",)),
    ],
)
async def test_text_is_read_with_what_is_hidden(name: str, data: bytes, said: tuple[str, ...]) -> None:
    found = formats.extract(name, data)
    assert found.readable
    assert all(each in found.text for each in said), found.text


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("scan.pdf", pdf("Readable", "")),
        ("scan.docx", word("附件1")),
        ("scan.html", b"<h1>1</h1><img src=a>"),
        ("locked.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("locked.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("old.xls", b"\xd0\xcf\x11\xe0"),
        ("old.wps", b"\xd0\xcf\x11\xe0"),
        ("page.ofd", _zip({"OFD.xml": "<OFD/>"})),
        ("all.zip", _zip({"a.txt": "x"})),
        ("all.rar", b"Rar!"),
        ("outside.xlsx", sheets("x" * 40, external=True)),
        ("secret.pdf", pdf("Readable", password="x")),
        ("broken.pdf", pdf("Readable")[:200]),
        ("broken.docx", b"PK\x03\x04 not really"),
        ("inside.docx", word("正文", embedded=True)),
        ("empty.txt", b"  \n"),
        ("photo.png", b"\x89PNG"),
        ("old.doc", b"\xd0\xcf\x11\xe0"),
        ("bomb.docx", _zip({"word/document.xml": "0" * 80_000_000})),
    ],
)
async def test_what_nobody_can_read_is_never_clean(name: str, data: bytes) -> None:
    assert not formats.extract(name, data).readable


async def test_a_parser_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(sheets(LONG))
    assert (await extracting.extracted("a.xlsx", path)).readable
    begun = time.monotonic()
    assert not (await extracting.extracted("a.xlsx", path, seconds=0.01)).readable
    assert time.monotonic() - begun < 2


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def send(
    desk: Desk, id: str, name: str, data: bytes, *, upload: str, sha256: str = "", size: int = c.MAX_PIECE
) -> Done:
    for offset in range(0, len(data), size):
        piece = data[offset : offset + size]
        command = c.Piece(id=id, upload=upload, offset=offset, content=base64.b64encode(piece).decode())
        for _ in range(2):  # sent twice, as after an answer that was lost
            kept = await desk(command, c.Uploaded, as_="张起草", agency="czj")
            assert kept.bytes == offset + len(piece)
    digest = sha256 or hashlib.sha256(data).hexdigest()
    attach = c.Attach(id=id, upload=upload, name=name, sha256=digest, bytes=len(data))
    done: Done = await desk(attach, Done, as_="张起草", agency="czj", timeout=60)
    return done


def upload(number: int) -> str:
    return f"upload{number:020d}"


async def test_an_attachment_is_kept_published_and_taken_down(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    id = await draft(desk, "带附件的文件", formed_on=date(2026, 11, 20))
    data = sheets("公开的数字", hidden="第二张表的话", picture=900_000)
    await send(desk, id, "名单.xlsx", data, upload=upload(1), size=300_000)
    await send(desk, id, "名单.xlsx", data, upload=upload(2))
    (file,) = (await file_of(desk, id)).record.attachments
    assert (file.check, file.findings, file.virus_scan) == (Check.READ, 0, "未扫描")
    await clear(desk, id)
    await desk(Publish(id=id), Done, as_="赵审核", agency="bgs")
    gateway = (await servers.client("gateway")).jetstream()
    assert await read_object(gateway, "documents", object_name(id, file.sha256)) == data
    held = (await app.it.documents.load(id)).state
    record = app.it.documents.kind.retell(held)[1].record  # type: ignore[attr-defined]
    assert "第二张表的话" in (record.attachments[0].text.inline or "")
    assert (await desk(GetText(sha256=file.text.sha256), TextContent)).text.startswith("Sheet")
    await desk(Withdraw(id=id, leak=Leak.PERSONAL), Done, as_="赵审核", agency="bgs")
    assert await read_object(gateway, "documents", object_name(id, file.sha256)) is None
    assert await app.it.texts.bring(file.text.sha256) is None
    operator = (await servers.client("operator")).jetstream()
    left = await operator.stream_info("OBJ_documents", subjects_filter="$O.documents.>")
    assert not any(upload(1) in subject or upload(2) in subject for subject in left.state.subjects or {})
    assert "名单" not in repr(await app.it.documents.entries(id))


async def test_personal_data_in_an_attachment_blocks(desk: Desk) -> None:
    id = await draft(desk, "附件含个人信息", formed_on=date(2026, 11, 20))
    await send(desk, id, "表.xlsx", sheets("名单", hidden=f"身份证{NUMBER}"), upload=upload(3))
    found = await file_of(desk, id)
    assert found.record.findings == 1
    assert [(each.kind, each.place) for each in found.findings] == [("居民身份证号", "表.xlsx")]
    assert NUMBER not in found.model_dump_json()
    await refused("personal_data", clear(desk, id))


async def test_an_unreadable_attachment_waits_for_another_person(desk: Desk) -> None:
    id = await draft(desk, "附件是扫描件", formed_on=date(2026, 11, 20))
    data = pdf("")
    await send(desk, id, "扫描件.pdf", data, upload=upload(4))
    sha256 = hashlib.sha256(data).hexdigest()
    await refused("attachment_unread", clear(desk, id))
    confirm = c.ConfirmAttachment(id=id, sha256=sha256, note="逐页看过")
    await refused("own_draft", desk(confirm, Done, as_="张起草", agency="czj"))
    await desk(confirm, Done, as_="赵审核", agency="bgs")
    signed = Review(id=id, secrecy=True, wording=True, timing=True)
    assert (await desk(signed, Done, as_="赵审核", agency="bgs")).state == "cleared"
    assert (await file_of(desk, id)).record.attachments[0].check is Check.CONFIRMED


@pytest.mark.parametrize(
    ("number", "code", "data", "sha256"),
    [
        (5, "classified", word("机密★10年"), ""),
        (6, "digest_differs", "正文".encode(), "0" * 64),
    ],
)
async def test_what_is_refused_leaves_nothing(
    servers: Servers, desk: Desk, app: App[Publication], number: int, code: str, data: bytes, sha256: str
) -> None:
    id = await draft(desk, f"拒收附件{number}")
    js = (await servers.client("operator")).jetstream()
    before = (await js.stream_info("OBJ_documents")).state.messages
    await refused(code, send(desk, id, "a.docx", data, upload=upload(number), sha256=sha256))
    assert (await js.stream_info("OBJ_documents")).state.messages == before
    assert (await file_of(desk, id)).record.attachments == ()
    assert await app.runtime.collection("uploads").count({}) == 0


async def test_pieces_come_in_order_and_within_the_limit(desk: Desk) -> None:
    id = await draft(desk, "分段不连续")
    piece = c.Piece(id=id, upload=upload(7), offset=3, content="QUJD")
    await refused("piece_missing", desk(piece, c.Uploaded, as_="张起草", agency="czj"))
    last = piece.model_copy(update={"offset": c.MAX_FILE - 2})
    await refused("file_too_large", desk(last, c.Uploaded, as_="张起草", agency="czj"))
    await refused("other_agency", desk(piece, c.Uploaded, as_="旁人", agency="jyj"))


async def answering(said: bytes) -> tuple[asyncio.Server, str, list[bytes]]:
    """A clamd that takes one stream and answers."""
    taken: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(10) == b"zINSTREAM\0"
        while size := struct.unpack("!L", await reader.readexactly(4))[0]:
            taken.append(await reader.readexactly(size))
        writer.write(said)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    return server, f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}", taken


@pytest.mark.parametrize(
    ("said", "code"),
    [(b"stream: OK\0", ""), (b"stream: Eicar FOUND\0", "infected"), (b"size limit ERROR\0", "scanner_unavailable")],
)
async def test_a_scanner_by_tcp_sees_the_whole_file(tmp_path: Path, said: bytes, code: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 200_000)
    server, address, taken = await answering(said)
    async with server:
        if code:
            await refused(code, scanning.scan(address, path))
        else:
            assert await scanning.scan(address, path) == "未发现病毒"
    assert b"".join(taken) == path.read_bytes()


@pytest.mark.parametrize(("ends", "code"), [(0, ""), (1, "infected"), (2, "scanner_unavailable")])
async def test_a_scanner_by_command(tmp_path: Path, ends: int, code: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    command = f"{sys.executable} -c 'import sys; sys.exit({ends})'"
    if code:
        await refused(code, scanning.scan(command, path))
    else:
        assert await scanning.scan(command, path) == "未发现病毒"


async def test_a_scanner_that_hangs_lets_nothing_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.2)
    (tmp_path / "file").write_bytes(b"x")
    command = f"{sys.executable} -c 'import time; time.sleep(60)'"
    await refused("scanner_unavailable", scanning.scan(command, tmp_path / "file"))


async def test_a_scanner_that_is_away_lets_nothing_in(tmp_path: Path) -> None:
    await refused("scanner_unavailable", scanning.scan("tcp://127.0.0.1:1", tmp_path))
    assert await scanning.scan("", tmp_path) == "未扫描"
