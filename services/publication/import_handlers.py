"""The stock of documents: taken in, confirmed, waiting."""

from chassis.actors import Cause
from contracts.base import Done
from contracts.publication.stock import ConfirmImport, ConfirmImports, Import, ImportOutcomes, ImportReport, WaitingPage
from kernel.refused import Refused
from services.publication import importing
from services.publication.domain.examining import without_personal_data
from services.publication.domain.state import Stage
from services.publication.explaining_handlers import tell_of_material
from services.publication.service import Publication, official, on


@on.command(Import)
async def take_in(service: Publication, command: Import, cause: Cause) -> ImportOutcomes:
    by = official(cause)
    if command.confirm and not ConfirmImport.allowed & cause.actor.roles:
        raise Refused("forbidden", "无权确认导入的文件。", remedy="请由审核人或政务公开工作机构确认。")
    return ImportOutcomes(items=await importing.take_in(service, command, by, cause))


@on.command(ConfirmImport)
async def confirm_import(service: Publication, command: ConfirmImport, cause: Cause) -> Done:
    importing.clean_changes(command.settle)
    without_personal_data(reason=command.reason)
    answer = await importing.confirm(service, command, official(cause), cause)
    await tell_of_material(service, command.id, cause)
    await service.compare_claims(command.id, cause)
    return answer


@on.command(ConfirmImports)
async def confirm_imports(service: Publication, command: ConfirmImports, cause: Cause) -> ImportOutcomes:
    by = official(cause)
    return ImportOutcomes(items=tuple(await importing.confirm_many(service, command.ids, by, cause)))


@on.query(ImportReport)
async def import_report(service: Publication, query: ImportReport, cause: Cause) -> WaitingPage:
    held = await service.documents.imported(query.after, query.limit)
    return WaitingPage(
        total=await service.documents.count({"state": Stage.IMPORTED.value}),
        items=tuple(importing.waiting(each.state, cause.now.date()) for each in held),
        next=held[-1].id if len(held) == query.limit else None,
    )
