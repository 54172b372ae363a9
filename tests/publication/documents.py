"""Documents on their way to the public, in each of its stages."""

from collections.abc import Sequence
from datetime import date, datetime

import pytest

from contracts.publication import record as c
from kernel.calendar import Calendar
from kernel.clock import CST
from kernel.facts import Fact
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from services.publication.domain import KIND, drafting, publishing
from services.publication.domain.facts import Datum, Kept, Official
from services.publication.domain.state import Case

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
