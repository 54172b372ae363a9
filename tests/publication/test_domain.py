"""The rules of publication: who may do what when, the limit's boundary days, what is told."""

from datetime import date, datetime, timedelta

import pytest

from contracts.base import Audience
from contracts.publication import record as c
from kernel.calendar import end_of_day
from kernel.clock import CST
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from services.publication.domain import clocks, drafting, publishing
from services.publication.domain.facts import File
from services.publication.domain.state import Stage
from services.publication.domain.telling import public_record, record, tell
from tests.publication.documents import (
    CALENDAR,
    CLEAN,
    LEAKY,
    LI,
    NOW,
    NUMBER,
    OTHER,
    WANG,
    ZHANG,
    ZHAO,
    after,
    cleared,
    drafted,
    proposed,
    published,
    refused,
)


def test_draft_goes_to_the_public_by_the_whole_chain() -> None:
    case = published()
    assert case.stage is Stage.PUBLISHED
    assert not case.open
    assert [signature.step for signature in case.signatures] == [
        "起草",
        "提出公开属性：主动公开",
        "单位负责人审批",
        "发布前审查（保密审查）",
        "公开",
    ]
    assert public_record(case).metadata.index_no == "11999900/2026-00001"
    assert case.days_late == 0


def test_what_was_found_in_an_attachment_is_told_to_the_offices_alone() -> None:
    found = c.Attachment(
        sha256="a" * 64, name="名单.xlsx", bytes=9, media_type="text/csv", check=c.Check.READ, findings=2, pictures=1
    )
    case = published().model_copy(update={"files": (File(attachment=found, upload="1"),)})
    (inside,), (shown,) = record(case).attachments, public_record(case).attachments
    assert (inside.findings, inside.pictures) == (2, 1)
    assert (shown.findings, shown.pictures) == (0, 0)


def test_what_explains_a_document_is_not_normative() -> None:
    assert drafted(category="法规公文").normative
    assert not drafted(category="法规公文", interprets=("d-0",)).normative
    assert not drafted(category="法规公文", party=True).normative


def test_only_known_channels_are_published_by() -> None:
    case = cleared(proposed(drafted()))
    refused("unknown_channel", publishing.publish, case, "11999900/2026-00001", ("网站", "火星"), ZHAO, NOW)


@pytest.mark.parametrize("attribute", [c.Attribute.WITHHELD, c.Attribute.ON_REQUEST])
def test_not_proactive_needs_ground_and_reason(attribute: c.Attribute) -> None:
    for given, code in (
        ({"ground": None}, "ground_missing"),
        ({"ground": "EX99"}, "ground_missing"),
        ({"reason": None}, "reason_missing"),
        ({"reason": " 无 "}, "reason_missing"),
        ({"ground": "EX14-SECRET"}, "secret_matter"),
    ):
        refused(code, lambda given=given: proposed(drafted(), attribute, **given))


def test_withheld_passes_the_openness_office_first() -> None:
    case = proposed(drafted(), c.Attribute.WITHHELD)
    assert case.stage is Stage.OPENNESS
    refused("wrong_stage", drafting.approve_by_head, case, "", "", LI, NOW, CALENDAR)
    case = after(case, drafting.approve_by_openness(case, "", WANG, NOW))
    assert case.stage is Stage.HEAD
    refused("already_signed", drafting.approve_by_head, case, "", "", WANG, NOW, CALENDAR)


def test_on_request_goes_straight_to_the_head() -> None:
    assert proposed(drafted(), c.Attribute.ON_REQUEST).stage is Stage.HEAD


def test_drafter_never_approves_reviews_or_publishes() -> None:
    head = proposed(drafted())
    refused("own_draft", drafting.approve_by_head, head, "", "", ZHANG, NOW, CALENDAR)
    reviewing = after(head, drafting.approve_by_head(head, "", "", LI, NOW, CALENDAR))
    refused("own_draft", drafting.review, reviewing, True, True, True, "", ZHANG, NOW)
    refused("already_signed", drafting.review, reviewing, True, True, True, "", LI, NOW)
    refused("own_draft", publishing.publish, cleared(head), "x", (), ZHANG, NOW)


