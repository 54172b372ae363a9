"""Every word that people meet in events, states and roles stands in the glossary, with its Chinese."""

import json
from collections.abc import Iterator

from contracts.base import Role
from contracts.registry import REGISTRY
from services.hotline.domain.ticket import LABELS as TICKETS
from services.publication.decisions.state import LABELS as DECISIONS
from services.publication.domain.checks import LABELS as DOCUMENTS
from services.publication.ledgers.domain import LABELS as LEDGERS
from services.publication.meetings.domain import LABELS as MEETINGS
from services.requests.domain.state import LABELS as REQUESTS
from services.supervision.domain.record import LABELS as TASKS
from tests.guards.reading import CHINESE, ROOT, pages

GLOSSARY = pages()["docs/glossary.md"]


def words() -> Iterator[str]:
    """Roles, records, events and outcomes of the code."""
    yield from (role.value for role in Role)
    for event in REGISTRY.events():
        if event.record_name != "records":
            yield event.record_name
        yield event.event_name
    outcomes = json.loads((ROOT / "services/requests/domain/outcomes.json").read_text(encoding="utf-8"))["outcomes"]
    yield from (outcome["code"] for outcome in outcomes)


def states() -> Iterator[tuple[str, str]]:
    """States with what people are shown."""
    for labels in (DOCUMENTS, DECISIONS, MEETINGS, LEDGERS, REQUESTS, TICKETS, TASKS):
        yield from ((str(getattr(state, "value", state)), label) for state, label in labels.items())


def missing(page: str) -> set[str]:
    """Words of the code that a glossary does not have, and states whose Chinese differs."""
    rows = {f"`{state}` | {label}" for state, label in states()}
    return {row for row in rows if row not in page} | {word for word in words() if f"`{word}`" not in page}


def test_the_glossary_has_every_word() -> None:
    assert missing(GLOSSARY) == set()


def test_every_row_has_chinese() -> None:
    rows = [line for line in GLOSSARY.splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    assert [row for row in rows if not CHINESE.search(row)] == []


def test_a_planted_gap_is_found() -> None:
    assert missing(GLOSSARY.replace("`fee_pending` | 待缴费", "`fee_pending` | 缴费")) == {"`fee_pending` | 待缴费"}
    assert missing(GLOSSARY.replace("`levelled`", "levelled")) == {"levelled"}
    assert missing(GLOSSARY.replace("`DENY_3`", "`DENY_9`")) == {"DENY_3"}
