"""The rules of publication: who may do what when, the limit's boundary days, what is told."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest

from contracts import publication as c
from contracts.base import Audience
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.facts import Fact
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from services.publication.domain import KIND, clocks, drafting, publishing, stock
from services.publication.domain.facts import Datum, Doubt, Kept, Official, Warned, WentOverdue
from services.publication.domain.state import Case, Stage
from services.publication.domain.telling import public_record, record, tell

CALENDAR = Calendar.shipped()
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=CST)
ZHANG = Official(id="zhang", name="张起草", agency="cz")
LI = Official(id="li", name="李负责", agency="cz")
WANG = Official(id="wang", name="王公开", agency="cz")
ZHAO = Official(id="zhao", name="赵审核", agency="bgs")
CLEAN = Kept(sha256="a" * 64, bytes=10)
LEAKY = Kept(sha256="b" * 64, bytes=10, found=1, data=(Datum(kind="mobile", masked="138****0000"),))
OTHER = Kept(sha256="c" * 64, bytes=12)
SUM = "EX16-PROCESS"
NUMBER = DocumentNumber.parse("示财发〔2026〕1号")


def metadata(**changes: object) -> c.Metadata:
    given = {"title": "关于示例事项的通知", "issuers": ("cz",), "issuer_names": ("示例县财政局",)}
    return c.Metadata.model_validate(given | {"formed_on": date(2026, 3, 2)} | changes)


def after(case: Case | None, facts: Sequence[Fact]) -> Case:
    return KIND.fold(case, facts)


def drafted(text: Kept = CLEAN, **changes: object) -> Case:
    return after(None, drafting.draft("d-1", "cz", metadata(**changes), text, "PUB.GENERAL", ZHANG, NOW))


def proposed(case: Case, attribute: c.Attribute = c.Attribute.PROACTIVE, **given: object) -> Case:
    ground, reason = (None, None) if attribute is c.Attribute.PROACTIVE else (SUM, "尚在讨论研究之中")
    facts = drafting.propose(
        case,
        attribute,
        given.get("ground", ground),  # type: ignore[arg-type]
        given.get("reason", reason),  # type: ignore[arg-type]
        bool(given.get("interpretation")),
        ZHANG,
        NOW,
        CALENDAR,
    )
    return after(case, facts)


def cleared(case: Case) -> Case:
    """Approved and reviewed from the head on."""
    case = after(case, drafting.approve_by_head(case, "", "", LI, NOW, CALENDAR))
    return after(case, drafting.review(case, True, True, True, "", ZHAO, NOW))


def published(**changes: object) -> Case:
    case = cleared(proposed(drafted(**changes)))
    return after(case, publishing.publish(case, "11999900/2026-00001", ("网站",), ZHAO, NOW))


def refused(code: str, decide: object, *args: object) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(*args)  # type: ignore[operator]
    assert caught.value.code == code
    assert caught.value.remedy
    return caught.value


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


def test_limit_is_twenty_working_days_from_formation() -> None:
    case = proposed(drafted(formed_on=date(2026, 2, 10)))
    assert case.due_at == end_of_day(date(2026, 3, 16))
    warn = clocks.alarm(case)
    assert warn == end_of_day(date(2026, 3, 9))
    case = after(case, clocks.tick(case, warn, CALENDAR))
    assert case.warned
    last_second = case.due_at - timedelta(seconds=1)
    assert clocks.tick(case, last_second, CALENDAR) == []
    assert clocks.tick(case, case.due_at, CALENDAR) == [WentOverdue()]
    case = after(case, [WentOverdue()])
    assert (record(case).overdue, clocks.alarm(case)) == (True, None)


def test_after_a_long_absence_only_the_overdue_is_told() -> None:
    case = proposed(drafted(formed_on=date(2025, 2, 10)))
    assert clocks.tick(case, NOW, CALENDAR) == [WentOverdue()]
    assert Warned() not in clocks.tick(case, NOW, CALENDAR)


def test_limit_runs_only_for_what_is_to_be_public() -> None:
    assert drafted().due_at is None
    assert proposed(drafted(), c.Attribute.ON_REQUEST).due_at is None
    assert published().due_at is None


@pytest.mark.parametrize(
    ("clock", "due"),
    [
        ("ENF.PERMIT_PENALTY", date(2026, 3, 11)),
        ("ENF.OTHER", date(2026, 3, 30)),
        ("BUD.GOV", date(2026, 3, 23)),  # the 20th day, 22 March, is a Sunday
        ("MEETING.RESULT", date(2026, 3, 9)),
        ("GUIDE.CHANGE", date(2026, 3, 3)),
    ],
)
def test_other_limits(clock: str, due: date) -> None:
    facts = drafting.draft("d-1", "cz", metadata(), CLEAN, clock, ZHANG, NOW)
    assert proposed(after(None, facts)).due_at == end_of_day(due)


def test_unknown_limit_is_refused() -> None:
    refused("unknown_clock", drafting.draft, "d-1", "cz", metadata(), CLEAN, "PUB.NEVER", ZHANG, NOW)


def test_recompute_says_nothing_when_the_calendar_changes_nothing() -> None:
    assert clocks.recompute(proposed(drafted()), CALENDAR) == []


def test_late_days_count_from_issue_then_formation() -> None:
    assert published(issued_on=date(2026, 3, 1), formed_on=date(2026, 2, 1)).days_late == 1
    assert published(formed_on=date(2026, 2, 28)).days_late == 2
    refused("published_before_formed", lambda: published(formed_on=date(2026, 3, 3)))


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
    assert (case.stage, case.open, record(case).waits_for) == (Stage.WITHDRAWN, True, "确认渠道已撤下：网站")
    refused("already_approved", publishing.approve_withdrawal, case, "", LI, NOW)
    refused("unknown_channel", publishing.confirm_cleared, case, "微信", LI, NOW)
    case = after(case, publishing.confirm_cleared(case, "网站", LI, NOW))
    assert publishing.confirm_cleared(case, "网站", LI, NOW) == []
    assert (case.stage, record(case).waits_for) == (Stage.WITHDRAWN, "平台清除留存")
    facts = publishing.erased(case, NOW)
    case = after(case, facts)
    assert (case.stage, case.open, record(case).erased) == (Stage.SEALED, False, True)
    assert [event.event_name for event in tell(case, facts)] == ["closed"]
    assert publishing.erased(case, NOW) == []


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


def imported(**given: object) -> Case:
    facts = stock.take_in(
        "d-7",
        "cz",
        given.get("metadata", metadata(formed_on=date(2018, 7, 12))),  # type: ignore[arg-type]
        given.get("text", CLEAN),  # type: ignore[arg-type]
        given.get("attribute", c.Attribute.PROACTIVE),  # type: ignore[arg-type]
        given.get("ground"),  # type: ignore[arg-type]
        given.get("reason"),  # type: ignore[arg-type]
        given.get("published_on", date(2018, 7, 13)),  # type: ignore[arg-type]
        given.get("doubts", ()),  # type: ignore[arg-type]
        ZHANG,
        NOW,
    )
    return after(None, facts)


def confirmed(case: Case, **given: object) -> Case:
    judged = stock.Judgement.model_validate(given)
    return after(case, stock.confirm(case, "11999900/2018-00001", judged, ZHAO, NOW))


def test_confirmed_document_is_public_since_its_own_day() -> None:
    case = confirmed(imported())
    assert case.published_at == datetime(2018, 7, 13, tzinfo=CST)
    assert case.days_late == 1
    assert [signature.step for signature in case.signatures] == ["导入", "确认导入", "公开"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"attribute": None}, "attribute_missing"),
        ({"text": LEAKY}, "personal_data"),
        ({"doubts": (Doubt(code="formed_on_differs", message="成文日期不一致"),)}, "conflicts_open"),
        ({"metadata": metadata(issuers=())}, "issuer_missing"),
        ({"attribute": c.Attribute.WITHHELD}, "ground_missing"),
        ({"published_on": date(2018, 7, 11)}, "published_before_formed"),
        ({"published_on": date(2026, 3, 3)}, "in_future"),
    ],
)
def test_imported_document_stays_internal(given: dict[str, object], code: str) -> None:
    refused(code, lambda: confirmed(imported(**given)))


def test_person_settles_what_was_in_doubt() -> None:
    case = imported(attribute=None, doubts=(Doubt(code="x", message="矛盾"),))
    assert stock.lacks(case) == ("缺公开属性", "有 1 处矛盾")
    case = confirmed(
        case,
        attribute=c.Attribute.PROACTIVE,
        settle=c.Changes(formed_on=date(2018, 6, 25)),
        accept_conflicts=True,
    )
    assert (case.metadata.formed_on, case.doubts, case.days_late) == (date(2018, 6, 25), (), 18)


def test_withheld_stock_is_filed_not_published() -> None:
    case = confirmed(imported(attribute=c.Attribute.WITHHELD, ground=SUM, reason="讨论过程中的信息"))
    assert (case.stage, case.published_at) == (Stage.FILED, None)


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
