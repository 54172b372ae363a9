"""Documents, attachments and the case file through the service's own commands, on real servers."""

import base64
import hashlib
import io
import zipfile
from datetime import date
from xml.etree import ElementTree

import pytest

from contracts.base import Done, Role
from contracts.requests import papers, procedure
from contracts.requests.answers import Detail, Submitted
from contracts.requests.papers import DocumentKind
from contracts.requests.terms import ApplicationKind, Channel, Consulted, Outcome, Route, Stance
from contracts.requests.work import RecordHelp
from kernel.refused import Refused
from services.requests import sealing
from services.requests.casefile import signing_key
from services.requests.service import Requests
from tests.requests.test_service import answer, app, application, clerk, head, service, submit  # noqa: F401
from tests.servers import Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


async def document(desk: Desk, number: str, kind: DocumentKind, form: str = "html", **changes: str) -> papers.Document:
    command = papers.MakeDocument(number=number, kind=kind, format=form, purpose="制作文书", **changes)  # type: ignore[arg-type]
    made: papers.Document = await desk(command, papers.Document, as_="张经办", agency="zrzyj")
    return made


def text(made: papers.Document) -> str:
    return base64.b64decode(made.content).decode()


def pieces_of(content: bytes) -> list[bytes]:
    return [content[at : at + papers.MAX_PIECE] for at in range(0, len(content), papers.MAX_PIECE)]


async def attach(
    desk: Desk, number: str, content: bytes, name: str, media: str, role: str = "办理材料"
) -> papers.Attaching:
    last = papers.Attaching(attachment="", pieces=0, complete=False, checked=False)
    for n, piece in enumerate(pieces_of(content)):
        command = papers.Attach(
            number=number,
            role=role,  # type: ignore[arg-type]
            name=name,
            media_type=media,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            piece=n,
            content=base64.b64encode(piece).decode(),
        )
        last = await desk(command, papers.Attaching, as_="张经办", agency="zrzyj")
    return last


async def exported(desk: Desk, number: str) -> dict[str, bytes]:
    command = papers.ExportCaseFile(number=number, purpose="复议答辩")
    file: papers.CaseFile = await desk(command, papers.CaseFile, as_="张经办", agency="zrzyj", timeout=30)
    files = {sealing.MANIFEST: file.manifest.encode(), sealing.SIGNATURE: file.signature.encode()}
    for entry in file.entries:
        read = b""
        while len(read) < entry.bytes:
            query = papers.GetCaseFilePiece(
                number=number,
                version=file.version,
                name=entry.name,
                piece=len(read) // papers.MAX_PIECE,
                purpose="复议答辩",
            )
            got: papers.CaseFilePiece = await desk(query, papers.CaseFilePiece, as_="张经办", agency="zrzyj")
            read += base64.b64decode(got.content)
        files[entry.name] = read
    return files


async def test_reply_on_paper_and_that_it_stays_as_issued(desk: Desk, service: Requests) -> None:  # noqa: F811
    number = (await submit(desk, "2023年 <某> 采石场名单\n# 伪造的标题")).number
    await clerk(desk, procedure.Accept(number=number))
    await clerk(
        desk, procedure.DraftReply(number=number, outcome=Outcome.DENY_6, text="不予公开。", reasons="讨论记录")
    )
    draft = await document(desk, number, DocumentKind.REPLY)
    assert not draft.issued
    assert "草稿" in text(draft)
    await head(desk, procedure.ApproveReply(number=number))
    made = await document(desk, number, DocumentKind.REPLY)
    page = text(made)
    assert made.issued
    assert "草稿" not in page
    for part in ("示例县自然资源局", number, "2026年11月23日", "第十六条第二款", "讨论记录", "六十日内", "苏打水"):
        assert part in page
    assert "&lt;某&gt;" in page
    assert '<p class="title">伪造的标题' not in page
    await clerk(desk, procedure.ReplyRequest(number=number, route=Route.HAND))
    assert text(await document(desk, number, DocumentKind.REPLY)) == page
    word = await document(desk, number, DocumentKind.REPLY, "docx")
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(word.content))) as parts:
        assert parts.testzip() is None
        root = ElementTree.fromstring(parts.read("word/document.xml"))
    assert "政府信息公开申请答复书" in [each.text for each in root.iter(WORD)]
    readings = await service.papers.readings([f"{number}-application"])
    assert {reading["purpose"] for reading in readings} == {"制作文书"}


