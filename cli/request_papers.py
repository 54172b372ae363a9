"""Papers of a request: documents, attachments, the case file and its verification."""

import base64
import hashlib
from pathlib import Path

import typer

from cli.documents import chosen
from cli.options import Agency, As, Json
from cli.progress import bar
from cli.request_steps import NUMBER, act, said
from cli.session import FAILED, Session, guarded, run, show
from contracts.requests import papers as c
from contracts.requests.answers import Detail
from contracts.requests.papers import AttachmentRole, DocumentKind, Format
from contracts.requests.procedure import GetRequest
from kernel.refused import Refused
from services.requests import sealing
from services.requests.domain.keeping import MEDIA

KINDS = {each.value: each for each in DocumentKind}
FORMATS: dict[str, Format] = {"docx": "docx", "html": "html"}
HTML = (".html", ".htm")
ROLES: dict[str, AttachmentRole] = {
    "申请材料": "申请材料", "委托书": "委托书", "答复附件": "答复附件", "办理材料": "办理材料",
}  # fmt: skip
PURPOSE = typer.Option(..., "--purpose", help="查阅材料的用途，留下查阅记录。")
OUT = typer.Option(..., "--out", help="写入的文件。")
ATTACHMENT = typer.Argument(help="附件的序号，如 F1。")


async def own(session: Session, number: str, as_: str | None, agency: str) -> str:
    """The agency to act for: the one named, else the one in charge."""
    if agency:
        return agency
    detail = await session.ask(GetRequest(number=number), Detail, as_=as_, agency=agency)
    return detail.record.agency


def write(out: Path, content: bytes) -> None:
    def save() -> None:
        try:
            out.write_bytes(content)
        except OSError:
            raise Refused("path", "不能写入这个文件。", field="out", remedy="请核对路径。") from None

    guarded(save)


