"""Attachments: received in pieces, examined, attached."""

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from chassis.actors import Cause
from contracts.base import Done
from contracts.publication import files as c
from contracts.publication.record import Attachment, Check, Text
from kernel.refused import Refused
from kernel.secrecy import classified
from services.publication.attachments.extracting import extracted, masked
from services.publication.attachments.formats import Extracted, media_type
from services.publication.attachments.scanning import scan
from services.publication.domain import attaching
from services.publication.domain.examining import examine, without_personal_data
from services.publication.domain.facts import File, Kept
from services.publication.service import Publication, done, official, on


@dataclass(frozen=True)
class Examined:
    """A file as it was looked through."""

    file: File
    kept: Kept | None
    text: str


@on.command(c.Piece)
async def take_piece(service: Publication, command: c.Piece, cause: Cause) -> c.Uploaded:
    attaching.may_change((await service.documents.load(command.id)).state, official(cause))
    return c.Uploaded(upload=command.upload, bytes=await service.uploads.take(command))


@on.command(c.Attach)
async def attach(service: Publication, command: c.Attach, cause: Cause) -> Done:
    """What is refused is removed at once; the file gets its name before the document names it."""
    by = official(cause)
    without_personal_data(name=command.name)
    held = await service.documents.load(command.id)
    attaching.may_change(held.state, by)
    if held.state.file(command.sha256):
        await _drop_other(service, command, held.state.file(command.sha256))
        return done(held)
    try:
        async with service.uploads.complete(command) as received:
            held_in = Attachment(
                sha256=command.sha256,
                name=command.name,
                bytes=command.bytes,
                media_type=media_type(command.name),
                check=Check.UNREADABLE,
            )
            examined = await _examine(service, held_in, command.upload, received.path)
            attaching.attach(held.state, examined.file, by, cause.now)
            await service.uploads.name(command, received.count)
        if examined.kept:
            await service.texts.keep([(command.id, examined.kept.sha256, examined.text)])
        answer = await service.execute(
            command.id, lambda case: attaching.attach(case, examined.file, by, cause.now), cause
        )
    except Exception:
        await _drop_other(service, command, (await service.documents.load(command.id)).state.file(command.sha256))
        raise
    await service.uploads.done(command.upload)
    return answer


async def _drop_other(service: Publication, command: c.Attach, file: File | None) -> None:
    """Remove an upload unless it is what the document has."""
    if file is None:
        await service.uploads.remove(command.id, command.sha256)
    if file is None or file.upload != command.upload:
        await service.uploads.drop(command.upload)


async def _examine(service: Publication, given: Attachment, upload: str, path: Path) -> Examined:
    """Viruses, then secrecy marks and personal data in what can be read."""
    virus_scan = await scan(service.virus_scanner, path)
    read: Extracted = await extracted(given.name, path)
    if read.marked:
        raise classified()
    kept = await asyncio.to_thread(examine, read.text, service.phones) if read.text.strip() else None
    seen = {
        "text": Text(sha256=kept.sha256, bytes=kept.bytes) if kept else Text(),
        "pictures": read.pictures,
        "check": Check.READ if read.readable else Check.UNREADABLE,
        "findings": kept.found if kept else 0,
        "virus_scan": virus_scan,
    }
    file = File(attachment=given.model_copy(update=seen), upload=upload, data=kept.data if kept else ())
    return Examined(file, kept, read.text)


@on.command(c.MaskAttachments)
async def mask_attachments(service: Publication, command: c.MaskAttachments, cause: Cause) -> Done:
    """The masked files lie in the object store before the document names them; what it does not name afterwards, the
    originals or what was made in vain, is removed."""
    by = official(cause)
    case = (await service.documents.load(command.id)).state
    meant = attaching.to_mask(case, command.sha256, by)
    made: dict[str, File] = {}
    try:
        for file in meant:
            made[file.attachment.sha256] = await _masked(service, command.id, file)
        return await service.execute(
            command.id, lambda now: attaching.mask(now, command.sha256, made, by, cause.now), cause
        )
    finally:
        current = (await service.documents.load(command.id)).state
        for each in {*made, *(file.attachment.sha256 for file in made.values())}:
            if current.file(each) is None:
                await service.uploads.remove(command.id, each)
        await service.texts.release(command.id, current.digests)


async def _masked(service: Publication, id: str, file: File) -> File:
    """The masked file, looked through as one that comes from outside. Raises `Refused` where that is not possible."""
    given = file.attachment
    with TemporaryDirectory(prefix="zwgk-") as folder:
        original, target = Path(folder) / "file", Path(folder) / "masked"
        await service.uploads.fetch(file.upload, original)
        if not await masked(given.name, original, target, service.phones):
            raise Refused(
                "mask_unsupported",
                f"附件“{given.name}”不能自动去标识化：PDF 等文件无法可靠地去除内容。",
                field="sha256",
                remedy="请移除该附件，换成已去标识化的文件；依法应当公开的，由审核人登记例外。",
            )
        sha256 = await asyncio.to_thread(_digest, target)
        renewed = given.model_copy(update={"sha256": sha256, "bytes": target.stat().st_size})
        examined = await _examine(service, renewed, file.upload, target)
        seen = examined.file.attachment
        if seen.findings or (given.check is Check.READ and seen.check is not Check.READ):
            raise Refused(
                "mask_incomplete",
                "附件中有分散在多处、不能自动去标识化的个人信息，附件没有改动。",
                field="sha256",
                remedy="请在原文件中处理后，移除该附件并重新上传。",
            )
        with target.open("rb") as content:
            upload = await service.uploads.keep(id, sha256, content)
    if examined.kept:
        await service.texts.keep([(id, examined.kept.sha256, examined.text)])
    return examined.file.model_copy(update={"upload": upload})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@on.command(c.Detach)
async def detach(service: Publication, command: c.Detach, cause: Cause) -> Done:
    by = official(cause)
    held = await service.documents.execute(
        command.id, lambda case: attaching.detach(case, command.sha256, by, cause.now), cause
    )
    if held.state.file(command.sha256) is None:
        await service.uploads.remove(command.id, command.sha256)
        await service.texts.release(command.id, held.state.digests)
    return done(held)


@on.command(c.ConfirmAttachment)
async def confirm_attachment(service: Publication, command: c.ConfirmAttachment, cause: Cause) -> Done:
    by = official(cause)
    without_personal_data(note=command.note)
    return await service.execute(
        command.id, lambda case: attaching.confirm(case, command.sha256, command.note, by, cause.now), cause
    )


@on.every(3600)
async def drop_abandoned(service: Publication) -> None:
    """Remove uploads that nobody finished. What a crash left beside its document only leaves the list."""
    for upload, id in await service.uploads.abandoned():
        held = await service.documents.get(id)
        if held and any(file.upload == upload for file in held.state.files):
            await service.uploads.done(upload)
        else:
            await service.uploads.drop(upload)