async def test_notices_on_paper(desk: Desk) -> None:
    number = (await submit(desk, "征地补偿方案")).number
    with pytest.raises(Refused) as none:
        await document(desk, number, DocumentKind.REPLY)
    assert none.value.code == "no_document"
    assert "登记回执" in text(await document(desk, number, DocumentKind.RECEIPT))
    await clerk(desk, procedure.RequestCorrection(number=number, items="请写明年度", within=10))
    notice = text(await document(desk, number, DocumentKind.CORRECTION))
    assert "请写明年度" in notice
    assert "10个工作日" in notice
    await clerk(desk, procedure.SubmitCorrection(number=number, application=application("2024年征地补偿方案")))
    await clerk(
        desk, procedure.Consult(number=number, whom=Consulted.THIRD_PARTY, letter="示例公司：请就合同提出意见。")
    )
    letter = text(await document(desk, number, DocumentKind.THIRD_PARTY, consultation="C1"))
    assert "示例公司" in letter
    assert "苏打水" not in letter
    answered = procedure.ConsultationAnswered(number=number, consultation="C1", stance=Stance.AGREES)
    await clerk(desk, answered)
    await head(desk, procedure.Extend(number=number, days=5, reason="材料较多"))
    assert "延长5个工作日" in text(await document(desk, number, DocumentKind.EXTENSION)).replace(" ", "")
    await clerk(desk, procedure.NoticeFee(number=number, method="按量", quantity=72, payment="银行转账"))
    fee = text(await document(desk, number, DocumentKind.FEE))
    assert "人民币420元" in fee
    assert "72页" in fee
    await clerk(desk, procedure.Withdraw(number=number, statement="不再需要"))
    assert "终止办理" in text(await document(desk, number, DocumentKind.WITHDRAWAL))