def document(
    number: str = NUMBER,
    kind: str = typer.Option(..., "--kind", help=f"文书：{'、'.join(KINDS)}。"),
    format_: str = typer.Option("", "--format", help="docx、html（可打印）；默认随文件名的后缀。"),
    consultation: str = typer.Option("", "--consultation", help="征求意见的序号，如 C1。"),
    purpose: str = typer.Option("制作文书", "--purpose", help="查阅材料的用途，留下查阅记录。"),
    out: Path = OUT,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """按模板制作文书。例：zwgk requests document 编号 --kind 答复书 --out 答复书.docx --as 张三"""
    command = c.MakeDocument(
        number=number,
        kind=chosen(kind, KINDS, "kind"),
        format=chosen(format_ or ("html" if out.suffix.lower() in HTML else "docx"), FORMATS, "format"),
        consultation=consultation,
        purpose=purpose,
    )

    async def work(session: Session) -> c.Document:
        agency_ = await own(session, number, as_, agency)
        return await session.ask(command, c.Document, as_=as_, agency=agency_)

    made = run(work)
    write(out, base64.b64decode(made.content))
    told = {"title": made.title, "issued": made.issued, "out": str(out)}
    show(told, json_=json_, columns=[("title", "文书"), ("issued", "已定稿"), ("out", "文件")])


def attach(
    number: str = NUMBER,
    file: Path = typer.Argument(help="文件，不超过 5 MiB。"),
    role: str = typer.Option("办理材料", "--role", help="申请材料、委托书、答复附件、办理材料。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """收入附件。例：zwgk requests attach 编号 委托书.pdf --role 委托书 --as 张三"""
    content = guarded(lambda: _read(file))
    media = next((media for media, endings in MEDIA.items() if file.name.lower().endswith(endings)), "")
    digest = hashlib.sha256(content).hexdigest()
    as_role = chosen(role, ROLES, "role")

    async def work(session: Session) -> c.Attaching:
        agency_ = await own(session, number, as_, agency)
        last = c.Attaching(attachment="", pieces=0, complete=False, checked=False)
        with bar("收入附件", quiet=json_) as progress:
            for piece, start in enumerate(range(0, len(content), c.MAX_PIECE)):
                part = content[start : start + c.MAX_PIECE]
                command = c.Attach(
                    number=number,
                    role=as_role,
                    name=file.name,
                    media_type=media,
                    bytes=len(content),
                    sha256=digest,
                    piece=piece,
                    content=base64.b64encode(part).decode(),
                )
                last = await session.ask(command, c.Attaching, as_=as_, agency=agency_)
                progress(start + len(part), len(content))
        return last

    show(run(work), json_=json_, columns=[("attachment", "附件"), ("complete", "完整"), ("checked", "已查密级标志")])


def _read(file: Path) -> bytes:
    if not file.is_file():
        raise Refused("path_missing", "没有这个文件。", field="file", remedy="请核对路径。")
    if not 1 <= file.stat().st_size <= c.MAX_ATTACHMENT:
        raise Refused("attachment_size", "附件应当在 5 MiB 以内。", field="file", remedy="请压缩或者拆分后提交。")
    return file.read_bytes()


def attachment(
    number: str = NUMBER,
    id: str = ATTACHMENT,
    purpose: str = PURPOSE,
    out: Path = OUT,
    as_: As = None,
    agency: Agency = "",
) -> None:
    """取出附件。例：zwgk requests attachment 编号 F1 --purpose 核对 --out 附件.pdf --as 张三"""

    async def work(session: Session) -> bytes:
        agency_ = await own(session, number, as_, agency)
        content, piece, pieces = b"", 0, 1
        while piece < pieces:
            query = c.ReadAttachment(number=number, attachment=id, piece=piece, purpose=purpose)
            got = await session.ask(query, c.AttachmentPiece, as_=as_, agency=agency_)
            content, piece, pieces = content + base64.b64decode(got.content), piece + 1, got.pieces
        return content

    write(out, run(work))


def clear(number: str = NUMBER, id: str = ATTACHMENT, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """核对程序不能检查的附件，确认不涉密。例：zwgk requests clear 编号 F1 --as 张三"""
    act(c.ClearAttachment(number=number, attachment=id), as_, agency, json_)


def casefile(
    number: str = NUMBER,
    purpose: str = PURPOSE,
    out: Path = OUT,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """导出签名案卷。例：zwgk requests casefile 编号 --purpose 复议答辩 --out 案卷.zip --as 张三"""

    async def work(session: Session) -> dict[str, bytes]:
        agency_ = await own(session, number, as_, agency)
        command = c.ExportCaseFile(number=number, purpose=purpose)
        file = await session.ask(command, c.CaseFile, as_=as_, agency=agency_, timeout=60)
        files = {sealing.MANIFEST: file.manifest.encode(), sealing.SIGNATURE: file.signature.encode()}
        with bar("导出案卷", quiet=json_) as progress:
            for done, entry in enumerate(file.entries, 1):
                files[entry.name] = await _fetched(session, file, entry, purpose, as_, agency_)
                progress(done, len(file.entries))
        return files

    files = run(work)
    data = sealing.pack(files)
    write(out, data)
    told = {"files": len(files), "bytes": len(data), "out": str(out)}
    show(told, json_=json_, columns=[("files", "文件数"), ("bytes", "字节"), ("out", "案卷")])


async def _fetched(
    session: Session, file: c.CaseFile, entry: c.FileEntry, purpose: str, as_: str | None, agency: str
) -> bytes:
    content = b""
    while len(content) < entry.bytes:
        query = c.GetCaseFilePiece(
            number=file.number,
            version=file.version,
            name=entry.name,
            piece=len(content) // c.MAX_PIECE,
            purpose=purpose,
        )
        got = await session.ask(query, c.CaseFilePiece, as_=as_, agency=agency)
        piece = base64.b64decode(got.content)
        if not piece:
            raise Refused("case_changed", "案卷在导出期间有了变化。", remedy="请重新导出。")
        content += piece
    return content


def verify(
    file: Path = typer.Argument(help="案卷（ZIP）。"),
    key: str = typer.Option("", "--key", help="所信任的公钥或者其指纹；不给出时只能核对案卷是否完整。"),
    json_: Json = False,
) -> None:
    """离线核验案卷，指出被改动之处。例：zwgk requests verify 案卷.zip --key 公钥指纹"""

    def read() -> bytes:
        try:
            return file.read_bytes()
        except OSError:
            raise Refused("path_missing", "没有这个文件。", field="file", remedy="请核对路径。") from None

    faults = sealing.faults(guarded(read), key)
    if json_:
        show({"whole": not faults, "signer_known": bool(key), "faults": faults}, json_=True)
    else:
        for fault in faults:
            typer.echo(f"✗ {fault}")
        if not faults:
            typer.echo("案卷完整，签名相符。" if key else "案卷完整；未给出公钥，不能确认由谁签名。")
    if faults:
        raise typer.Exit(FAILED)


def key(json_: Json = False) -> None:
    """显示案卷签名的公钥与指纹，供核验者取得。例：zwgk requests key"""

    async def work(session: Session) -> c.PublicKey:
        return await session.ask(c.CaseFileKey(), c.PublicKey)

    columns = [("algorithm", "算法"), ("key", "公钥"), ("fingerprint", "指纹")]
    show(run(work), json_=json_, columns=columns)


def add_to(app: typer.Typer) -> None:
    for step in (document, attach, attachment, clear, casefile, verify, key):
        app.command(step.__name__)(said(step))