def test_other_agency_cannot_act_inside_the_unit() -> None:
    refused("other_agency", drafting.approve_by_head, proposed(drafted()), "", "", ZHAO, NOW, CALENDAR)
    refused("other_agency", drafting.propose, drafted(), c.Attribute.PROACTIVE, None, None, False, ZHAO, NOW, CALENDAR)


@pytest.mark.parametrize("field", ["secrecy", "wording", "timing"])
def test_review_passes_only_with_every_point(field: str) -> None:
    case = proposed(drafted())
    case = after(case, drafting.approve_by_head(case, "", "", LI, NOW, CALENDAR))
    points = {"secrecy": True, "wording": True, "timing": True} | {field: False}
    caught = refused("review_failed", drafting.review, case, *points.values(), "", ZHAO, NOW)
    assert caught.field == field


def test_personal_data_blocks_the_review_until_masked_or_excepted() -> None:
    case = proposed(drafted(LEAKY))
    case = after(case, drafting.approve_by_head(case, "", "", LI, NOW, CALENDAR))
    refused("personal_data", drafting.review, case, True, True, True, "", ZHAO, NOW)
    masked = after(case, drafting.mask(case, OTHER, ZHAO, NOW))
    assert after(masked, drafting.review(masked, True, True, True, "", ZHAO, NOW)).stage is Stage.CLEARED
    excepted = after(case, drafting.allow_findings(case, "行政处罚法第四十八条", "惩戒公示", ZHAO, NOW))
    assert excepted.open_findings == 0
    assert after(excepted, drafting.review(excepted, True, True, True, "", ZHAO, NOW)).stage is Stage.CLEARED
    refused("own_draft", drafting.allow_findings, case, "行政处罚法第四十八条", "惩戒公示", ZHANG, NOW)


def test_exception_falls_with_the_text_it_was_given_for() -> None:
    case = drafted(LEAKY)
    case = after(case, drafting.allow_findings(case, "行政处罚法第四十八条", "惩戒公示", ZHAO, NOW))
    other = LEAKY.model_copy(update={"sha256": "d" * 64})
    case = after(case, drafting.revise(case, other, c.Changes(), None, ZHANG, NOW, CALENDAR))
    assert case.open_findings == 1


def test_policy_document_needs_plan_and_material_of_its_interpretation() -> None:
    case = proposed(drafted(), interpretation=True)
    refused("interpretation_missing", drafting.approve_by_head, case, "", "", LI, NOW, CALENDAR)
    plan = c.Interpretation(plan="同步解读", forms=("问答",), interpreter="财政局局长")
    case = after(case, drafting.plan_interpretation(case, plan, ZHANG))
    refused("interpretation_missing", drafting.approve_by_head, case, "", "", LI, NOW, CALENDAR)
    refused("own_material", drafting.plan_interpretation, case, plan.model_copy(update={"material": "d-1"}), ZHANG)
    case = after(case, drafting.plan_interpretation(case, plan.model_copy(update={"material": "d-2"}), ZHANG))
    assert after(case, drafting.approve_by_head(case, "", "", LI, NOW, CALENDAR)).stage is Stage.REVIEW


def test_deputy_is_recorded() -> None:
    case = proposed(drafted())
    case = after(case, drafting.approve_by_head(case, "", "孙局长", LI, NOW, CALENDAR))
    assert case.signatures[-1].step == "单位负责人审批（代孙局长）"
    refused("own_draft", drafting.approve_by_head, proposed(drafted()), "", "孙局长", ZHANG, NOW, CALENDAR)


def test_return_lists_what_is_missing_and_voids_the_approvals() -> None:
    case = cleared(proposed(drafted()))
    case = after(case, drafting.send_back(case, ("公开依据",), "", ZHAO, NOW))
    assert (case.stage, case.missing, case.approvals, case.due_at) == (Stage.RETURNED, ("公开依据",), (), case.due_at)
    case = after(case, drafting.revise(case, OTHER, c.Changes(), None, ZHANG, NOW, CALENDAR))
    assert case.stage is Stage.DRAFT
    assert cleared(proposed(case)).stage is Stage.CLEARED


