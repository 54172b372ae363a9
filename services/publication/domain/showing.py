"""How a document is shown: deliveries by channel, re-issue with its source, public notice with its period."""

from datetime import date, datetime

from contracts.publication.record import Delivery, Source
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.domain import facts as f
from services.publication.domain.checks import known_channels, same_agency, stands
from services.publication.domain.clocks import timed
from services.publication.domain.facts import Official
from services.publication.domain.law import MAX_DELIVERIES, MAX_OBJECTIONS
from services.publication.domain.state import UNDECIDED, Case, Stage


def deliver(case: Case, delivery: Delivery, by: Official, now: datetime) -> list[Fact]:
    """One more delivery of a published document (P23)."""
    stands(case, Stage.PUBLISHED)
    known_channels((delivery.channel,))
    _goes_somewhere(delivery)
    if case.published_at is None or not case.published_at.date() <= delivery.on <= now.date():
        raise Refused("delivery_day", "推送日期不在公开之后至今天之间。", field="on", remedy="请核对日期。")
    if len(case.deliveries) >= MAX_DELIVERIES:
        raise Refused("too_many_deliveries", f"推送记录已达 {MAX_DELIVERIES} 条。", remedy="请合并登记。")
    return [f.Delivered(delivery=delivery, by=by, at=now)]


def _goes_somewhere(delivery: Delivery) -> None:
    """What went to no place and no group cannot be counted by them (国办发〔2016〕80号: 精准推送)."""
    if delivery.channel == "精准推送" and not (delivery.place.strip() or delivery.target.strip()):
        raise Refused(
            "target_missing", "精准推送没有写明地区或群体。", field="target", remedy="请填写推送的地区或群体。"
        )
    if delivery.channel == "查阅点" and not delivery.place.strip():
        raise Refused("place_missing", "没有写明是哪个查阅点。", field="place", remedy="请填写查阅点的名称。")


def years(case: Case) -> list[int]:
    """The years in which a public document was delivered: by them it is found."""
    return sorted({each.on.year for each in case.deliveries}) if case.public else []


def in_year(case: Case, year: int) -> list[Delivery]:
    return [each for each in case.deliveries if each.on.year == year]


def set_source(case: Case, source: Source, by: Official, now: datetime, calendar: Calendar) -> list[Fact]:
    """转载: the limit then runs from the publication at the source (P22)."""
    stands(case, *UNDECIDED)
    same_agency(case, by)
    if source.published_at > now:
        raise Refused("in_future", "来源的发布时间还没有到。", field="published_at", remedy="请核对时间。")
    return [] if source == case.source else timed(case, [f.SourceSet(source=source)], calendar)


def set_notice(case: Case, until: date, contact: str, by: Official, now: datetime) -> list[Fact]:
    """公示期, before publication (P27)."""
    stands(case, *UNDECIDED)
    same_agency(case, by)
    if until < now.date():
        raise Refused("in_past", "公示截止日已经过去。", field="until", remedy="请核对日期。")
    if case.notice and (case.notice.until, case.notice.contact) == (until, contact):
        return []
    return [f.NoticeSet(until=until, contact=contact)]


def object_to(case: Case, paper: str, *, by_web: bool = False) -> list[Fact]:
    """An objection came; an office takes one that comes late too, as long as no result is stated."""
    stands(case, Stage.PUBLISHED)
    notice = case.notice
    if notice is None or notice.result:
        raise Refused("no_notice", "本件不在公示，不能登记异议。", remedy="请核对编号，或按信访、复议途径办理。")
    if by_web and notice.ended:
        raise Refused("notice_ended", "公示期已经结束。", remedy="请按公示所列的联系方式向承办单位反映。")
    if notice.objections >= MAX_OBJECTIONS:
        raise Refused("too_many_objections", f"异议已达 {MAX_OBJECTIONS} 件。", remedy="请先答复，并合并登记。")
    return [f.ObjectionReceived(no=notice.objections + 1, paper=paper)]


def answer(case: Case, no: int, accepted: bool, paper: str, by: Official, now: datetime) -> list[Fact]:
    """An objection was answered, once."""
    stands(case, Stage.PUBLISHED)
    if case.notice is None or no > case.notice.objections:
        raise Refused("unknown_objection", "没有这件异议。", field="no", remedy="请核对异议序号。")
    if no in case.answers:
        raise Refused("answered", "这件异议已经答复。", field="no", remedy="请核对异议序号。")
    return [f.ObjectionAnswered(no=no, accepted=accepted, paper=paper, by=by, at=now)]


def conclude(case: Case, result: str, by: Official, now: datetime) -> list[Fact]:
    """The result, after the end of the period and with all objections answered."""
    stands(case, Stage.PUBLISHED)
    notice = case.notice
    if notice is None:
        raise Refused("no_notice", "本件没有公示期。", remedy="请核对编号。")
    if not notice.ended:
        raise Refused("notice_running", "公示期还没有结束。", remedy=f"请在 {notice.until} 之后登记结果。")
    if notice.answered < notice.objections:
        raise Refused("objections_open", "还有异议没有答复。", remedy="请先答复全部异议。")
    return [] if notice.result == result else [f.NoticeConcluded(result=result, by=by, at=now)]


def settled_on(case: Case) -> date | None:
    """Since when nobody works on objections any more: the result was stated, or the document was taken down."""
    days = [each.at.date() for each in case.signatures if each.step in ("公示结果", "紧急撤下")]
    return days[-1] if days else None


def objections_erased(case: Case, handed_over_on: date, papers: int, by: Official, now: datetime) -> list[Fact]:
    gone = f.ObjectionsErased(handed_over_on=handed_over_on, papers=papers, by=by, at=now)
    return [] if (case.originals_destroyed if case.taken_down else case.objections_erased) else [gone]


def submit(case: Case, by: Official, now: datetime) -> list[Fact]:
    """A unit hands its normative document in for the gazette (翁源县 2018 分工 第49项)."""
    stands(case, Stage.PUBLISHED)
    same_agency(case, by)
    if not case.to_gazette:
        raise Refused(
            "not_for_gazette",
            "公报只刊登尚未刊登、没有废止失效的规范性文件。",
            field="id",
            remedy="请核对信息类别、有效性和刊登情况。",
        )
    return [] if case.submitted_at else [f.SubmittedToGazette(by=by, at=now)]


def return_from_gazette(case: Case, reason: str, by: Official, now: datetime) -> list[Fact]:
    """The gazette office gives back what was handed in, with its reason."""
    stands(case, Stage.PUBLISHED)
    if case.to_hand_in and case.gazette_returned == reason:
        return []
    if not case.to_gazette or case.submitted_at is None:
        raise Refused(
            "not_submitted", "本件没有待刊登的报送。", field="id", remedy="请用 gazette missing --submitted 核对。"
        )
    return [f.GazetteReturned(reason=reason, by=by, at=now)]


def gazetted(case: Case, issue: str) -> list[Fact]:
    """An issue of the gazette has printed the document."""
    return [f.Gazetted(issue=issue)] if case.public and case.gazette is None else []


def claim(case: Case, items: tuple[str, ...], by: Official) -> list[Fact]:
    """The document says which items of the catalogues it publishes (P10)."""
    if case.stage in (Stage.WITHDRAWN, Stage.SEALED):
        stands(case, Stage.PUBLISHED)
    if by.agency not in (case.agency, *case.metadata.issuers):
        same_agency(case, by)
    return [] if items == case.claims else [f.ItemsClaimed(items=items)]
