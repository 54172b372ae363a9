"""Documents, attachments and the case file: each handler translates, decides, and is done."""

from chassis.actors import Cause
from chassis.handlers import Handlers
from contracts.base import Done
from contracts.requests import papers as c
from contracts.requests.procedure import ChangeContact
from contracts.requests.work import NoteContact, RecordHelp
from services.requests import attachments, casefile, documents, intake
from services.requests.domain import keeping
from services.requests.service import Requests, done

on = Handlers[Requests]()


@on.command(c.MakeDocument)
async def make_document(service: Requests, command: c.MakeDocument, cause: Cause) -> c.Document:
    return await documents.make(service, command, cause)


@on.command(c.Attach)
async def attach(service: Requests, command: c.Attach, cause: Cause) -> c.Attaching:
    return await attachments.attach(service, command, cause)


@on.command(c.ClearAttachment)
async def clear_attachment(service: Requests, command: c.ClearAttachment, cause: Cause) -> Done:
    return await service.step(command.number, lambda case, _: keeping.clear(case, command.attachment), cause)


@on.query(c.ReadAttachment)
async def read_attachment(service: Requests, query: c.ReadAttachment, cause: Cause) -> c.AttachmentPiece:
    return await attachments.read(service, query, cause)


@on.command(c.ExportCaseFile)
async def export_case_file(service: Requests, command: c.ExportCaseFile, cause: Cause) -> c.CaseFile:
    return await casefile.export(service, command, cause)


@on.query(c.GetCaseFilePiece)
async def get_case_file_piece(service: Requests, query: c.GetCaseFilePiece, cause: Cause) -> c.CaseFilePiece:
    return await casefile.piece(service, query, cause)


@on.query(c.CaseFileKey)
async def case_file_key(service: Requests, query: c.CaseFileKey, cause: Cause) -> c.PublicKey:
    return casefile.public_key(service.digest)


@on.command(NoteContact)
async def note_contact(service: Requests, command: NoteContact, cause: Cause) -> Done:
    return await service.step(
        command.number, lambda case, paper: keeping.contacted(case, paper), cause, {"联系记录": command.note}
    )


@on.command(ChangeContact)
async def change_contact(service: Requests, command: ChangeContact, cause: Cause) -> Done:
    held = await service.admitted(command.number, cause, command.code)
    return done(await intake.change_contact(service, held, command, cause))


@on.command(RecordHelp)
async def record_help(service: Requests, command: RecordHelp, cause: Cause) -> Done:
    return await service.step(
        command.number, lambda case, paper: keeping.help_given(case, paper), cause, {"提供的帮助": command.help}
    )
