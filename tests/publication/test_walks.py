"""Whatever people try in whatever order, what becomes public has been through its whole chain."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.publication import record as c
from kernel.calendar import Calendar
from kernel.clock import CST
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from services.publication.domain import KIND, clocks, drafting, publishing
from services.publication.domain.facts import Kept, Official
from services.publication.domain.state import Case, Stage
from services.publication.domain.telling import record, tell
from tests.servers import MORNING

CALENDAR = Calendar.shipped()
PEOPLE = [Official(id=name, name=name, agency="czj") for name in ("甲", "乙", "丙", "丁")]
TEXTS = [Kept(sha256=sign * 64, bytes=9, found=found) for sign, found in (("a", 0), ("b", 2), ("c", 0))]
ATTRIBUTES = list(c.Attribute)
STEPS = st.tuples(st.integers(0, 14), st.integers(0, 3), st.integers(0, 2))


def step(case: Case, what: int, who: int, which: int) -> list[object]:
    """One person's attempt at one thing."""
    by, text, attribute, now = PEOPLE[who], TEXTS[which], ATTRIBUTES[which], MORNING
    ground, reason = (None, None) if which == 0 else ("EX16-PROCESS", "尚在讨论研究")
    attempts = (
        lambda: drafting.revise(case, text, c.Changes(), None, by, now, CALENDAR),
        lambda: drafting.propose(case, attribute, ground, reason, False, by, now, CALENDAR),
        lambda: drafting.approve_by_openness(case, "", by, now),
        lambda: drafting.approve_by_head(case, "", "", by, now, CALENDAR),
        lambda: drafting.review(case, True, True, True, "", by, now),
        lambda: drafting.mask(case, TEXTS[2], by, now),
        lambda: drafting.allow_findings(case, "行政处罚法第四十八条", "惩戒公示", by, now),
        lambda: drafting.send_back(case, ("附件",), "", by, now),
        lambda: drafting.number(case, DocumentNumber.parse("示财发〔2026〕1号"), None, by, now, CALENDAR),
        lambda: publishing.publish(case, "ZZXXGK-2026-00001", (), by, now),
        lambda: publishing.file(case, by, now),
        lambda: publishing.correct(case, text, c.Changes(), None, "更正", by, now),
        lambda: publishing.withdraw(case, c.Leak.PERSONAL, "", by, now) if which == 2 else [],
        lambda: publishing.approve_withdrawal(case, "", by, now),
        lambda: publishing.confirm_cleared(case, "网站", by, now),
    )
    return list(attempts[what]())


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS, max_size=40))
def test_public_means_the_whole_chain(steps: list[tuple[int, int, int]]) -> None:
    metadata = c.Metadata(title="标题", issuers=("czj",), formed_on=date(2026, 11, 2))
    facts = drafting.draft("d-1", "czj", metadata, TEXTS[1], "PUB.GENERAL", PEOPLE[0], MORNING)
    case = KIND.fold(None, facts)
    for what, who, which in steps:
        try:
            facts = step(case, what, who, which)  # type: ignore[assignment]
        except Refused:
            continue
        if not facts:
            continue
        case = KIND.fold(case, facts)
        told = tell(case, facts)
        assert told[-1].record == record(case)
        holds(case)


def holds(case: Case) -> None:
    """What must be true of every document at every moment."""
    if case.stage is Stage.PUBLISHED:
        signers = [approval.by.id for approval in case.approvals]
        assert case.attribute is c.Attribute.PROACTIVE
        assert len(signers) == len(set(signers)) >= 2
        assert not set(signers) & case.drafters
        assert not case.open_findings
        assert case.metadata.index_no
    if case.stage is Stage.FILED and case.attribute is c.Attribute.WITHHELD:
        assert case.approvals[0].step == "公开工作机构审查"
    if case.stage in (Stage.WITHDRAWN, Stage.SEALED):
        assert case.metadata.title not in record(case).model_dump_json()
    alarm = clocks.alarm(case)
    if alarm is not None:
        after = KIND.fold(case, clocks.tick(case, alarm, CALENDAR))
        following = clocks.alarm(after)
        assert following is None or following > alarm


@given(st.dates(date(2026, 1, 1), date(2026, 11, 1)))
def test_limit_lies_twenty_working_days_after_the_day_of_formation(formed: date) -> None:
    metadata = c.Metadata(title="标题", issuers=("czj",), formed_on=formed)
    case = KIND.fold(None, drafting.draft("d", "czj", metadata, TEXTS[0], "PUB.GENERAL", PEOPLE[0], MORNING))
    facts = drafting.propose(case, c.Attribute.PROACTIVE, None, None, False, PEOPLE[0], MORNING, CALENDAR)
    due = KIND.fold(case, facts).due_at
    assert due is not None
    last = (due.astimezone(CST) - timedelta(seconds=1)).date()
    assert CALENDAR.workdays_between(formed, last) == 20
    assert CALENDAR.is_workday(last)