def test_no_number_while_the_attribute_is_empty_or_before_the_review() -> None:
    refused("attribute_missing", drafting.number, drafted(), NUMBER, None, ZHAO, NOW, CALENDAR)
    refused("wrong_stage", drafting.number, proposed(drafted()), NUMBER, None, ZHAO, NOW, CALENDAR)
    refused("number_too_early", lambda: drafted(doc_no="示财发〔2026〕1号"))


def test_official_paper_is_published_only_with_its_number() -> None:
    case = cleared(proposed(drafted(category="法规公文")))
    refused("number_missing", publishing.publish, case, "x", (), ZHAO, NOW)
    case = after(case, drafting.number(case, NUMBER, None, ZHAO, NOW, CALENDAR))
    refused("numbered", drafting.number, case, DocumentNumber.parse("示财发〔2026〕2号"), None, ZHAO, NOW, CALENDAR)
    refused("numbered", drafting.send_back, case, ("附件",), "", ZHAO, NOW)
    assert after(case, publishing.publish(case, "x", (), ZHAO, NOW)).public


def test_filed_documents_are_reassessed_every_year_and_can_be_converted() -> None:
    case = proposed(drafted(), c.Attribute.ON_REQUEST)
    case = cleared(case)
    refused("not_proactive", publishing.publish, case, "x", (), ZHAO, NOW)
    case = after(case, publishing.file(case, ZHAO, NOW))
    assert (case.stage, case.open) == (Stage.FILED, False)
    moment = clocks.alarm(case)
    assert moment == NOW + timedelta(days=365)
    assert clocks.tick(case, moment - timedelta(seconds=1), CALENDAR) == []
    case = after(case, clocks.tick(case, moment, CALENDAR))
    assert (case.stage, clocks.alarm(case)) == (Stage.REASSESS, None)
    kept = after(case, publishing.keep_attribute(case, "情形未变", WANG, moment))
    assert clocks.alarm(kept) == moment + timedelta(days=365)
    converted = proposed(case)
    assert (converted.stage, converted.attribute, converted.ground) == (Stage.HEAD, c.Attribute.PROACTIVE, None)


def test_what_is_converted_has_its_time_from_the_proposal_and_is_not_late_since_it_was_formed() -> None:
    filed = cleared(proposed(drafted(), c.Attribute.ON_REQUEST))
    filed = after(filed, publishing.file(filed, ZHAO, NOW))
    later = NOW + timedelta(days=400)
    facts = drafting.propose(filed, c.Attribute.PROACTIVE, None, None, False, ZHANG, later, CALENDAR)
    case = after(filed, facts)
    assert case.due_at == end_of_day(CALENDAR.due(later.date(), 20))
    assert clocks.tick(case, later, CALENDAR) == []
    case = after(case, drafting.approve_by_head(case, "", "", LI, later, CALENDAR))
    case = after(case, drafting.review(case, True, True, True, "", ZHAO, later))
    case = after(case, drafting.number(case, NUMBER, NOW.date(), ZHAO, later, CALENDAR))
    assert case.issue_day is None
    case = after(case, publishing.publish(case, "x", ("网站",), ZHAO, later))
    assert (case.days_late, case.metadata.formed_on) == (None, NOW.date())


def test_an_unknown_day_of_formation_is_that_of_the_heads_signature() -> None:
    case = cleared(proposed(drafted(formed_on=None)))
    out = after(case, publishing.publish(case, "x", ("网站",), ZHAO, NOW + timedelta(days=3)))
    assert out.metadata.formed_on == NOW.date()
    filed = cleared(proposed(drafted(formed_on=None), c.Attribute.ON_REQUEST))
    filed = after(filed, publishing.file(filed, ZHAO, NOW))
    assert filed.signed_on == NOW.date()


