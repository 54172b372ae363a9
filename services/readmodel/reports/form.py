"""The statutory form of the annual report, as data: rows, columns and blocks of its three tables, in both formats."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from contracts.readmodel.terms import Form

FIRST_OF_2021 = 2021
"""国办公开办函〔2021〕30号: reports for 2021 and later; those for 2019 and 2020 follow 国办公开办函〔2019〕60号."""


@cache
def data() -> dict[str, Any]:
    """The packaged file `form.json`."""
    read: dict[str, Any] = json.loads(files(__package__).joinpath("form.json").read_text(encoding="utf-8"))
    return read


COLUMNS: tuple[str, ...] = tuple(data()["columns"])
TOTAL: str = data()["total"]
ROWS: dict[str, str] = dict(data()["rows"])
MERGED: str = data()["merged"][1]
RESULTS = tuple(f"r{n:02d}" for n in range(3, 24))
OTHER_HANDLING = ("r21", "r22", "r23")
BLOCKS: dict[str, str] = dict(data()["table3"]["blocks"])
ENDS: dict[str, str] = dict(data()["table3"]["columns"])
PARTS: dict[str, str] = data()["parts"]
RELATION: str = data()["relation"]
FORMATS: dict[str, str] = data()["formats"]
DECIMALS = frozenset(data()["decimals"])
SIGNED = frozenset(data()["signed"])


@dataclass(frozen=True)
class Block:
    """One block of table 1: which item of 条例第20条, its rows and columns."""

    article: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]


def blocks(form: Form) -> tuple[Block, ...]:
    """Table 1 of a format."""
    return tuple(Block(each["article"], tuple(each["rows"]), tuple(each["columns"])) for each in data()["table1"][form])


def cells(form: Form) -> tuple[tuple[str, str], ...]:
    """Row and column of every cell of table 1."""
    return tuple((row, column) for block in blocks(form) for row in block.rows for column in block.columns)


def form_of(year: int) -> Form:
    """The format in force for the reports of a year."""
    return "2021" if year >= FIRST_OF_2021 else "2019"
