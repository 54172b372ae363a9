"""Tables 2 and 3 of the annual report from requests alone (国办公开办函〔2021〕30号; identities by construction)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from contracts.readmodel.terms import Opening
from services.readmodel.reports.counted import CLASSES, RequestCount
from services.readmodel.reports.form import BLOCKS, COLUMNS, ENDS, MERGED, OTHER_HANDLING, ROWS, TOTAL

Cell = tuple[str, str]
Table = dict[str, dict[str, int | None]]
Case = tuple[str, RequestCount]


@dataclass(frozen=True)
class Period:
    """A year up to a day: what happens after `cutoff` has not happened yet. Dates are ISO texts."""

    year: int
    cutoff: str
    first: str

    @classmethod
    def of(cls, year: int, as_of: date) -> "Period":
        """State at 31 December, or at an earlier day while the year runs."""
        return cls(year, min(as_of, date(year, 12, 31)).isoformat(), f"{year}-01-01")

    def holds(self, day: str) -> bool:
        return self.first <= day <= self.cutoff


def request_cells(case: RequestCount, period: Period) -> Iterator[str]:
    """Rows of table 2 in which a request stands: new or carried in, and exactly one result or carried on.

    The year is that of the receipt; carried is what had no result at 31 December 24:00. A correction does not count a
    request twice, nor does an ordered redo.
    """
    if not case.received or case.received > period.cutoff or ("" < case.closed < period.first):
        return
    yield "r01" if case.received >= period.first else "r02"
    if period.holds(case.closed):
        yield case.row
        yield "r24"
    else:
        yield "r25"


def review_cells(case: RequestCount, period: Period) -> Iterator[Cell]:
    """Cells of table 3 in which a request's reviews and suits stand: filed in the year, or open from the year before,
    each by its state at the cutoff. They are counted by case, not by request."""
    for review in case.reviews:
        if review.filed > period.cutoff or ("" < review.decided < period.first):
            continue
        ended = review.decided and review.decided <= period.cutoff
        yield BLOCKS[review.kind], ENDS[review.result if ended else "pending"]


def table2(cases: Iterable[Case], period: Period, opening: "Balance") -> Table:
    """Table 2 by verbatim labels, totals computed."""
    counts = {row: [0] * len(COLUMNS) for row in ROWS}
    for _, case in cases:
        for row in request_cells(case, period):
            counts[row][case.column] += 1
    for row, added in opening.rows().items():
        counts[row] = [a + b for a, b in zip(counts[row], added, strict=True)]
    return {ROWS[row]: with_total(values) for row, values in counts.items()}


def table3(cases: Iterable[Case], period: Period) -> Table:
    """Table 3: three blocks of four ends and their total."""
    counts = {block: dict.fromkeys(ENDS.values(), 0) for block in BLOCKS.values()}
    for _, case in cases:
        for block, column in review_cells(case, period):
            counts[block][column] += 1
    return {block: {**ends, TOTAL: sum(ends.values())} for block, ends in counts.items()}


def with_total(values: list[int]) -> dict[str, int | None]:
    return {**dict(zip(COLUMNS, values, strict=True)), TOTAL: sum(values)}


def merged(table: Table) -> Table:
    """Table 2 with （六）其他处理 as one row, as the format of 2019 has it and some print it still."""
    parts = [table[ROWS[row]] for row in OTHER_HANDLING]
    one = {column: sum(part[column] or 0 for part in parts) for column in (*COLUMNS, TOTAL)}
    empty: dict[str, int | None] = dict.fromkeys((*COLUMNS, TOTAL))
    return {**table, **{ROWS[row]: dict(empty) for row in OTHER_HANDLING}, MERGED: dict(one)}


def behind(cases: Iterable[Case], period: Period, row: str, column: str) -> list[str]:
    """Numbers of the requests behind a cell, by labels; the total column and rows of both tables."""
    wanted = _matcher(row, column)
    return sorted(id for id, case in cases if wanted(case, period))


def _matcher(row: str, column: str) -> Callable[[RequestCount, Period], bool]:
    if row in BLOCKS.values():
        ends = set(ENDS.values()) if column == TOTAL else {column}
        return lambda case, period: any(block == row and end in ends for block, end in review_cells(case, period))
    rows = set(OTHER_HANDLING) if row == MERGED else {key for key, label in ROWS.items() if label == row}
    places = set(range(len(COLUMNS))) if column == TOTAL else {COLUMNS.index(column)}
    return lambda case, period: case.column in places and any(key in rows for key in request_cells(case, period))


@dataclass(frozen=True)
class Balance:
    """What was carried in without a record on the platform, and what became of it, by row and column."""

    carried: tuple[int, ...] = (0,) * len(CLASSES)
    results: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def rows(self) -> dict[str, list[int]]:
        """What it adds to table 2: 上年结转, results, their total, and what is carried on."""
        results = {row: list(values) for row, values in self.results}
        done = [sum(values) for values in zip(*results.values(), strict=True)] if results else [0] * len(CLASSES)
        left = [have - gone for have, gone in zip(self.carried, done, strict=True)]
        return {**results, "r02": list(self.carried), "r24": done, "r25": left}


def balance(openings: Mapping[int, Iterable[Opening]], year: int) -> Balance:
    """The opening balances up to a year: what earlier years left open is carried into it."""
    carried = [0] * len(CLASSES)
    results: dict[str, list[int]] = {}
    for at in sorted(each for each in openings if each <= year):
        for opening in openings[at]:
            for name, count in opening.carried.items():
                carried[CLASSES.index(name)] += count
            for row, by_class in opening.results.items():
                for name, count in by_class.items():
                    if at < year:
                        carried[CLASSES.index(name)] -= count
                    else:
                        results.setdefault(row, [0] * len(CLASSES))[CLASSES.index(name)] += count
    return Balance(tuple(carried), tuple((row, tuple(values)) for row, values in results.items()))


def first_year(cases: Iterable[Case]) -> int | None:
    """The first year of which a request is known."""
    return min((int(case.received[:4]) for _, case in cases if case.received), default=None)
