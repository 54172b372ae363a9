"""Issues made, and made anew when a document is taken down."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis.actors import Cause
from chassis.cases import Cases, Held
from chassis.history import History
from chassis.numbers import Numbers
from contracts.publication import (
    MAX_ITEMS,
    Edition,
    GazetteGapped,
    GazetteIssued,
    GazetteIssueRestated,
    GazetteItem,
)
from kernel.refused import Refused
from services.publication.attachments.receiving import Uploads
from services.publication.domain.facts import Official
from services.publication.domain.state import Case
from services.publication.gazette import domain, printing
from services.publication.gazette.domain import Issue
from services.publication.storage import Documents, Texts


@dataclass(frozen=True)
class Gazette:
    """The issues, and what they are made from."""

    region: str
    issues: Cases[Issue]
    documents: Documents
    texts: Texts
    files: Uploads
    numbers: Numbers
    history: History

    async def issue(self, name: str, ids: Sequence[str], by: Official, cause: Cause) -> Held[Issue]:
        """The next issue of the year. Its number is claimed by the cause, once it is known what will be printed, so
        that a repeat after a crash gets the same one."""
        known = (await self.issues.by_origin([cause.id])).get(cause.id)
        if known:
            return known
        cases = [await self._printable(id) for id in ids] if ids else await self._next()
        if not cases:
            raise Refused("nothing_to_print", "没有尚未刊登的规范性文件。", remedy="请先公开文件，或指定文件编号。")
        year = cause.now.year
        no = (await self.numbers.claim(f"gazette/{year}", [cause.id]))[cause.id]
        id = f"{self.region}-GB-{year}-{no:06d}"
        title = f"{name}{year}年第{no}期"
        items = tuple(_item(place, case) for place, case in enumerate(cases, 1))
        editions = await self._print(id, title, year, no, items)
        fact = domain.Issued(id=id, title=title, year=year, no=no, items=items, editions=editions, by=by, at=cause.now)
        return await self.issues.open(id, [fact], cause)

    async def gap(self, document: str, cause: Cause) -> None:
        """Print every issue anew that holds a document that was taken down; remove the older editions and what was
        told of them."""
        for held in await self.issues.find({"documents": document}):
            if any(item.document == document and not item.withdrawn for item in held.state.items):
                await self.history.forget((GazetteGapped,), held.id)
                await self._gap(held.state, document, cause)
            await self.history.forget((GazetteIssued, GazetteIssueRestated), held.id)

    async def _gap(self, state: Issue, document: str, cause: Cause) -> None:
        items = domain.without(state.items, document)
        editions = await self._print(state.id, state.title, state.year, state.no, items)
        await self.issues.execute(
            state.id,
            lambda now: domain.gap(now, document, editions, cause.now),
            Cause(cause.actor, f"{cause.id}:{state.id}", cause.now),
            forget=lambda fact: domain.forget(fact, document),
        )
        for edition in state.editions:
            await self.files.remove(state.id, edition.sha256)

    async def _printable(self, id: str) -> Case:
        case = (await self.documents.load(id)).state
        if not case.public:
            raise Refused("not_public", "只有已公开的文件可以刊登。", field="documents", remedy="请先公开。")
        if await self.issues.count({"documents": id}):
            raise Refused("printed", "文件已在公报刊登。", field="documents", remedy="请核对文件编号。")
        return case

    async def _next(self) -> list[Case]:
        held = await self.documents.not_in_gazette(MAX_ITEMS)
        return [each.state for each in held if not await self.issues.count({"documents": each.id})]

    async def _print(
        self, id: str, title: str, year: int, no: int, items: Sequence[GazetteItem]
    ) -> tuple[Edition, ...]:
        texts = {item.sha256: await self.texts.bring(item.sha256) or "" for item in items if not item.withdrawn}
        forms: Mapping[str, bytes] = {
            "html": printing.page(title, items, texts.__getitem__),
            "json": printing.data(title, year, no, items, texts.__getitem__),
        }
        return tuple([await self._kept(id, form, content) for form, content in forms.items()])

    async def _kept(self, id: str, form: str, content: bytes) -> Edition:
        sha256 = hashlib.sha256(content).hexdigest()
        await self.files.keep(id, sha256, content)
        return Edition(form=form, sha256=sha256, bytes=len(content))


def _item(no: int, case: Case) -> GazetteItem:
    metadata = case.metadata
    return GazetteItem(
        no=no,
        document=case.id,
        title=metadata.title,
        doc_no=metadata.doc_no,
        issuer_names=metadata.issuer_names,
        formed_on=metadata.formed_on,
        sha256=case.text.sha256,
    )
