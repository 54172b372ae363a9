"""From the draft to the cleared document: attribute at origin, approvals, review, return, number."""

from datetime import date, datetime

from contracts.publication.record import Attribute, Changes, Interpretation, Metadata
from kernel.calendar import Calendar
from kernel.facts import Fact
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from services.publication.domain import facts as f
from services.publication.domain.checks import (
    changed,
    formed_by,
    known_clock,
    lawful_ground,
    other_person,
    same_agency,
    stands,
    well_formed,
)
from services.publication.domain.clocks import timed
from services.publication.domain.explaining import known_forms
from services.publication.domain.facts import Kept, Official
from services.publication.domain.law import NUMBERED
from services.publication.domain.state import Case, Stage

EDITABLE = (Stage.DRAFT, Stage.RETURNED, Stage.IMPORTED)
PROPOSABLE = (Stage.DRAFT, Stage.RETURNED, Stage.OPENNESS, Stage.HEAD, Stage.FILED, Stage.REASSESS)
RETURNABLE = (Stage.OPENNESS, Stage.HEAD, Stage.REVIEW, Stage.CLEARED)


def draft(id: str, agency: str, metadata: Metadata, text: Kept, clock: str, by: Official, now: datetime) -> list[Fact]:
    """Begin a document; `agency` is the drafter's own."""
    known_clock(clock)
    well_formed(metadata)
    if metadata.doc_no:
        raise Refused(
            "number_too_early", "公开属性认定前不能编发文字号。", field="doc_no", remedy="请在审查通过后编号。"
        )
    return [f.Drafted(id=id, agency=agency, metadata=metadata, text=text, clock=clock, by=by, at=now)]


def with_changes(metadata: Metadata, changes: Changes) -> Metadata:
    """The metadata of a new draft with what its drafter said of it; issuers and title are given apart."""
    return changed(metadata, changes.model_copy(update={"issuers": None, "title": None}))


