"""What a document must say of itself: theme, number, what is missing, exceptions for attachments, the day of issue."""

from datetime import date, datetime, timedelta

import pytest

from cli.documents import with_fields
from contracts.publication import record as c
from kernel.calendar import end_of_day
from kernel.clock import CST
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from services.publication.domain import clocks, drafting, explaining, publishing, themes
from services.publication.domain.facts import File, IssueDayPassed
from services.publication.domain.state import Case, Stage
from services.publication.domain.telling import record
from tests.publication.documents import (
    CALENDAR,
    LI,
    NOW,
    NUMBER,
    ZHANG,
    ZHAO,
    after,
    cleared,
    drafted,
    proposed,
    refused,
)


@pytest.mark.parametrize(
    ("said", "canonical"),
    [
        ("综合政务/政务公开", "综合政务/政务公开"),
        ("财政、金融、审计\\财政", "财政、金融、审计/财政"),
        ("农业-林业", "农业、林业、水利/林业"),
        ("民政、乡村振兴、救灾/扶贫", "民政、扶贫、救灾/扶贫"),
        ("其他", "其他"),
    ],
)
def test_themes_are_those_of_the_tree(said: str, canonical: str) -> None:
    assert themes.canonical(said) == canonical
    with_theme = drafting.with_changes(drafted().metadata, c.Changes(theme=said))
    assert with_theme.theme == canonical


@pytest.mark.parametrize("said", ["天文", "综合政务/天文", "/", "天文/政务公开"])
def test_other_themes_are_refused_and_never_echoed(said: str) -> None:
    with pytest.raises(Refused) as caught:
        themes.canonical(said)
    assert "天文" not in f"{caught.value.message}{caught.value.remedy}"


def test_every_theme_of_the_tree_stands_for_itself() -> None:
    for top, below in themes.shipped().tree.items():
        assert [themes.canonical(f"{top}/{each}") for each in below] == [f"{top}/{each}" for each in below]
        assert themes.canonical(top) == top


def test_every_field_is_checked_in_a_draft() -> None:
    refused("unknown_channel", drafting.with_changes, drafted().metadata, c.Changes(channels=("飞鸽",)))
    plan = c.Interpretation(plan="同步解读", forms=("唱歌",), interpreter="财政局局长")
    refused("unknown_form", drafting.plan_interpretation, drafted(), plan, ZHANG)


@pytest.mark.parametrize(("number", "party"), [("示委发〔2026〕1号", True), ("示财发〔2026〕1号", False)])
def test_a_party_number_marks_the_document(number: str, party: bool) -> None:
    case = cleared(proposed(drafted(category="法规公文")))
    case = after(case, drafting.number(case, DocumentNumber.parse(number), None, ZHAO, NOW, CALENDAR))
    assert after(case, publishing.publish(case, "x", (), ZHAO, NOW)).metadata.party is party


def test_fields_are_set_by_their_names() -> None:
    pairs = ["发送范围=各镇", "关键词=示例、试点", "发文日期=2026-03-02", "party=是", "内容概述=a=b"]
    given = with_fields(c.Changes(title="标题"), pairs)
    assert (given.title, given.scope, given.keywords, given.issued_on, given.party, given.summary) == (
        "标题",
        "各镇",
        ("示例", "试点"),
        date(2026, 3, 2),
        True,
        "a=b",
    )


@pytest.mark.parametrize(
    ("pair", "code"), [("天文=1", "unknown_field"), ("发送范围", "unknown_field"), ("发文日期=明天", "malformed_field")]
)
def test_a_field_that_is_none_is_refused(pair: str, code: str) -> None:
    said = refused(code, with_fields, c.Changes(), [pair])
    assert "天文" not in f"{said.message}{said.remedy}"
    assert "明天" not in f"{said.message}{said.remedy}"


def attached(case: Case, found: int) -> Case:
    attachment = c.Attachment(
        sha256="f" * 64, name="名单.xlsx", bytes=1, media_type="x", check="已检查", findings=found
    )
    return case.model_copy(update={"files": (File(attachment=attachment, upload="u"),)})


def test_an_exception_covers_what_is_found_in_attachments_only() -> None:
    case = attached(drafted(), 1)
    assert case.open_findings == 1
    case = after(case, drafting.allow_findings(case, "行政处罚法第四十八条", "惩戒公示", ZHAO, NOW))
    assert case.open_findings == 0
    refused("no_findings", drafting.allow_findings, attached(drafted(), 0), "行政处罚法", "惩戒公示", ZHAO, NOW)


def test_a_return_lists_all_that_is_missing() -> None:
    case = attached(proposed(drafted(category="法规公文"), interpretation=True), 2)
    (returned,) = drafting.send_back(case, ("补助标准的依据",), "", LI, NOW)
    expected = ("补助标准的依据", "解读方案", "解读材料", "2 处个人信息的处理", "体裁分类")
    assert after(case, [returned]).missing == expected
    refused("nothing_missing", drafting.send_back, proposed(drafted()), (), "", LI, NOW)


def test_what_lacks_ground_and_reason_is_told_both_at_once() -> None:
    said = refused(
        "ground_missing", drafting.propose, drafted(), c.Attribute.WITHHELD, None, None, False, ZHANG, NOW, CALENDAR
    )
    assert "依据" in said.message
    assert "理由" in said.message


def test_the_material_is_public_within_three_working_days_of_what_it_explains() -> None:
    case = proposed(drafted(), interpretation=True)
    plan = c.Interpretation(plan="同步解读", forms=("问答",), interpreter="财政局局长", material="d-2")
    case = cleared(after(case, drafting.plan_interpretation(case, plan, ZHANG)))
    out = publishing.publish(case, "x", (), ZHAO, NOW)
    case = after(case, clocks.timed(case, out, CALENDAR))
    last = end_of_day(date(2026, 3, 5))
    assert (case.due_at, case.open, record(case).waits_for) == (last, True, "公开解读材料")
    late = after(case, clocks.tick(case, last, CALENDAR))
    assert record(late).overdue
    for each in (case, late):
        done = after(each, clocks.timed(each, explaining.material_out(each, "d-2"), CALENDAR))
        assert (done.due_at, done.overdue, done.open) == (None, False, False)
        assert explaining.material_out(done, "d-2") == []


def numbered(day: date) -> Case:
    case = cleared(proposed(drafted(formed_on=day)))
    return after(case, drafting.number(case, NUMBER, day, ZHAO, NOW, CALENDAR))


def test_a_document_that_is_not_out_on_its_day_of_issue_is_flagged_on_the_next() -> None:
    """七星关区 2017 方案 (五)3: 可公开的文件当日公开."""
    case = numbered(NOW.date())
    last = end_of_day(NOW.date())
    assert clocks.tick(case, last, CALENDAR) == [IssueDayPassed()]
    late = after(case, [IssueDayPassed()])
    assert record(late).issue_day_passed
    assert record(late).waits_for == "发文机关公开（已过发文当日）"
    assert IssueDayPassed() not in clocks.tick(late, last + timedelta(days=1), CALENDAR)
    out = after(late, publishing.publish(late, "x", (), ZHAO, last))
    assert (record(out).issue_day_passed, record(out).days_late) == (False, 1)


def test_without_a_day_of_formation_the_limit_runs_from_the_approval() -> None:
    case = proposed(drafted(formed_on=None))
    assert case.due_at is None
    approved = after(case, drafting.approve_by_head(case, "", "", LI, NOW, CALENDAR))
    assert (approved.stage, approved.due_at) == (Stage.REVIEW, datetime(2026, 3, 31, tzinfo=CST))
