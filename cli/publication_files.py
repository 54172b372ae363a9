"""`zwgk publication attach`, `detach`, `confirm-attachment`: files that belong to a document."""

import base64
import hashlib
import secrets
from pathlib import Path

import typer

from cli.documents import ID, do
from cli.options import Agency, As, Json
from cli.progress import bar
from cli.session import Session, guarded, run, show
from contracts.base import Done
from contracts.publication import files as c
from contracts.publication.documents import MaskText
from kernel.refused import Refused

FILE = typer.Argument(help="附件的校验值（SHA-256），见 zwgk publication show。")
EXAMINING = 300.0
"""Seconds that looking a file through may take."""


def attach(
    id: str = ID,
    paths: list[Path] = typer.Argument(help="附件，每个不超过 100 MB。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """添加附件：查毒、查密级标志、查个人信息。例：zwgk publication attach 编号 名单.xlsx --as 张三 --agency czj"""
    guarded(lambda: _check(paths))

    async def work(session: Session) -> list[Done]:
        return [await send(session, id, path, path.stat().st_size, as_, agency, json_) for path in paths]

    done = run(work)
    show(done, json_=json_, columns=[("id", "编号"), ("state", "状态"), ("version", "版本")])


def _check(paths: list[Path]) -> None:
    for path in paths:
        if not path.is_file():
            raise Refused("path_missing", "没有这个文件。", field=path.name, remedy="请核对路径。")
        if not 0 < path.stat().st_size <= c.MAX_FILE:
            raise Refused("file_size", "附件是空的，或超过 100 MB。", field=path.name, remedy="请压缩或拆分。")


async def send(session: Session, id: str, path: Path, size: int, as_: str | None, agency: str, quiet: bool) -> Done:
    """Send one file piece by piece and have it attached."""
    upload, digest, offset = secrets.token_hex(12), hashlib.sha256(), 0
    with path.open("rb") as file, bar(path.name, quiet=quiet) as progress:
        while piece := file.read(c.MAX_PIECE):
            content = base64.b64encode(piece).decode()
            command = c.Piece(id=id, upload=upload, offset=offset, content=content)
            await session.ask(command, c.Uploaded, as_=as_, agency=agency)
            digest.update(piece)
            offset += len(piece)
            progress(offset, size)
    complete = c.Attach(id=id, upload=upload, name=path.name[-200:], sha256=digest.hexdigest(), bytes=offset)
    return await session.ask(complete, Done, as_=as_, agency=agency, timeout=EXAMINING)


def mask(id: str, sha256: str | None, as_: str | None, agency: str, json_: bool) -> None:
    """Mask the personal data in one attachment, or in the text and all attachments."""

    async def work(session: Session) -> Done:
        if sha256 is None:
            await session.ask(MaskText(id=id), Done, as_=as_, agency=agency)
        command = c.MaskAttachments(id=id, sha256=sha256)
        return await session.ask(command, Done, as_=as_, agency=agency, timeout=EXAMINING)

    show(run(work), json_=json_, columns=[("id", "编号"), ("state", "状态"), ("version", "版本")])


def detach(id: str = ID, sha256: str = FILE, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """移除尚未公开的文件的附件。例：zwgk publication detach 编号 校验值 --as 张三 --agency czj"""
    do(c.Detach(id=id, sha256=sha256), as_, agency, json_)


def confirm_attachment(
    id: str = ID,
    sha256: str = FILE,
    note: str = typer.Option(..., "--note", help="看了什么、结论如何。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """由具名人员阅看“未能检查”的附件后确认。例：zwgk publication confirm-attachment 编号 校验值 --note 逐页看过"""
    do(c.ConfirmAttachment(id=id, sha256=sha256, note=note), as_, agency, json_)