def revise(
    case: Case,
    text: Kept | None,
    changes: Changes,
    names: tuple[str, ...] | None,
    by: Official,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """Change what has not been decided yet. The number is given later, by `number`, except to imported documents."""
    stands(case, *EDITABLE)
    if case.stage is not Stage.IMPORTED:
        same_agency(case, by)
        if changes.doc_no:
            raise Refused("number_too_early", "发文字号在审查通过后编定。", field="doc_no", remedy="请用“编号”办理。")
    metadata = changed(case.metadata, changes, names)
    if metadata == case.metadata and text in (None, case.text):
        return []
    return timed(case, [f.Revised(metadata=metadata, text=text, by=by, at=now)], calendar)


def propose(
    case: Case,
    attribute: Attribute,
    ground: str | None,
    reason: str | None,
    interpretation: bool,
    by: Official,
    now: datetime,
    calendar: Calendar,
) -> list[Fact]:
    """公开属性源头认定: the drafter proposes, with ground and reason unless 主动公开 (国办发〔2016〕80号 一(一)).

    A proposal about a filed document is its conversion (条例18); it goes through the same approvals.
    """
    stands(case, *PROPOSABLE)
    same_agency(case, by)
    lawful_ground(attribute, ground, reason)
    if attribute is Attribute.PROACTIVE:
        ground = reason = None
    proposed = f.AttributeProposed(
        attribute=attribute, ground=ground, reason=reason, interpretation=interpretation, by=by, at=now
    )
    return timed(case, [proposed], calendar)


def plan_interpretation(case: Case, interpretation: Interpretation, by: Official) -> list[Fact]:
    """Plan and material of the interpretation, before the head approves (同步组织、同步审签、同步部署)."""
    stands(case, Stage.DRAFT, Stage.RETURNED, Stage.OPENNESS, Stage.HEAD)
    same_agency(case, by)
    known_forms(interpretation.forms)
    if interpretation.material == case.id:
        raise Refused("own_material", "文件不能作为自己的解读材料。", field="material", remedy="请填写解读材料的编号。")
    return [] if interpretation == case.interpretation else [f.InterpretationPlanned(interpretation=interpretation)]


def approve_by_openness(case: Case, note: str, by: Official, now: datetime, deputising_for: str = "") -> list[Fact]:
    """拟不公开的，送本单位政务公开工作机构审查 (国办发〔2016〕80号 一(一))."""
    stands(case, Stage.OPENNESS)
    same_agency(case, by)
    other_person(case, by)
    return [f.OpennessApproved(note=note, deputising_for=deputising_for, by=by, at=now)]


def approve_by_head(
    case: Case, note: str, deputising_for: str, by: Official, now: datetime, calendar: Calendar
) -> list[Fact]:
    """The unit's head, or the deputy in his absence, approves attribute and document together. What has no other date
    of formation counts from here (D).

    No policy document is approved without its interpretation's plan and material (国办发〔2016〕80号).
    """
    stands(case, Stage.HEAD)
    same_agency(case, by)
    other_person(case, by)
    if case.interpretation_needed and (case.interpretation is None or case.interpretation.material is None):
        raise Refused(
            "interpretation_missing",
            "需要解读的文件，没有解读方案和解读材料不能审批。",
            field="interpretation",
            remedy="请起草人先登记解读方案并关联解读材料，或退文。",
        )
    return timed(case, [f.HeadApproved(note=note, deputising_for=deputising_for, by=by, at=now)], calendar)


def review(
    case: Case,
    secrecy: bool,
    wording: bool,
    timing: bool,
    note: str,
    by: Official,
    now: datetime,
    deputising_for: str = "",
) -> list[Fact]:
    """公开前审查: secrecy review signed by a named person (条例17, 保守国家秘密法35), wording, time and manner.

    Personal data found must be masked or lawfully excepted before.
    """
    stands(case, Stage.REVIEW)
    other_person(case, by)
    points = {"secrecy": (secrecy, "保密审查"), "wording": (wording, "文字表述"), "timing": (timing, "公开时机和方式")}
    for field, (passed, title) in points.items():
        if not passed:
            raise Refused(
                "review_failed", f"{title}未通过，不能放行。", field=field, remedy="请退文并列明需要补正的内容。"
            )
    no_open_findings(case)
    return [f.Reviewed(note=note, deputising_for=deputising_for, by=by, at=now)]


def no_open_findings(case: Case) -> None:
    """个人信息: found and neither masked nor excepted, it blocks; so does a file that nobody could read (P05)."""
    if case.unread:
        raise Refused(
            "attachment_unread",
            f"有 {len(case.unread)} 个附件未能检查。",
            field="attachments",
            remedy="请由审核人阅看后登记“专人确认”，或换成可识读的附件。",
        )
    if case.open_findings:
        raise Refused(
            "personal_data",
            f"正文、附件和标题等项中有 {case.open_findings} 处个人信息未处理。",
            field=case.in_fields[0].field if case.in_fields else "text",
            remedy="请去标识化（标题等项也可改写，附件请换成已去标识化的文件），或由审核人登记依法公开的例外依据。",
        )


def mask(case: Case, text: Kept, by: Official, now: datetime) -> list[Fact]:
    """One-step masking of all that was found. Approvals stay: nothing else has changed."""
    may_mask(case, by)
    nothing = text.sha256 == case.text.sha256 and not case.in_fields
    return [] if nothing else [f.Masked(text=text, by=by, at=now)]


def may_mask(case: Case, by: Official) -> None:
    """Before it is public, by its own unit; during the review by the issuing office too."""
    stands(case, *EDITABLE, *RETURNABLE)
    if case.stage is not Stage.IMPORTED and by.agency != case.agency and Stage.REVIEW is not case.stage:
        same_agency(case, by)


def allow_findings(case: Case, basis: str, reason: str, by: Official, now: datetime) -> list[Fact]:
    """A named reviewer records by which law the personal data may be published (惩戒公示, 强制披露)."""
    stands(case, *EDITABLE, *RETURNABLE)
    if not case.found:
        raise Refused("no_findings", "正文和附件中没有检出个人信息，无需登记例外。", remedy="请直接办理下一步。")
    if case.stage is not Stage.IMPORTED and by.id in case.drafters:
        raise Refused("own_draft", "起草人不能为自己起草的文件登记例外。", remedy="请由审核人办理。")
    return [f.FindingsAllowed(basis=basis, reason=reason, by=by, at=now)]


def send_back(case: Case, missing: tuple[str, ...], reason: str, by: Official, now: datetime) -> list[Fact]:
    """退文 with the list of what is missing: what the person names, and what can be seen without judging. A document
    that has its number is not returned any more."""
    stands(case, *RETURNABLE)
    if case.metadata.doc_no:
        raise Refused("numbered", "已编发文字号的文件不能退文。", remedy="请公开后更正，或紧急撤下。")
    if case.stage in (Stage.OPENNESS, Stage.HEAD):
        same_agency(case, by)
    whole = tuple(dict.fromkeys((*missing, *lacks(case, now.date()))))
    if not whole:
        raise Refused("nothing_missing", "退文须列明缺少的内容。", field="missing", remedy="请逐项填写需要补正的内容。")
    return [f.Returned(missing=whole, reason=reason, by=by, at=now)]


def lacks(case: Case, today: date) -> tuple[str, ...]:
    """What can be seen without judging to stand between a document and its publication or filing, in Chinese."""
    said = {
        "公开属性": case.attribute is None,
        "解读方案": case.interpretation_needed and case.interpretation is None,
        "解读材料": case.interpretation_needed and not (case.interpretation and case.interpretation.material),
        f"{case.open_findings} 处个人信息的处理": bool(case.open_findings),
        f"{len(case.unread)} 个附件的专人确认": bool(case.unread),
        "已到的成文日期": bool(case.metadata.formed_on and case.metadata.formed_on > today),
        "体裁分类": case.metadata.category in NUMBERED and case.metadata.genre is None,
    }
    return tuple(name for name, lacking in said.items() if lacking)


def number(
    case: Case, doc_no: DocumentNumber, formed_on: date | None, by: Official, now: datetime, calendar: Calendar
) -> list[Fact]:
    """发文字号 (canonical, with 〔〕) after attribute and review; it dates the document (属性认定先于编号)."""
    if case.attribute is None:
        raise Refused(
            "attribute_missing", "公开属性未认定，不能编发文字号。", field="attribute", remedy="请先认定公开属性。"
        )
    stands(case, Stage.CLEARED)
    if case.metadata.doc_no == doc_no.canonical:
        return []
    if case.metadata.doc_no:
        raise Refused("numbered", "文件已有发文字号。", field="doc_no", remedy="编错的请公开后更正。")
    day = formed_on or case.metadata.formed_on or now.date()
    formed_by(day, now.date())
    numbered = f.Numbered(doc_no=doc_no.canonical, party=doc_no.is_party, formed_on=day, by=by, at=now)
    return timed(case, [numbered], calendar)
