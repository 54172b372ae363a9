"""Documents of the stock: taken in as they were read, public only once a named person stands for them (P08)."""

from datetime import date, datetime, time

from contracts.publication.record import Attribute, Changes, Metadata
from kernel.clock import CST
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain import facts as f
from services.publication.domain import stocked
from services.publication.domain.checks import changed, lawful_ground, same_agency, stands
from services.publication.domain.clocks import reassess_at
from services.publication.domain.evolution import evolve
from services.publication.domain.facts import Doubt, InField, Kept, Official, Part
from services.publication.domain.publishing import published
from services.publication.domain.state import Case, Stage


def take_in(
    id: str,
    agency: str,
    metadata: Metadata,
    text: Kept,
    attribute: Attribute | None,
    ground: str | None,
    reason: str | None,
    published_on: date | None,
    doubts: tuple[Doubt, ...],
    in_fields: tuple[InField, ...],
    by: Official,
    now: datetime,
) -> list[Fact]:
    """Take a document of the stock in; it stays internal."""
    return [
        stocked.Imported(
            id=id,
            agency=agency,
            metadata=metadata,
            text=text,
            attribute=attribute,
            ground=ground,
            reason=reason,
            published_on=published_on,
            doubts=doubts,
            in_fields=in_fields,
            by=by,
            at=now,
        )
    ]


def assign(
    case: Case, attribute: Attribute, ground: str | None, reason: str | None, by: Official, office: bool, now: datetime
) -> list[Fact]:
    """存量属性认定 (梅陇镇 2024 要点 一4): an attribute for what never had one, with ground and reason as at origin."""
    stands(case, Stage.IMPORTED)
    if not office:
        same_agency(case, by)
    lawful_ground(attribute, ground, reason)
    if attribute is Attribute.PROACTIVE:
        ground = reason = None
    if (case.attribute, case.ground, case.reason) == (attribute, ground, reason):
        return []
    return [stocked.AttributeAssigned(attribute=attribute, ground=ground, reason=reason, by=by, at=now)]


class Judgement(Part):
    """What a named person adds to what was read."""

    attribute: Attribute | None = None
    ground: str | None = None
    reason: str | None = None
    settle: Changes = Changes()
    names: tuple[str, ...] | None = None
    """Names of the issuers, where they are settled."""
    published_on: date | None = None
    accept_conflicts: bool = False


AS_READ = Judgement()


def confirm(case: Case, index_no: str, judged: Judgement, by: Official, now: datetime) -> list[Fact]:
    """A named person confirms: published on the day on which it had been public before (else now), or filed.

    Without attribute, or with an open finding or contradiction, it stays internal. Asked with an empty 索引号 it only
    says whether it may be confirmed.
    """
    stands(case, Stage.IMPORTED)
    attribute = judged.attribute or case.attribute
    if attribute is None:
        raise Refused(
            "attribute_missing", "没有公开属性，不能确认。", field="attribute", remedy="请认定公开属性后再确认。"
        )
    if case.doubts and not judged.accept_conflicts:
        raise Refused(
            "conflicts_open",
            f"原文有 {len(case.doubts)} 处矛盾待确认。",
            field="accept_conflicts",
            remedy="请核对并填写认定的字段，然后注明已核对矛盾。",
        )
    ground, reason = judged.ground or case.ground, judged.reason or case.reason
    lawful_ground(attribute, ground, reason)
    facts = _settled(case, judged, by, now)
    facts.append(stocked.Confirmed(attribute=attribute, ground=ground, reason=reason, by=by, at=now))
    after = case
    for fact in facts:
        after = evolve(after, fact)
    if attribute is not Attribute.PROACTIVE:
        return [*facts, f.Filed(reassess_at=reassess_at(now), by=by, at=now)]
    return [*facts, published(after, index_no, (), _public_since(case, judged, now), by, now)]


def _public_since(case: Case, judged: Judgement, now: datetime) -> datetime:
    """The beginning of the day on which it had been published, as the text or the person says; else now."""
    day = judged.published_on or case.published_on
    at = datetime.combine(day, time(), CST) if day else now
    if at > now:
        raise Refused("in_future", "公开日期还没有到。", field="published_on", remedy="请核对公开日期。")
    return at


def _untimely(case: Case, today: date) -> list[str]:
    """A day of publication that is still to come, or that lies before the document was formed."""
    published, formed = case.published_on or today, case.metadata.formed_on
    future = ["公开日期还没有到"] if published > today else []
    return [*future, "成文日期晚于公开日期"] if formed and formed > published else future


def lacks(case: Case, today: date) -> tuple[str, ...]:
    """Why an imported document cannot be confirmed as it is, in Chinese."""
    reasons = []
    if case.attribute is None:
        reasons.append("缺公开属性")
    elif case.attribute is not Attribute.PROACTIVE and not (case.ground and case.reason):
        reasons.append("缺不公开的依据和理由")
    if case.open_findings:
        reasons.append(f"有 {case.open_findings} 处个人信息")
    if case.unread:
        reasons.append(f"有 {len(case.unread)} 个附件未能检查")
    if case.doubts:
        reasons.append(f"有 {len(case.doubts)} 处矛盾")
    if case.attribute is Attribute.PROACTIVE and not case.metadata.issuers:
        reasons.append("缺发布机构代码")
    if case.attribute is Attribute.PROACTIVE:
        reasons += _untimely(case, today)
    return tuple(reasons)


def _settled(case: Case, judged: Judgement, by: Official, now: datetime) -> list[Fact]:
    metadata = changed(case.metadata, judged.settle, judged.names) if judged.settle != Changes() else case.metadata
    return [] if metadata == case.metadata else [f.Revised(metadata=metadata, text=None, by=by, at=now)]
