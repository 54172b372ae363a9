"""Issues and compilations made, and made anew when a document is taken down."""

import asyncio
import hashlib
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from chassis.actors import Cause
from chassis.cases import Cases, Held
from chassis.history import History
from chassis.numbers import Numbers
from contracts.publication.gazette import MAX_COMPILED, MAX_ITEMS, Edition, GazetteItem
from kernel.refused import Refused
from services.publication.attachments.receiving import Uploads
from services.publication.domain.facts import Official
from services.publication.domain.state import Case
from services.publication.gazette import domain, printing
from services.publication.gazette.domain import Issue, Series
from services.publication.storage import Documents, Texts

Choose = Callable[[], Awaitable[list[Case]]]
"""What will be printed, in its order."""


@dataclass(frozen=True)
class Press:
    """What prints one series: its issues, and what they are made from."""

    region: str
    series: Series
    issues: Cases[Issue]
    documents: Documents
    texts: Texts
    files: Uploads
    numbers: Numbers
    history: History

    async def issue(self, name: str, choose: Choose, by: Official, cause: Cause) -> Held[Issue]:
        """The next issue of the year. Its number is claimed by the cause, once it is known what will be printed, so
        that a repeat after a crash gets the same one."""
        known = (await self.issues.by_origin([cause.id])).get(cause.id)
        if known:
            return known
        cases = await choose()
        year = cause.now.year
        no = (await self.numbers.claim(f"{self.series.numbers}/{year}", [cause.id]))[cause.id]
        id = f"{self.region}-{self.series.letters}-{year}-{no:06d}"
        title = f"{name}{year}年第{no}期"
        items = tuple(_item(place, case) for place, case in enumerate(cases, 1))
        editions = await self._print(id, title, year, no, items)
        fact = domain.Issued(id=id, title=title, year=year, no=no, items=items, editions=editions, by=by, at=cause.now)
        return await self.issues.open(id, [fact], cause)

    async def gap(self, document: str, cause: Cause) -> None:
        """Print every issue anew that holds a document that was taken down; remove the older editions and what was
        told of them."""
        for held in await self.issues.find({"marks": f"prints:{document}"}):
            if any(item.document == document and not item.withdrawn for item in held.state.items):
                await self.history.forget((self.series.gapped,), held.id)
                await self._gap(held.state, document, cause)
            await self.history.forget((self.series.issued, self.series.restated), held.id)

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

    async def named(self, ids: Sequence[str]) -> list[Case]:
        """Published documents that are in no issue yet, in the order of printing."""
        cases = [(await self.documents.load(id)).state for id in ids]
        if not all(case.public for case in cases):
            raise Refused("not_public", "只有已公开的文件可以刊登。", field="documents", remedy="请先公开。")
        if any([await self.issues.count({"marks": f"prints:{id}"}) for id in ids]):
            raise Refused("printed", "文件已在公报刊登。", field="documents", remedy="请核对文件编号。")
        return cases

    async def waiting(self) -> list[Case]:
        """What is in no issue yet: first what the units handed in, then the oldest. What was returned waits."""
        _, handed = await self.documents.not_in_gazette(MAX_ITEMS, submitted=True)
        _, others = await self.documents.not_in_gazette(MAX_ITEMS)
        held = {each.id: each for each in (*handed, *others) if not each.state.to_hand_in}
        cases = [each.state for each in held.values() if not await self.issues.count({"marks": f"prints:{each.id}"})]
        if not cases:
            raise Refused("nothing_to_print", "没有尚未刊登的规范性文件。", remedy="请先公开文件，或指定文件编号。")
        return cases[:MAX_ITEMS]

    async def in_force(self, issuer: str | None, theme: str | None) -> list[Case]:
        """Normative documents in force (有效, 修改), by the day on which they were formed."""
        found: list[Case] = []
        async for held in self.documents.normative():
            metadata = held.state.metadata
            if (issuer and issuer not in metadata.issuers) or not (metadata.theme or "").startswith(theme or ""):
                continue
            found.append(held.state)
            if len(found) > MAX_COMPILED:
                raise Refused(
                    "too_many_documents", f"超过 {MAX_COMPILED} 件。", remedy="请按发布机构或主题分类分册汇编。"
                )
        if not found:
            raise Refused("nothing_to_print", "没有现行有效的规范性文件。", remedy="请核对发布机构和主题分类。")
        return sorted(found, key=lambda case: (str(case.metadata.formed_on), case.id))

    async def _print(
        self, id: str, title: str, year: int, no: int, items: Sequence[GazetteItem]
    ) -> tuple[Edition, ...]:
        from services.publication.gazette import pdf  # its library is slow to import; few issues are printed

        texts = {item.sha256: await self.texts.bring(item.sha256) or "" for item in items if not item.withdrawn}
        text_of = texts.__getitem__
        forms: Mapping[str, bytes] = {
            "html": printing.page(title, items, text_of),
            "pdf": await asyncio.to_thread(pdf.document, title, items, text_of),
            "json": printing.data(title, year, no, items, text_of),
        }
        return tuple([await self._kept(id, form, content) for form, content in forms.items()])

    async def _kept(self, id: str, form: str, content: bytes) -> Edition:
        sha256 = hashlib.sha256(content).hexdigest()
        await self.files.keep(id, sha256, io.BytesIO(content))
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