def test_what_was_repealed_is_not_printed_anew() -> None:
    case = cleared(proposed(drafted(category="法规公文")))
    case = after(case, drafting.number(case, NUMBER, None, ZHAO, NOW, CALENDAR))
    case = after(case, publishing.publish(case, "x", ("网站",), ZHAO, NOW))
    assert case.to_gazette
    for validity, printed in ((c.Validity.AMENDED, True), (c.Validity.REPEALED, False), (c.Validity.EXPIRED, False)):
        facts = publishing.mark_validity(case, validity, NOW.date(), "示政发〔2026〕10号", NOW)
        assert after(case, facts).to_gazette is printed


def test_correction_keeps_the_old_text_readable() -> None:
    case = published()
    facts = publishing.correct(case, OTHER, c.Changes(), None, "数字有误", ZHAO, NOW)
    corrected = after(case, facts)
    assert public_record(corrected).versions[0].text.sha256 == CLEAN.sha256
    assert public_record(corrected).versions[0].reason == "数字有误"
    assert [event.event_name for event in tell(corrected, facts)] == ["corrected", "changed"]
    refused("nothing_changed", publishing.correct, case, CLEAN, c.Changes(), None, "无", ZHAO, NOW)
    refused("personal_data", publishing.correct, case, LEAKY, c.Changes(), None, "无", ZHAO, NOW)
    renamed = after(case, publishing.correct(case, None, c.Changes(title="新标题"), None, "标题有误", ZHAO, NOW))
    (before,) = public_record(renamed).versions
    assert (renamed.metadata.title, before.reason, before.fields) == (
        "新标题",
        "标题有误",
        {"文件名称": case.metadata.title},
    )


def test_repeal_names_the_document_that_does_it() -> None:
    case = published()
    refused("document_missing", publishing.mark_validity, case, c.Validity.REPEALED, NOW.date(), None, NOW)
    refused("in_future", publishing.mark_validity, case, c.Validity.REPEALED, date(2026, 3, 3), "d-9", NOW)
    formed = case.metadata.formed_on
    assert formed is not None
    early = formed - timedelta(days=1)
    refused("ended_before_formed", publishing.mark_validity, case, c.Validity.REPEALED, early, "d-9", NOW)
    assert publishing.mark_validity(case, c.Validity.REPEALED, formed, "d-9", NOW)
    facts = publishing.mark_validity(case, c.Validity.REPEALED, NOW.date(), "d-9", NOW)
    case = after(case, facts)
    assert (case.metadata.validity, case.metadata.ended_by) == (c.Validity.REPEALED, "d-9")
    assert tell(case, facts)[0].event_name == "validity_changed"


def test_document_expires_the_day_after_its_last_day() -> None:
    case = published(valid_until=date(2026, 12, 31))
    warn = clocks.alarm(case)
    assert warn == end_of_day(date(2026, 7, 1))
    case = after(case, clocks.tick(case, warn, CALENDAR))
    end = clocks.alarm(case)
    assert end == datetime(2027, 1, 1, tzinfo=CST)
    assert clocks.tick(case, end - timedelta(seconds=1), CALENDAR) == []
    case = after(case, clocks.tick(case, end, CALENDAR))
    assert (case.metadata.validity, case.metadata.ended_on) == (c.Validity.EXPIRED, date(2027, 1, 1))
    assert clocks.alarm(case) is None
    refused("ended", publishing.mark_validity, case, c.Validity.VALID, date(2027, 1, 1), None, end)