async def test_attachment_in_pieces(desk: Desk) -> None:
    number = (await submit(desk, "附件")).number
    content = bytes(range(256)) * (papers.MAX_PIECE // 256) + b"end"
    made = await attach(desk, number, content, "扫描件.pdf", "application/pdf", "答复附件")
    assert made.complete
    assert not made.checked
    again = await attach(desk, number, content, "扫描件.pdf", "application/pdf", "答复附件")
    assert again.attachment == made.attachment
    query = papers.ReadAttachment(number=number, attachment=made.attachment, piece=1, purpose="核对")
    read: papers.AttachmentPiece = await desk(query, papers.AttachmentPiece, as_="张经办", agency="zrzyj")
    assert base64.b64decode(read.content) == b"end"
    await clerk(desk, procedure.DraftReply(number=number, outcome=Outcome.OPEN_PROVIDE, text="见附件。"))
    with pytest.raises(Refused) as unchecked:
        await head(desk, procedure.ApproveReply(number=number))
    assert unchecked.value.code == "unchecked"
    await clerk(desk, papers.ClearAttachment(number=number, attachment=made.attachment))
    await head(desk, procedure.ApproveReply(number=number))


@pytest.mark.parametrize(
    ("name", "media", "content", "code"),
    [
        ("甲.exe", "application/x-msdownload", b"MZ", "media_type"),
        ("甲.pdf", "text/plain", b"text", "media_type"),
        ("甲.txt", "text/plain", "机密★10年\n\n某事".encode(), "classified"),
    ],
)
async def test_attachments_that_are_refused(desk: Desk, name: str, media: str, content: bytes, code: str) -> None:
    number = (await submit(desk, "附件拒收")).number
    with pytest.raises(Refused) as refused:
        await attach(desk, number, content, name, media)
    assert refused.value.code == code


@pytest.mark.parametrize("part", ["document", "header2"])
async def test_classified_office_file_is_not_kept(desk: Desk, service: Requests, part: str) -> None:  # noqa: F811
    number = (await submit(desk, "密件")).number
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr(f"word/{part}.xml", "<w:document><w:p><w:t>秘密★</w:t><w:t>长期</w:t></w:p></w:document>")
    with pytest.raises(Refused) as refused:
        await attach(desk, number, out.getvalue(), "件.docx", DOCX)
    assert refused.value.code == "classified"
    assert await service.kept.count({"case": number, "kind": "attachment"}) == 0


async def test_damaged_attachment_can_be_sent_anew(desk: Desk) -> None:
    number = (await submit(desk, "附件重发")).number
    good = b"a" * papers.MAX_PIECE + b"b"
    command = papers.Attach(
        number=number,
        role="办理材料",
        name="甲.txt",
        media_type="text/plain",
        bytes=len(good),
        sha256=hashlib.sha256(good).hexdigest(),
        content=base64.b64encode(b"x" * papers.MAX_PIECE).decode(),
    )
    await desk(command, papers.Attaching, as_="张经办", agency="zrzyj")
    last = command.model_copy(update={"piece": 1, "content": base64.b64encode(b"b").decode()})
    with pytest.raises(Refused) as damaged:
        await desk(last, papers.Attaching, as_="张经办", agency="zrzyj")
    assert damaged.value.code == "attachment_damaged"
    assert (await attach(desk, number, good, "甲.txt", "text/plain")).checked


async def test_case_file_is_whole_and_every_changed_byte_is_found(desk: Desk, service: Requests) -> None:  # noqa: F811
    number = (await submit(desk, "案卷导出")).number
    await clerk(desk, procedure.Accept(number=number))
    await attach(desk, number, "证明".encode(), "证明.txt", "text/plain")
    await answer(desk, number)
    files = await exported(desk, number)
    assert {"facts.jsonl", "record.json", "attachments/F1.txt", "documents/答复书.html"} <= files.keys()
    assert any("苏打水" in content.decode() for name, content in files.items() if name.startswith("papers/"))
    data = sealing.pack(files)
    key: papers.PublicKey = await desk(papers.CaseFileKey(), papers.PublicKey)
    assert sealing.faults(data, key.fingerprint) == []
    assert sealing.faults(data, "0" * 64) == ["manifest.json：签名的公钥不是所信任的公钥"]
    for at in range(0, len(data), 7):
        changed = bytearray(data)
        changed[at] ^= 1
        assert sealing.faults(bytes(changed)), f"byte {at}"
    for name in files:
        forged = files | {name: files[name][:-2] + b"  "}
        assert any(name in fault for fault in sealing.faults(sealing.pack(forged))), name
    without = {name: content for name, content in files.items() if name != "record.json"}
    assert sealing.faults(sealing.pack(without)) == ["record.json：缺失"]
    assert sealing.faults(sealing.pack(files | {"papers/x.json": b"{}"})) == ["papers/x.json：不在清单之内"]
    other = signing_key(lambda text: "ab" * 32)
    resigned = files | {sealing.SIGNATURE: sealing.sign(other, files[sealing.MANIFEST].decode()).encode()}
    assert sealing.faults(sealing.pack(resigned)) != []


async def test_case_file_of_a_case_that_moved_on(desk: Desk) -> None:
    number = (await submit(desk, "案卷变动")).number
    query = papers.GetCaseFilePiece(number=number, version=99, name="facts.jsonl", purpose="核对")
    with pytest.raises(Refused) as moved:
        await desk(query, papers.CaseFilePiece, as_="张经办", agency="zrzyj")
    assert moved.value.code == "case_changed"
    version = (await desk(procedure.GetRequest(number=number), Detail, agency="zrzyj")).version
    for name in ("papers/../x.json", "papers/999901-YSQ-2026-000001-application.json", "documents/答复.html", "x"):
        with pytest.raises(Refused):
            await desk(
                query.model_copy(update={"version": version, "name": name}), papers.CaseFilePiece, agency="zrzyj"
            )


async def test_applicants_document_needs_the_code(desk: Desk, service: Requests) -> None:  # noqa: F811
    from chassis.actors import CITIZEN, Cause
    from services.requests import documents

    submitted = await submit(desk, "申请人下载")
    cause = Cause(CITIZEN, "gateway:1", desk.servers.clock.now())
    command = papers.MakeDocument(number=submitted.number, kind=DocumentKind.RECEIPT, code=submitted.code)
    assert (await documents.make(service, command, cause)).issued
    with pytest.raises(Refused) as wrong:
        await documents.make(service, command.model_copy(update={"code": "WRONGCODE2"}), cause)
    assert wrong.value.code == "not_found"
    await clerk(desk, procedure.DraftReply(number=submitted.number, outcome=Outcome.OPEN_PROVIDE, text="提供。"))
    with pytest.raises(Refused) as early:
        await documents.make(service, command.model_copy(update={"kind": DocumentKind.REPLY}), cause)
    assert early.value.code == "no_document"


async def test_help_and_rectification(desk: Desk) -> None:
    asked = application("更正本人户籍登记日期", kind=ApplicationKind.RECTIFICATION, assistance="视力障碍，请电话沟通")
    command = procedure.Submit(agency="zrzyj", channel=Channel.COUNTER, application=asked)
    number = (await desk(command, Submitted, as_="张经办", agency="zrzyj")).number
    await clerk(desk, RecordHelp(number=number, help="已电话说明"))
    await clerk(desk, procedure.Accept(number=number))
    with pytest.raises(Refused) as wrong:
        await clerk(desk, procedure.DraftReply(number=number, outcome=Outcome.OPEN_PROVIDE, text="提供。"))
    assert wrong.value.code == "wrong_kind"
    await answer(desk, number, Outcome.RECTIFY_DONE)
    detail: Detail = await desk(procedure.GetRequest(number=number), Detail, agency="zrzyj")
    assert detail.record.kind is ApplicationKind.RECTIFICATION
    assert detail.record.row == ""
    assert detail.record.needs_help
    assert detail.record.closed_on == date(2026, 11, 23)
    assert "已予更正" in text(await document(desk, number, DocumentKind.REPLY))


async def test_roles(desk: Desk) -> None:
    number = (await submit(desk, "无权")).number
    with pytest.raises(Refused) as forbidden:
        await desk(papers.ExportCaseFile(number=number, purpose="查看"), Done, agency="zrzyj", roles=[Role.WEBMASTER])
    assert forbidden.value.code == "forbidden"
