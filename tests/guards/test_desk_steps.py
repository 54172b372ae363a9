"""What the desk offers keeps up with the registry: every command has its Chinese name, its place and its words."""

import re

from contracts.hotline.terms import TicketState
from contracts.publication import decisions as c
from contracts.publication.ledgers import LedgerStage
from contracts.publication.meetings import MeetingStage
from contracts.registry import REGISTRY
from contracts.requests.terms import Stage
from contracts.verbs import SERVICES, VERBS
from services.gateway import inputs, offices, steps
from services.gateway.labels import NOT_PAPERS, paper

CHINESE = re.compile(r"[一-龥]|^\d+$")
APART: dict[str, set[str]] = {
    "publication": {"attach", "confirm-attachment", "detach", "piece", "change-ledger", "register-secret"},
    "requests": {"attach", "clear-attachment", "export-case-file", "make-document"},
    "opinion": {"read-posts"},
    "sitewatch": {"correct-site", "set-site-status", "see-account", "probe-now", "inspect-now"},
}
"""Commands that need a file, a long list or a stated purpose, and those of keepers of registers: no steps of a desk."""
ANYWHERE = {"*", "withdrawn", "sealed"}
"""Any record of publication can be taken down."""


def test_every_command_and_query_of_people_has_a_chinese_name() -> None:
    names = {f"{kind.service()}.{kind.verb}" for kind in REGISTRY.for_persons()}
    assert names == set(VERBS), "contracts/verbs.py"
    assert {name.split(".")[0] for name in names} <= set(SERVICES)
    assert all(CHINESE.search(said) for said in VERBS.values())


def test_every_command_about_a_record_is_offered_somewhere() -> None:
    on_desk = {each.kind for offers in steps.table().values() for each in offers}
    for kind in offices.COMMANDS.values():
        if {"id", "number"} & set(kind.model_fields) and kind.verb not in APART.get(kind.service(), ()):
            assert kind in on_desk, f"{kind.service()}.{kind.verb}: services/gateway/steps.py"


def test_the_states_at_which_steps_are_offered_exist() -> None:
    known = {
        "hotline.ticket": {state.value for state in TicketState},
        "requests.request": {state.value for state in Stage},
        "publication.decision": {state.value for state in c.DecisionStage},
        "publication.meeting": {state.value for state in MeetingStage},
        "publication.work_ledger": {state.value for state in LedgerStage},
    }
    for type_name, states in known.items():
        assert {state for each in steps.table()[type_name] for state in each.states} <= states | ANYWHERE


def test_everything_on_a_form_is_said_in_chinese() -> None:
    for offers in steps.table().values():
        for each in offers:
            if each.reads:
                for name, field in each.kind.answered_by.model_fields.items():
                    assert name in NOT_PAPERS or CHINESE.search(paper(name, field)), f"{each.kind.verb}.{name}"
            for field in inputs.inputs(each.kind, each.naming("x", {})):
                for words in (field.label, field.group or "组", *(said for _, said in field.options)):
                    assert CHINESE.search(words), f"{each.kind.verb}.{field.name}: services/gateway/inputs_words.py"
