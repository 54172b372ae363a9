"""What an office sets for itself: its own limit, its warnings, its templates; and the alerts that follow."""

from datetime import date
from pathlib import Path

import pytest

from contracts.requests.papers import DocumentKind
from contracts.requests.procedure import RequestChanged
from contracts.requests.terms import Channel
from kernel.refused import Refused
from services.requests.configuration import PACKAGED, Configuration
from services.requests.documents import VALUES, template_names
from services.requests.domain import KIND, handling
from services.requests.domain import facts as f
from services.requests.domain.kind import record
from services.requests.domain.outcomes import CLOSINGS, OUTCOMES
from services.requests.domain.state import Policy
from services.requests.printing import fill
from tests.requests.story import Story

INTERNAL = Policy(internal=15)


def test_own_limit_is_noted_on_its_last_day_and_not_before() -> None:
    story = Story(policy=INTERNAL).accepted()
    limit = story.case.deadlines.reply
    assert limit is not None
    assert (limit.internal, limit.due) == (date(2026, 11, 23), date(2026, 11, 30))
    assert story.ring(date(2026, 11, 22)) == []
    noted = story.ring(date(2026, 11, 23))
    assert [type(fact) for fact in noted] == [f.InternalLimitReached, f.Warned]
    assert record(story.case).internal_due_on == date(2026, 11, 23)
    assert all(not isinstance(fact, f.BecameOverdue) for fact in noted)
    assert not record(story.case).overdue


def test_own_limit_moves_with_extension_and_is_noted_anew() -> None:
    story = Story(policy=Policy(internal=15, warn_left=())).accepted()
    story.ring(date(2026, 11, 23))
    assert record(story.case).alert == "内部期限已到"
    story.do(handling.extend, 10, "head", story.today, "paper")
    assert record(story.case).internal_due_on == date(2026, 12, 7)
    assert record(story.case).alert == ""
    assert story.ring(date(2026, 12, 6)) == []
    assert [type(fact) for fact in story.ring(date(2026, 12, 7))] == [f.InternalLimitReached]


def test_no_own_limit_unless_it_is_set() -> None:
    story = Story().accepted()
    assert record(story.case).internal_due_on is None


def test_warnings_of_the_agency() -> None:
    story = Story(policy=Policy(warn_left=(3,))).accepted()
    limit = story.case.deadlines.reply
    assert limit is not None
    assert limit.warn_on == (date(2026, 11, 25),)
    assert story.ring(date(2026, 11, 24)) == []
    story.ring(date(2026, 11, 25))
    assert record(story.case).alert == "答复期限剩余不超过3个工作日"
    story.ring(date(2026, 12, 1))
    assert record(story.case).alert == "答复逾期"


@pytest.mark.parametrize("channel", [Channel.INTERNET, Channel.FAX, Channel.LETTER])
def test_unconfirmed_request_is_told_after_one_working_day(channel: Channel) -> None:
    story = Story(channel)
    assert story.ring(date(2026, 11, 3)) == []
    assert record(story.case).alert == ""
    noted = story.ring(date(2026, 11, 4))
    assert [type(fact) for fact in noted] == [f.ConfirmationMissed]
    (told,) = KIND.tell(story.case, noted)
    assert isinstance(told, RequestChanged)
    assert told.record.alert == "逾期未与申请人确认收到"


def test_settings_of_a_folder(tmp_path: Path) -> None:
    settings = '{"default": {"internal": 15}, "agencies": {"czj": {"internal": 10, "warn_left": [8, 2]}}}'
    (tmp_path / "settings.json").write_text(settings, encoding="utf-8")
    read = Configuration.read(tmp_path)
    assert read.policy("zrzyj") == Policy(internal=15)
    assert read.policy("czj") == Policy(internal=10, warn_left=(8, 2))
    assert Configuration.read(None).policy("czj") == Policy()
    for wrong in ('{"default": {"internal": 20}}', '{"default": {"days": 3}}', "{"):
        (tmp_path / "settings.json").write_text(wrong, encoding="utf-8")
        with pytest.raises(Refused) as refused:
            Configuration.read(tmp_path)
        assert refused.value.code == "requests_settings"


def test_an_agency_edits_its_template_without_code(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "czj"
    own.mkdir(parents=True)
    (own / "receipt.txt").write_text("# 财政局回执\n{{ 申请编号 }}\n", encoding="utf-8")
    (tmp_path / "templates" / "_signature.txt").write_text("> {{ 机关 }}（章）\n", encoding="utf-8")
    configuration = Configuration(tmp_path)
    values = dict.fromkeys(VALUES, "") | {"申请编号": "N-1", "机关": "示例局"}
    printed = fill("receipt", lambda name: configuration.template("czj", (name,)), values)
    assert [each.text for each in printed.paragraphs] == ["财政局回执", "N-1"]
    other = fill("receipt", lambda name: configuration.template("zrzyj", (name,)), values)
    assert other.paragraphs[-1].text == "示例局（章）"
    assert other.title == "政府信息登记回执"


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{{ 没有的名称 }}", "template"),
        ("{% if %}", "template"),
        ("{{ 机关.__class__.__mro__ }}", "template"),
        ("{% for n in range(10**7) %}x{% endfor %}", "template"),
        ('{% include "../../settings" %}', "no_template"),
    ],
)
def test_templates_that_are_wrong(tmp_path: Path, template: str, code: str) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "receipt.txt").write_text(template, encoding="utf-8")
    configuration = Configuration(tmp_path)
    with pytest.raises(Refused) as refused:
        fill("receipt", lambda name: configuration.template("czj", (name,)), dict.fromkeys(VALUES, ""))
    assert refused.value.code == code


def test_every_packaged_template_fills_and_every_document_has_one() -> None:
    configuration = Configuration()
    values = {name: f"【{name}】" for name in VALUES}
    for path in PACKAGED.glob("*.txt"):
        printed = fill(path.stem, lambda name: configuration.template("czj", (name,)), values)
        assert printed.paragraphs
    for kind in DocumentKind:
        if kind is not DocumentKind.REPLY:
            assert (PACKAGED / f"{kind.name.lower()}.txt").exists()
    for outcome in OUTCOMES.keys() - CLOSINGS:
        names = template_names(DocumentKind.REPLY, type("Drafted", (), {"outcome": outcome}))
        found = next(name for name in names if (PACKAGED / f"{name}.txt").exists())
        assert found != "reply", outcome
        text = configuration.template("czj", names)
        assert '{% include "_remedy" %}' in text
        assert "{{ 依据 }}" in text
        assert ("{{ 理由 }}" in text) >= ("reasons" in OUTCOMES[outcome].needs)
