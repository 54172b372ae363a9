"""Numbers of an item that must agree: what is part of a whole, and the counts of a survey's questions (D)."""

from collections.abc import Callable, Mapping
from itertools import groupby

from contracts.publication.catalogue import Value
from kernel.refused import Refused
from services.publication.catalogue.columns import Part


class Most(Part):
    """The number or day in one column is at most that in another, where both are given."""

    field: str
    of: str

    def require(self, values: Mapping[str, Value], label: Callable[[str], str]) -> None:
        low, high = str(values.get(self.field, "")), str(values.get(self.of, ""))
        if low and high and _beyond(low, high):
            raise Refused(
                "too_many",
                f"“{label(self.field)}”不能大于或晚于“{label(self.of)}”。",
                field=self.field,
                remedy="请核对后重新提交。",
            )


def _beyond(low: str, high: str) -> bool:
    """Days stand as 2026-11-23, which are compared as words."""
    return low > high if "-" in high[1:] else float(low) > float(high)


class Tally(Part):
    """The table of a survey: each row an option of a question and how many chose it."""

    table: str
    question: str
    form: str
    count: str
    single: str
    """The word of `form` for questions that everyone answers once: their options together are at most the takers."""
    takers: str

    def require(self, values: Mapping[str, Value], label: Callable[[str], str]) -> None:
        rows = values[self.table]
        if isinstance(rows, str) or not any(row[self.count] for row in rows):
            return
        if not values[self.takers]:
            raise self._wrong(f"填报票数的，须填“{label(self.takers)}”")
        if not all(row[self.count] for row in rows):
            raise self._wrong("有的选项没有票数；没有人选的填 0")
        takers = float(str(values[self.takers]))
        for _, group in groupby(sorted(rows, key=self._question), key=self._question):
            options = list(group)
            if len({row[self.form] for row in options}) > 1:
                raise self._wrong("同一问题的题型应当一致")
            counts = [int(row[self.count]) for row in options]
            if max(counts) > takers or (options[0][self.form] == self.single and sum(counts) > takers):
                raise self._wrong(f"同一问题的票数不能超过“{label(self.takers)}”")

    def _question(self, row: Mapping[str, str]) -> str:
        return row[self.question]

    def _wrong(self, what: str) -> Refused:
        return Refused("tally_wrong", f"{what}。", field=self.table, remedy="请核对后重新提交。")
