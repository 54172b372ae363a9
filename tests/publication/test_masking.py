"""Masking of files: personal data goes wherever it lies in them, the rest stays, and what is made is clean."""

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import date

import pytest
import pytest_asyncio
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from chassis.objects import read_object
from chassis.runtime import App
from contracts.base import Done
from contracts.publication import files as c
from contracts.publication.documents import Review
from contracts.publication.record import Check
from kernel import personal
from services.publication.attachments import formats
from services.publication.attachments.masking import masked
from services.publication.attachments.receiving import object_name
from services.publication.service import Publication
from tests.publication.test_attachments import pdf, send, upload
from tests.publication.test_service import clear, draft, file_of, refused, with_check_sign
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
NUMBER = with_check_sign("11000019900307747")
PHONE = "13800138000"
LINE = "0579-85555555"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'


def package(parts: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def runs(*texts: str) -> str:
    said = "".join(f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>' for text in texts)
    return f"<w:p>{said}</w:p>"


def word(body: str = "", **parts: str) -> bytes:
    """A Word file with a body, and other parts by name without folder and suffix."""
    inside = {f"word/{name}.xml": f"<w:{name} {_W} {_A}>{said}</w:{name}>" for name, said in parts.items()}
    whole = f'<?xml version="1.0" encoding="UTF-8"?><w:document {_W} {_A}><w:body>{body}</w:body></w:document>'
    return package({"[Content_Types].xml": "<Types/>", "word/document.xml": whole, **inside})


ROW = f"<w:tbl><w:tr><w:tc>{runs('张三')}</w:tc><w:tc>{runs(PHONE)}</w:tc><w:tc>{runs(LINE)}</w:tc></w:tr></w:tbl>"
CELL = f"<w:tbl><w:tr><w:tc>{runs(PHONE)}{runs('13900139000')}</w:tc></w:tr></w:tbl>"
BOX = f"<w:p><w:r><w:t>前</w:t></w:r><w:r><w:txbxContent>{runs('手机', PHONE)}</w:txbxContent></w:r></w:p>"
DELETED = "<w:p><w:del><w:r><w:delText>138</w:delText></w:r><w:r><w:delText>00138000</w:delText></w:r></w:del></w:p>"
HIDDEN = f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>{PHONE}</w:t></w:r></w:p>"
PICTURE = f'<w:p><w:r><w:t>图</w:t><w:drawing><a:docPr descr="{PHONE}"/></w:drawing></w:r></w:p>'
CODE = f'<w:p><w:r><w:instrText>HYPERLINK "tel:{PHONE}"</w:instrText></w:r></w:p>'


@pytest.mark.parametrize(
    "data",
    [
        word(runs("证号：", NUMBER[:6], NUMBER[6:9], NUMBER[9:], "，低保")),
        word(ROW), word(CELL), word(BOX), word(DELETED), word(HIDDEN), word(PICTURE), word(CODE),
        word(runs("正文"), header1=runs(PHONE)), word(runs("正文"), footer2=runs("138", "00138000")),
        word(runs("正文"), footnotes=f"<w:footnote>{runs(PHONE)}</w:footnote>"),
        word(runs("正文"), endnotes=runs(PHONE)),
        word(runs("正文"), comments=f'<w:comment w:author="{PHONE}">{runs(PHONE)}</w:comment>'),
        word(runs("正文"), chart1="<a:p><a:r><a:t>138</a:t></a:r><a:r><a:t>00138000</a:t></a:r></a:p>"),
        package({"word/document.xml": f"<w:document {_W}>{runs('正文')}</w:document>", "docProps/core.xml":
                 f"<cp><title>{PHONE}</title></cp>", "customXml/item1.xml": f"<x><![CDATA[{PHONE}]]></x>"}),
    ],
    ids=["runs", "row", "cell", "box", "deleted", "hidden", "picture", "code", "header", "footer", "footnote",
         "endnote", "comment", "drawing", "properties"],
)  # fmt: skip
async def test_word(data: bytes) -> None:
    proven("表.docx", data)


def proven(name: str, data: bytes) -> bytes:
    """Personal data is found before, and not after masking; no part holds it still."""
    assert personal.scan(formats.extract(name, data).text)
    made = masked(name, data, frozenset())
    assert made is not None
    found = formats.extract(name, made)
    assert found.readable
    assert personal.scan(found.text) == []
    left = parts_of(made).values() if name.endswith("x") else [made]
    assert not any(each.encode() in part for each in (PHONE, NUMBER, LINE) for part in left)
    return made


async def test_what_is_not_personal_stays_as_it_is() -> None:
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w14="urn:w14" xmlns:mc="urn:mc" '
    tail = '<w:p w14:paraId="0A1B"/><w:t>R&amp;D &lt;1&gt;</w:t></w:document>'
    body = f'{head}{_W} mc:Ignorable="w14"><!-- 注 -->{{}}{tail}'
    data = package({"word/document.xml": body.format(runs("电话", PHONE)), "word/theme/image1.bin": "x"})
    made = parts_of(proven("表.docx", data))
    assert made["word/document.xml"].decode() == body.format(runs("电话", "138****8000"))
    assert made["word/theme/image1.bin"] == b"x"


async def test_names_of_who_worked_on_a_file_and_its_first_page_go() -> None:
    kept = '<Relationship Id="2" Target="w"/></Relationships>'
    rels = f'<Relationships><Relationship Id="1" Target="docProps/thumbnail.jpeg"/>{kept}'
    data = package(
        {
            "_rels/.rels": rels,
            "word/document.xml": f'<w:document {_W}><w:ins w:author="王五">{runs(PHONE)}</w:ins></w:document>',
            "docProps/core.xml": "<c><creator>王五</creator><lastModifiedBy>赵六</lastModifiedBy></c>",
            "docProps/thumbnail.jpeg": "x",
        }
    )
    made = parts_of(proven("表.docx", data))
    assert "docProps/thumbnail.jpeg" not in made
    assert made["_rels/.rels"] == f"<Relationships>{kept}".encode()
    assert not any(name.encode() in part for name in ("王五", "赵六") for part in made.values())


def book() -> Workbook:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["姓名", "证号", "电话", "家庭电话"])
    sheet.append(["张三", NUMBER, int(PHONE), LINE])
    sheet.append(["李四", "", 13900139000.0, '="138"&"00138000"'])
    sheet["A2"].comment = Comment(f"联系{PHONE}", "王五")
    sheet.oddHeader.center.text = PHONE
    hidden = book.create_sheet("藏")
    hidden.sheet_state = "veryHidden"
    hidden["C7"] = PHONE
    hidden.row_dimensions[7].hidden = True
    book.defined_names["电话"] = DefinedName("电话", attr_text=f'"{PHONE}"')
    book.properties.creator, book.properties.title = "王五", PHONE
    return book


async def test_excel() -> None:
    file = io.BytesIO()
    book().save(file)
    data = file.getvalue()
    parts = {
        name: part.decode() if name.endswith((".xml", ".rels", ".vml")) else "" for name, part in parts_of(data).items()
    }
    sheet = "xl/worksheets/sheet1.xml"
    assert "13900139000" in parts[sheet]
    parts[sheet] = parts[sheet].replace("13900139000", "1.3900139E10")
    parts["xl/calcChain.xml"] = "<calcChain/>"
    parts["xl/drawings/drawing9.xml"] = f"<xdr {_A}><a:p><a:r><a:t>{PHONE}</a:t></a:r></a:p></xdr>"
    parts["xl/charts/chart9.xml"] = f"<c><numCache><pt><v>{PHONE}</v></pt></numCache></c>"
    parts["xl/pivotCache/records9.xml"] = f'<r><n v="{PHONE}"/><s v="{PHONE}"/></r>'
    parts["xl/drawings/vmlDrawing9.vml"] = f"<xml><div>注<br>{PHONE}</div></xml>"
    made = proven("表.xlsx", package(parts))
    shown = load_workbook(io.BytesIO(made))
    assert [cell.value for cell in shown["Sheet"][2]] == ["张三", personal.mask(NUMBER), "138****8000", "0579-******55"]
    assert shown["Sheet"]["C3"].value == "139****9000"
    assert shown["Sheet"]["D3"].value is None
    assert shown["藏"].sheet_state == "veryHidden"
    left = parts_of(made)
    assert "xl/calcChain.xml" not in left
    assert "王五".encode() not in b"".join(left.values())
    assert left["xl/pivotCache/records9.xml"] == b'<r><n v="0"/><s v="138****8000"/></r>'


@pytest.mark.parametrize(
    ("name", "data", "shown"),
    [
        ("表.csv", f"张三,{PHONE}\n".encode("gb18030"), "张三,138****8000\n"),
        ("页.html", f"<p>138<b>0013</b>8000<a href='tel:{PHONE}'>话</a><!--{PHONE}--></p>".encode(),
         "<p>138****8000<b></b><a href='tel:138****8000'>话</a><!--138****8000--></p>"),
    ],
)  # fmt: skip
async def test_plain_files(name: str, data: bytes, shown: str) -> None:
    assert proven(name, data).decode("utf-8-sig") == shown


async def test_a_pdf_is_not_masked() -> None:
    assert masked("a.pdf", pdf(PHONE), frozenset()) is None


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def test_a_masked_file_takes_the_place_of_the_original(
    servers: Servers, desk: Desk, app: App[Publication]
) -> None:
    id = await draft(desk, "附件要去标识化", formed_on=date(2026, 11, 20))
    data = word(runs("证号", NUMBER[:9], NUMBER[9:]))
    await send(desk, id, "名单.docx", data, upload=upload(11))
    before = (await file_of(desk, id)).record.attachments[0]
    await refused("personal_data", clear(desk, id))
    command = c.MaskAttachments(id=id, sha256=before.sha256)
    await desk(command, Done, as_="赵审核", agency="bgs", timeout=60)
    found = await file_of(desk, id)
    (after,) = found.record.attachments
    assert (after.name, after.findings, after.check, found.findings) == ("名单.docx", 0, Check.READ, ())
    assert [step.by for step in found.steps if step.step == "附件去标识化"] == ["赵审核"]
    js = (await servers.client("gateway")).jetstream()
    kept = await read_object(js, "documents", object_name(id, after.sha256)) or b""
    assert hashlib.sha256(kept).hexdigest() == after.sha256
    assert NUMBER[9:].encode() not in parts_of(kept)["word/document.xml"]
    assert await read_object(js, "documents", object_name(id, before.sha256)) is None
    assert await app.it.texts.bring(before.text.sha256) is None
    again = desk(command.model_copy(update={"sha256": "0" * 64}), Done, as_="赵审核", agency="bgs")
    await refused("unknown_attachment", again)
    signed = Review(id=id, secrecy=True, wording=True, timing=True)
    assert (await desk(signed, Done, as_="赵审核", agency="bgs")).state == "cleared"


async def test_what_cannot_be_masked_stays_and_says_so(servers: Servers, desk: Desk, app: App[Publication]) -> None:
    id = await draft(desk, "附件不能去标识化", formed_on=date(2026, 11, 20))
    digits = "".join(f"<w:tc>{runs(digit)}</w:tc>" for digit in NUMBER)
    data = word(f"<w:tbl><w:tr>{digits}</w:tr></w:tbl>")
    await send(desk, id, "格子.docx", data, upload=upload(12))
    (file,) = (await file_of(desk, id)).record.attachments
    assert file.findings == 1
    mask = c.MaskAttachments(id=id)
    await refused("mask_incomplete", desk(mask, Done, as_="张起草", agency="czj", timeout=60))
    js = (await servers.client("gateway")).jetstream()
    assert await read_object(js, "documents", object_name(id, file.sha256)) == data
    await desk(c.Detach(id=id, sha256=file.sha256), Done, as_="张起草", agency="czj")
    await send(desk, id, "名单.pdf", pdf(PHONE), upload=upload(13))
    await refused("mask_unsupported", desk(mask, Done, as_="张起草", agency="czj", timeout=60))
    assert [each.name for each in (await file_of(desk, id)).record.attachments] == ["名单.pdf"]
