"""The lawful outcomes of a request, as data: article, row of the annual report, remedy, what a reply must state."""

import json
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter

from contracts.requests.terms import Outcome

Remedy = Literal["review_first", "review_first_for_part", "choice", "none"]
Need = Literal[
    "reasons",
    "ground",
    "law",
    "earlier",
    "searched_or_elsewhere",
    "corrected",
    "reasons_asked",
    "third_party_asked",
    "right_organ",
]
REGULATION = "《中华人民共和国政府信息公开条例》"


class Rule(BaseModel):
    """What the law says of one outcome (条例36 to 40; table 3 of 国办公开办函〔2021〕30号)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Outcome
    label: str
    article: str | None
    article_elsewhere: str | None = None
    ground: str | None = None
    row: str
    row_label: str
    remedy: Remedy
    open: bool
    needs: tuple[Need, ...]
    duty: str
    basis: str | None = None
    unverified: str | None = None

    def basis_text(self, elsewhere: bool = False) -> str:
        """The article, or the document where the regulation has none, as a reply quotes it."""
        article = self.article_elsewhere if elsewhere and self.article_elsewhere else self.article
        return f"{REGULATION}{article}" if article else self.basis or ""


_DATA = json.loads((files("services.requests.domain") / "outcomes.json").read_text(encoding="utf-8"))
OUTCOMES: dict[Outcome, Rule] = {
    rule.code: rule for rule in TypeAdapter(tuple[Rule, ...]).validate_python(_DATA["outcomes"])
}
GROUNDS: dict[str, Rule] = {rule.ground: rule for rule in OUTCOMES.values() if rule.ground}
"""Refusing outcomes by the code of their ground."""
RECTIFICATIONS = frozenset(
    {
        Outcome.RECTIFY_DONE,
        Outcome.RECTIFY_TRANSFERRED,
        Outcome.RECTIFY_DIRECTED,
        Outcome.RECTIFY_UNFOUNDED,
    }
)
"""Answers to a 更正申请 (条例41), and to nothing else."""
CLOSINGS = frozenset({Outcome.CLOSE_NO_CORRECTION, Outcome.CLOSE_FEE_UNPAID, Outcome.CLOSE_OTHER})
"""Ends without a reply: no draft may choose them."""


def remedy_text(remedy: Remedy, review_organ: str, court: str) -> str:
    """救济途径 as a reply must state it.

    Refusals under 条例14 to 16 go to reconsideration first, and the reply must say so (行政复议法23(1)(4), 23(2)); else
    the applicant may choose. 60 days (行政复议法20), 15 days after it (行政诉讼法45), 6 months (行政诉讼法46).
    """
    first = (
        f"应当先自知道本决定之日起六十日内向{review_organ}申请行政复议；对行政复议决定不服的，"
        f"可以自收到行政复议决定书之日起十五日内向{court}提起行政诉讼。"
    )
    match remedy:
        case "none":
            return ""
        case "review_first":
            return f"如对本决定不服，{first}"
        case "review_first_for_part":
            return f"如对其中不予公开的部分不服，{first}"
        case "choice":
            return (
                f"如对本决定不服，可以自知道本决定之日起六十日内向{review_organ}申请行政复议，"
                f"也可以自知道本决定之日起六个月内向{court}提起行政诉讼。"
            )