def test_withdrawal_leaves_a_tombstone_and_needs_another_person_afterwards() -> None:
    case = published()
    facts = publishing.withdraw(case, c.Leak.PERSONAL, "", ZHAO, NOW)
    case = after(case, facts)
    public, inside = tell(case, facts)
    assert (public.event_name, public.record.withdrawn, public.record.text) == ("withdrawn", True, c.Text())  # type: ignore[attr-defined]
    assert "示例事项" not in public.model_dump_json() + inside.model_dump_json()
    assert publishing.withdraw(case, c.Leak.PERSONAL, "", ZHAO, NOW) == []
    refused("own_withdrawal", publishing.approve_withdrawal, case, "", ZHAO, NOW)
    case = after(case, publishing.approve_withdrawal(case, "", LI, NOW))
    assert (case.stage, case.open, record(case).waits_for) == (Stage.WITHDRAWN, True, "网站确认已撤下；系统清除副本")
    refused("already_approved", publishing.approve_withdrawal, case, "", LI, NOW)
    refused("unknown_channel", publishing.confirm_cleared, case, "微信", LI, NOW)
    case = after(case, publishing.confirm_cleared(case, "网站", LI, NOW))
    assert publishing.confirm_cleared(case, "网站", LI, NOW) == []
    assert (case.stage, record(case).waits_for) == (Stage.WITHDRAWN, "系统清除副本")
    facts = publishing.erased(case, NOW)
    case = after(case, facts)
    assert (case.stage, case.open, record(case).erased) == (Stage.SEALED, False, True)
    assert [event.event_name for event in tell(case, facts)] == ["closed"]
    assert publishing.erased(case, NOW) == []


def test_a_take_down_that_nobody_approves_or_confirms_is_late_a_day_after() -> None:
    """Twenty-four hours are our own setting (D)."""
    case = after(published(), publishing.withdraw(published(), c.Leak.PERSONAL, "", ZHAO, NOW))
    until = NOW + timedelta(hours=24)
    assert (record(case).due_at, record(case).overdue) == (until, False)
    late = clocks.tick(case, until, CALENDAR)
    case = after(case, late)
    assert (record(case).overdue, clocks.alarm(case), clocks.recompute(case, CALENDAR)) == (True, None, [])
    assert [event.event_name for event in tell(case, late)] == ["overdue"]
    case = after(case, publishing.confirm_cleared(case, "网站", LI, until))
    with pytest.raises(Refused, match="须说明理由"):
        publishing.approve_withdrawal(case, "", LI, until, improper=True)
    case = after(case, publishing.approve_withdrawal(case, "并无泄露", LI, until, improper=True))
    assert (record(case).overdue, record(case).due_at, case.stage) == (False, None, Stage.WITHDRAWN)
    case = after(case, publishing.erased(case, until))
    assert (case.stage, record(case).state_label) == (Stage.SEALED, "已撤下（撤下未获批准）")


def test_draft_can_be_sealed_and_tells_the_public_nothing() -> None:
    case = drafted()
    facts = publishing.withdraw(case, c.Leak.SECRET, "", ZHAO, NOW)
    assert [event.audience for event in tell(after(case, facts), facts)] == [Audience.INTERNAL]


@pytest.mark.parametrize(("leak", "shown"), [(c.Leak.PERSONAL, "保护个人信息"), (c.Leak.SECRET, "依法不予公开")])
def test_tombstone_shows_the_number_and_never_that_there_was_a_secret(leak: c.Leak, shown: str) -> None:
    case = published()
    stone = public_record(after(case, publishing.withdraw(case, leak, "", ZHAO, NOW)))
    assert stone.withdrawn_for == shown
    assert stone.metadata == c.Metadata(title="（已撤下）", index_no=case.metadata.index_no)


def test_internal_record_never_carries_the_text_and_the_public_one_does() -> None:
    case = cleared(proposed(drafted()))
    facts = publishing.publish(case, "x", (), ZHAO, NOW)
    public, inside = tell(after(case, facts), facts, lambda sha256: "正文" * 200)
    assert public.record.text.inline == "正文" * 200  # type: ignore[attr-defined]
    assert "正文" not in inside.model_dump_json()
    large = CLEAN.model_copy(update={"bytes": c.INLINE_BYTES + 1})
    case = cleared(proposed(drafted(large)))
    public, _ = tell(after(case, facts := publishing.publish(case, "x", (), ZHAO, NOW)), facts, lambda _: "长" * 500)
    assert public.record.text.inline is None  # type: ignore[attr-defined]
    assert public.record.text.excerpt == "长" * 200  # type: ignore[attr-defined]
