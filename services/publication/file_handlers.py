"""Attachments: received in pieces, examined, attached."""

from dataclasses import dataclass

from chassis.actors import Cause
from contracts.base import Done
from contracts.publication import files as c
from contracts.publication.record import Attachment, Check, Text
from services.publication.attachments.extracting import extracted
from services.publication.attachments.formats import Extracted, media_type
from services.publication.attachments.receiving import Received
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
            examined = await _examine(service, command, received)
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


async def _examine(service: Publication, command: c.Attach, received: Received) -> Examined:
    """Viruses, then secrecy marks and personal data in what can be read."""
    virus_scan = await scan(service.virus_scanner, received.path)
    read: Extracted = await extracted(command.name, received.path)
    kept = examine(read.text, service.phones) if read.text.strip() else None
    attachment = Attachment(
        sha256=command.sha256,
        name=command.name,
        bytes=command.bytes,
        media_type=media_type(command.name),
        text=Text(sha256=kept.sha256, bytes=kept.bytes) if kept else Text(),
        pictures=read.pictures,
        check=Check.READ if read.readable else Check.UNREADABLE,
        findings=kept.found if kept else 0,
        virus_scan=virus_scan,
    )
    return Examined(File(attachment=attachment, upload=command.upload, data=kept.data if kept else ()), kept, read.text)


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
