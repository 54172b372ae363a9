"""What becomes of an emission: in any order, however often, back-dated, corrected, malformed."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.hotline.terms import Caller, Ending, Matter
from contracts.hotline.tickets import TicketEmitted
from kernel.clock import CST
from kernel.refused import Refused
from services.hotline.domain import Case, ending, intake
from services.hotline.domain.record import record
from services.hotline.domain.ticket import S
from tests.hotline.tickets import CALENDAR, NOW, NUMBER, after, arrival, dispatched, opened, taken, ticket


def test_a_ticket_opens_a_case_without_anything_personal() -> None:
    case = opened(caller=Caller(name="示例来电人甲", phone="0000-5558001"), content="住在样板路1号3单元，请来修。")
    for value in ("示例来电人甲", "5558001", "样板路1号", "路面有坑"):
        assert value not in case.model_dump_json()
        assert value not in record(case).model_dump_json()
    assert record(case).title == "投诉 · 交通运输 · 样桥镇"
    assert record(case).opened_at == NOW - timedelta(minutes=10)


@pytest.mark.parametrize(
    ("place", "area"),
    [
        ("样桥镇样田小区3栋", "样桥镇"),
        ("甲子街道", "甲子街道"),
        ("县图书馆", None),
        ("13800000000镇", None),
        (None, None),
    ],
)
def test_only_the_town_of_a_place_is_kept(place: str | None, area: str | None) -> None:
    assert opened(place=place).area == area


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"occurred_at": NOW, "received_at": NOW - timedelta(seconds=1)}, "impossible_date", "occurred_at"),
        ({"received_at": NOW + timedelta(days=1, seconds=1)}, "impossible_date", "received_at"),
        (
            {
                "occurred_at": datetime(2003, 12, 31, tzinfo=CST),
                "received_at": datetime(2003, 12, 31, 23, tzinfo=CST),
            },
            "impossible_date",
            "received_at",
        ),
        ({"reply_by": NOW - timedelta(hours=1)}, "impossible_date", "reply_by"),
        ({"category": "别的事情"}, "unknown_category", "category"),
        ({"channel": "13800000000"}, "unknown_channel", "channel"),
        ({"source": "13800138000"}, "personal_source", "source"),
        ({"content": "机密★10年\n关于某事的通知"}, "classified", "content"),
    ],
)
def test_what_cannot_be_is_rejected_with_its_field_and_without_its_value(
    changes: dict[str, object], code: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        arrival(**changes)
    assert (refused.value.code, refused.value.field) == (code, field)
    for value in changes.values():
        assert str(value) not in f"{refused.value.message}{refused.value.remedy}"


def test_the_last_moment_of_tomorrow_is_still_taken() -> None:
    assert arrival(received_at=NOW + timedelta(days=1)).ticket.revision == 1


def test_a_back_dated_ticket_is_taken_and_its_clock_begins_then() -> None:
    case = opened(occurred_at=NOW - timedelta(days=30), received_at=NOW - timedelta(days=20))
    assert case.limit.due_at < NOW


def test_the_same_revision_is_repeated_and_a_higher_one_updates() -> None:
    case = opened()
    assert taken(case) == ("repeated", case)
    outcome, updated = taken(case, revision=2, kind="求助", received_at=NOW)
    assert (outcome, updated.revision, updated.kind.value) == ("updated", 2, "求助")
    assert updated.received_at == case.received_at
    assert taken(updated)[0] == "repeated"
    assert taken(updated, revision=2, kind="求助", received_at=NOW)[0] == "repeated"


def test_a_lower_revision_is_ignored_but_its_earlier_receipt_counts() -> None:
    case = opened(revision=3, received_at=NOW, title="三")
    outcome, later = taken(case, revision=2, received_at=NOW - timedelta(days=5), occurred_at=NOW - timedelta(days=6))
    assert outcome == "ignored"
    assert (later.revision, later.paper) == (3, case.paper)
    assert later.received_at == NOW - timedelta(days=5)
    assert later.limit.due_at < case.limit.due_at


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("content", "别的内容"),
        ("place", "别处"),
        ("caller", Caller(name="另一人")),
        ("received_at", NOW),
        ("place", None),
    ],
)
def test_a_known_revision_with_other_content_is_rejected_naming_the_field(field: str, value: object) -> None:
    with pytest.raises(Refused) as refused:
        taken(opened(), **{field: value})
    assert (refused.value.code, refused.value.field) == ("other_content", field)


def test_the_same_moment_in_another_zone_is_the_same_content() -> None:
    given_ = ticket().model_dump(mode="json")
    given_["occurred_at"] = "2026-03-03T23:00:00Z"
    assert ticket().occurred_at == TicketEmitted.model_validate(given_).occurred_at
    assert intake.take(opened(), arrival(TicketEmitted.model_validate(given_)), CALENDAR)[0] == "repeated"


def test_an_update_after_the_end_is_noted_and_changes_nothing_else() -> None:
    case = after(opened(), ending.close(opened(), Ending.ANSWERED, "w-1", NOW))
    outcome, noted = taken(case, revision=2, content="又坏了。")
    assert (outcome, noted.state, noted.paper) == ("noted", S.CLOSED, case.paper)
    assert noted.revision == 2
    assert len(noted.notes) == 1
    assert taken(noted, revision=2, content="又坏了。")[0] == "repeated"


def test_an_update_of_a_merged_ticket_names_the_main_one() -> None:
    case, main = opened(), opened(ticket_no="T-2").model_copy(update={"number": "999901-RX-2026-000002"})
    merged = after(case, ending.merge(case, main, NOW))
    assert taken(merged, revision=2, content="补充。")[0] == "merged"


def test_what_a_person_has_decided_stays_through_an_update() -> None:
    case = dispatched()
    outcome, updated = taken(case, revision=2, category="城市管理", urgency="特急", content="更坏了。")
    assert outcome == "updated"
    assert (updated.state, updated.lead) == (S.DISPATCHED, "jtj")
    assert updated.matter is Matter.URGENT  # nobody has classified it yet: the rules still propose


def test_an_emergency_is_raised_by_any_revision_and_taken_back_by_none() -> None:
    case = opened(revision=3)
    outcome, raised = taken(case, revision=2, content="桥下有人落水！")
    assert outcome == "ignored"
    assert raised.emergency == ("119",)
    assert raised.alarmed
    assert taken(raised, revision=4, content="人已上岸。")[1].alarmed


@st.composite
def _revisions(draw: st.DrawFn) -> list[dict[str, object]]:
    """Revisions of one ticket with contents, kinds and times of their own."""
    count = draw(st.integers(1, 5))
    return [
        {
            "revision": revision,
            "kind": draw(st.sampled_from(["咨询", "投诉", "建议"])),
            "urgency": draw(st.sampled_from(["一般", "紧急", "特急"])),
            "category": draw(st.sampled_from([None, "公共服务", "交通运输"])),
            "content": draw(st.sampled_from(["停水了", "有人落水", "县城管局不管", "路面有坑", "想申请公开"])),
            "received_at": NOW - timedelta(hours=draw(st.integers(0, 400))),
            "occurred_at": NOW - timedelta(days=30),
            "caller": Caller(name="甲", wants_secrecy=draw(st.booleans())),
        }
        for revision in range(1, count + 1)
    ]


@given(_revisions(), st.data())
def test_any_order_and_repetition_gives_the_same_ticket(
    revisions: list[dict[str, object]], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(revisions), max_size=6))
    shuffled = data.draw(st.permutations([*revisions, *repeats]))
    in_order, in_disorder = _fold(revisions), _fold(shuffled)
    assert record(in_disorder) == record(in_order)
    assert (in_disorder.paper, in_disorder.limit, in_disorder.named) == (
        in_order.paper,
        in_order.limit,
        in_order.named,
    )


def _fold(emissions: list[dict[str, object]]) -> Case:
    case = opened(**emissions[0])
    for emission in emissions[1:]:
        case = taken(case, **emission)[1]
    return case


def test_number_and_origin_are_told_apart() -> None:
    assert opened().number == NUMBER
    assert arrival().origin == "h12345:12345:T-1"
    assert arrival(revision=7).cause == "h12345:12345:T-1:7"
