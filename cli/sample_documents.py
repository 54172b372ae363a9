"""The documents of the sample: the stock, confirmed by a named reviewer, and the newest ones still on their way."""

from collections.abc import Sequence
from datetime import date, timedelta

from cli.sample_staff import REVIEWER, Loading, clerk, head
from contracts.base import Done
from contracts.publication import documents as c
from contracts.publication.record import Attribute, Changes, Metadata, Validity
from contracts.publication.stock import Given, Import, ImportItem, ImportOutcomes
from sample import data as sample
from sample.data import SampleDocument

Numbered = tuple[int, SampleDocument]
PARTY = "示委"
CLOCKS = {
    "行政许可": "ENF.PERMIT_PENALTY",
    "行政处罚": "ENF.PERMIT_PENALTY",
    "预算决算": "BUD.GOV",
    "会议": "MEETING.RESULT",
}
"""Rule of the time limit by kind of document; otherwise the general one."""
WAITING = ("draft", "head", "cleared", "review", "returned")
"""Where the newest public documents wait, the newest first."""
RECENT = timedelta(days=40)
"""What is older than this is no draft any more."""


async def stock(loading: Loading) -> dict[str, str]:
    """Import what exists on the load day and is no draft any more; the numbers by title."""
    known = existing(loading.today)
    drafts = [draft for _, draft in _drafts(known, loading.today - RECENT)]
    ids: dict[str, str] = {}
    await loading.together({"存量文件": _stock(loading, [each for each in known if each not in drafts], ids)})
    return ids


async def drafts(loading: Loading) -> None:
    """Bring the newest documents to the steps at which they wait."""
    found = _drafts(existing(loading.today), loading.today - RECENT)
    await loading.together({f"文件{n}": _draft(loading, n, document, at) for at, (n, document) in found})


def existing(today: date) -> list[Numbered]:
    """The documents that are there on that day, each with its number in the file."""
    return [
        (n, document)
        for n, document in enumerate(sample.documents(), 1)
        if document.formed_on <= today and (document.published_on or document.formed_on) <= today
    ]


def _drafts(known: Sequence[Numbered], since: date) -> list[tuple[str, Numbered]]:
    """The newest documents with the step at which each waits; what is open for opinions stays public."""
    recent = [each for each in known if each[1].formed_on >= since]
    newest = sorted(recent, key=lambda each: (each[1].formed_on, each[0]), reverse=True)
    public = [
        each for each in newest
        if each[1].attribute == "主动公开" and each[1].doc_no is None and each[1].kind != "征求意见稿"
    ]  # fmt: skip
    withheld = [each for each in newest if each[1].attribute == "不予公开"]
    return [*zip(WAITING, public, strict=False), *(("openness", each) for each in withheld[:1])]


async def _stock(loading: Loading, stock: Sequence[Numbered], ids: dict[str, str]) -> None:
    """One import; its reviewer confirms at once what has an attribute, no finding and no contradiction."""
    items = tuple(
        ImportItem(name=f"sample-{n}", form="given", content=document.body, given=_given(document, loading.today))
        for n, document in stock
    )
    if not items:
        return
    taken = await loading.send(REVIEWER, Import(items=items, confirm=True), ImportOutcomes, "documents")
    for outcome, (_, document) in zip(taken.items, stock, strict=True):
        if outcome.id:
            ids[document.title] = outcome.id
        if outcome.outcome == "refused":
            loading.refuse(outcome.name, outcome.reason or "")


def _given(document: SampleDocument, today: date) -> Given:
    """What the file says; the attribute of an amended document, though, is left for a person to decide."""
    ended = document.repealed_on is None or document.repealed_on <= today
    metadata = Metadata(
        title=document.title,
        issuers=(document.issuer, *document.co_issuers),
        doc_no=document.doc_no,
        category=document.category,
        genre=document.genre,
        theme=document.theme,
        openness=document.openness,
        formed_on=document.formed_on,
        effective_on=document.effective_on,
        validity=Validity(document.validity) if ended else Validity.VALID,
        ended_on=document.repealed_on if ended else None,
        ended_by=document.repealed_by if ended else None,
        summary=document.summary,
        keywords=tuple(document.keywords),
        channels=tuple(document.channels),
        party=(document.doc_no or "").startswith(PARTY),
        interprets=(document.interprets,) if document.interprets else (),
    )
    return Given(
        metadata=metadata,
        attribute=None if document.validity == "修改" else Attribute(document.attribute),
        ground=document.ground,
        reason=document.reason,
        published_on=document.published_on,
    )


async def _draft(loading: Loading, n: int, document: SampleDocument, at: str) -> None:
    """A draft of the issuer's own clerk, brought to the step `at`."""
    drafter, key = clerk(document.issuer), f"document:{n}"
    id = (await loading.send(drafter, _drafting(document), Done, f"{key}:draft")).id
    if at == "draft":
        return
    attribute = c.SetAttribute(
        id=id, attribute=Attribute(document.attribute), ground=document.ground, reason=document.reason
    )
    await loading.send(drafter, attribute, Done, f"{key}:attribute")
    if at in ("openness", "head"):
        return
    await loading.send(head(document.issuer), c.ApproveByHead(id=id, note="同意。"), Done, f"{key}:head")
    if at == "returned":
        back = c.Return(id=id, missing=("公开渠道未写明", "缺少联系电话"), reason="请补正后重新报送。")
        await loading.send(REVIEWER, back, Done, f"{key}:return")
    elif at == "cleared":
        await loading.send(drafter, c.MaskText(id=id), Done, f"{key}:mask")
        await loading.send(REVIEWER, c.Review(id=id, secrecy=True, wording=True, timing=True), Done, f"{key}:review")


def _drafting(document: SampleDocument) -> c.Draft:
    details = Changes(
        category=document.category,
        genre=document.genre,
        theme=document.theme,
        openness=document.openness,
        formed_on=document.formed_on,
        effective_on=document.effective_on,
        summary=document.summary,
        keywords=tuple(document.keywords),
        channels=tuple(document.channels),
    )
    return c.Draft(
        title=document.title,
        issuers=(document.issuer, *document.co_issuers),
        text=document.body,
        details=details,
        clock=CLOCKS.get(document.kind, "PUB.GENERAL"),
    )
