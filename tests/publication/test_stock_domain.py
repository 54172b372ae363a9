"""Documents of the stock: what a confirmation makes public, and what stays inside."""

from datetime import date, datetime

import pytest

from contracts.publication import record as c
from kernel.clock import CST
from services.publication.domain import drafting, stock
from services.publication.domain.facts import Doubt, InField
from services.publication.domain.state import Case, Stage
from tests.publication.documents import (
    CLEAN,
    LEAKY,
    NOW,
    SUM,
    ZHANG,
    ZHAO,
    after,
    metadata,
    refused,
)


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
        given.get("in_fields", ()),  # type: ignore[arg-type]
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
    assert stock.lacks(case, NOW.date()) == ("缺公开属性", "有 1 处矛盾")
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


def test_what_was_found_in_a_field_stays_open_until_a_person_rewrites_or_masks_it() -> None:
    found = InField(field="title", kind="id_card", masked="110*************11")
    case = imported(in_fields=(found,), metadata=metadata(title="关于张三110*************11补助的通知", formed_on=None))
    assert (case.open_findings, stock.lacks(case, NOW.date())) == (1, ("有 1 处个人信息",))
    refused("personal_data", lambda: confirmed(case))
    refused("personal_data", lambda: confirmed(case, settle=c.Changes(formed_on=date(2018, 6, 25))))
    refused("no_findings", lambda: drafting.allow_findings(case, "某法第一条", "依法公开", ZHAO, NOW))
    rewritten = confirmed(case, settle=c.Changes(title="关于某人补助的通知"))
    assert (rewritten.public, rewritten.metadata.title) == (True, "关于某人补助的通知")
    masked = after(case, drafting.mask(case, CLEAN, ZHAO, NOW))
    assert confirmed(masked).public


@pytest.mark.parametrize(
    "written", ["示财发[2018]7号", "示财发（２０１８）第07号", "示财发【2018】 7 号", "示财发〔2018〕7号"]
)
def test_a_settled_number_is_normalised(written: str) -> None:
    case = confirmed(imported(), settle=c.Changes(doc_no=written))
    assert (case.metadata.doc_no, case.metadata.party) == ("示财发〔2018〕7号", False)


def test_a_party_number_is_told_apart_and_a_wrong_one_refused() -> None:
    assert confirmed(imported(), settle=c.Changes(doc_no="示委发[2018]7号")).metadata.party
    refused("document_number_malformed", lambda: confirmed(imported(), settle=c.Changes(doc_no="示财发2018年7号")))
