"""The tickets of the sample government at the door."""

from datetime import datetime

import pytest

from contracts.hotline.terms import Matter
from contracts.hotline.tickets import TicketEmitted
from kernel.clock import CST
from sample import data
from services.hotline.domain import KIND, Case, intake
from services.hotline.domain.record import record
from tests.hotline.tickets import CALENDAR, digest

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=CST)


@pytest.fixture(scope="module")
def cases() -> dict[str, Case]:
    """Every ticket after its first emission, and after all of them."""
    names = {name: agency.code for agency in data.register().agencies for name in (agency.name, *agency.aliases)}
    found: dict[str, Case] = {}
    for sample in data.tickets(NOW, CALENDAR.workdays_before):
        emitted = TicketEmitted.model_validate(sample.message())
        arrival = intake.arrive(emitted, "h12345", NOW, digest, names)
        held = found.get(emitted.ticket_no)
        if held is None:
            found[emitted.ticket_no] = KIND.fold(None, intake.open_case(arrival, "n", NOW, CALENDAR))
        else:
            outcome, facts = intake.take(held, arrival, CALENDAR)
            assert outcome == "updated"
            found[emitted.ticket_no] = KIND.fold(held, facts)
    return found


def test_every_sample_ticket_is_taken(cases: dict[str, Case]) -> None:
    assert len(cases) == 36


def test_what_the_rules_propose_for_them(cases: dict[str, Case]) -> None:
    assert cases["RX00001"].matter is Matter.UTILITY
    assert cases["RX00004"].emergency == ("119",)
    assert cases["RX00005"].named == ("cgj",)
    assert cases["RX00006"].matter is Matter.SIMPLE
    assert any("人民法院" in hint for hint in cases["RX00023"].hints)
    assert any("政府信息公开申请" in hint for hint in cases["RX00017"].hints)
    assert cases["RX00019"].emergency == ("110",)


def test_their_records_hold_no_words_of_callers(cases: dict[str, Case]) -> None:
    for sample in data.tickets(NOW, CALENDAR.workdays_before):
        told = record(cases[sample.ticket_no]).model_dump_json()
        assert sample.title not in told
        assert sample.content not in told
        assert sample.caller is None or sample.caller.name not in told
