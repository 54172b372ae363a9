"""Types of catalogues: data, with their source. A type says which columns there are, what makes two rows the same item,
which limits run, what a person must judge, what is masked and until when it is shown."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Literal

from pydantic import Field, TypeAdapter

from contracts.publication.catalogue import CatalogueType, Column, Inner, Running, Value
from contracts.publication.catalogue_clocks import Act, CatalogueLimit
from contracts.publication.terms import Row
from kernel.calendar import Calendar
from kernel.refused import Refused
from kernel.text import key, plain
from services.publication.catalogue import names
from services.publication.catalogue.columns import FieldType, Part
from services.publication.catalogue.tally import Most, Tally

SHIPPED = ("directories", "lists", "services", "enforcement", "inspection", "accounts", "registers")


KEPT_BY = "维护机构"
"""Heading over the keepers of rows, where a file has those of several."""


class Limit(Part):
    """So many days after a day, an act must be done. `field` holds the day from which publication counts, `done` that
    on which it was public already, elsewhere or before the platform; with `dated` a change must say when it was
    approved and from when it holds."""

    act: Act
    id: str
    field: str = ""
    done: str = ""
    days: int
    unit: Literal["workdays", "days"]
    warn: int
    """So many days of the same unit before the end a warning is due (D)."""
    source: str
    grade: str
    dated: bool = False

    def told(self) -> CatalogueLimit:
        return CatalogueLimit(**self.model_dump(include=set(CatalogueLimit.model_fields)))

    def done_on(self, values: Mapping[str, Value], today: date) -> date:
        said = values.get(self.done) if self.done else None
        return date.fromisoformat(str(said)) if said else today

    def due(self, begun: date, calendar: Calendar) -> date:
        return calendar.due(begun, self.days) if self.unit == "workdays" else calendar.add_days(begun, self.days)


class Mask(Part):
    """Names of natural persons are masked, and what identifies them is left out."""

    field: str
    when: str
    equals: str
    drop: tuple[str, ...] = ()


class Judgement(Part):
    """What a named person must have decided before an item may be public; the reason stands in `field`."""

    field: str
    question: str
    source: str


class Display(Part):
    """How long an item is shown by a column's word, where no last day is given."""

    by: str
    months: dict[str, int]
    source: str
    grade: str


class Either(Part):
    """Where the column `when` is filled, at least one of `any` is too."""

    any: tuple[str, ...]
    when: str = ""


class Vague(Part):
    """A vague word, and how it is found."""

    word: str
    pattern: str


class ItemType(Part):
    """A type of catalogue."""

    type: str
    title: str
    keeper: str
    source: str
    grade: str
    unverified: tuple[str, ...] = ()
    key: tuple[str, ...]
    headline: str
    fields: tuple[FieldType, ...]
    clocks: tuple[Limit, ...] = ()
    mask: Mask | None = None
    judged: Judgement | None = None
    ends_by: str | None = None
    display: Display | None = None
    vague: tuple[Vague, ...] = ()
    vague_fields: tuple[str, ...] = ()
    either: tuple[Either, ...] = ()
    most: tuple[Most, ...] = ()
    tally: Tally | None = None
    running: Running | None = None
    period_field: str | None = None
    periods: dict[str, int] = Field(default_factory=dict)
    """Words of `period_field` to the months in which something must be published again."""
    period_days: dict[str, int] = Field(default_factory=dict)
    """Those that mean a few days."""
    group_by: str | None = None
    compared: tuple[str, ...] = ()
    """What must agree with the list from above."""
    late_public: bool = False
    """Anyone may see who was late (预决算: 七星关区2017年方案 (三)4)."""

    def read(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """The values of an item in one form, masked where the type says so. Raises `Refused` for a wrong one."""
        known = {field.name for field in self.fields}
        if unknown := sorted(set(given) - known):
            raise Refused("unknown_field", "目录没有这一栏。", field=unknown[0][:40], remedy="请核对目录的栏目。")
        values = {field.name: field.read(given.get(field.name, "")) for field in self.fields}
        for rule in self.either:
            if (not rule.when or values[rule.when]) and not any(values[name] for name in rule.any):
                labels = "、".join(self.label(name) for name in rule.any)
                raise Refused("either", f"{labels}至少须填一项。", field=rule.any[0], remedy="请补充后重新提交。")
        for most in self.most:
            most.require(values, self.label)
        if self.tally:
            self.tally.require(values, self.label)
        if self.mask and values[self.mask.when] == self.mask.equals:
            values = self._masked(values, self.mask)
        return {name: value for name, value in values.items() if value}

    def _masked(self, values: dict[str, Value], mask: Mask) -> dict[str, Value]:
        """The persons' names masked wherever they stand (处罚名称 and 事由 often repeat them)."""
        persons = names.names_in(str(values[mask.field]))
        kept = {name: names.hide(value, persons) if isinstance(value, str) else value for name, value in values.items()}
        return kept | {mask.field: names.masked_cell(str(values[mask.field]))} | dict.fromkeys(mask.drop, "")

    def persons(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """Names of natural persons that an item is about, as they were given."""
        if self.mask is None or plain(str(values.get(self.mask.when, ""))) != self.mask.equals:
            return ()
        return names.names_in(str(values.get(self.mask.field, "")))

    def tombstone(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """What stays in sight of an item that was taken out: of a decision about somebody its number only
        (行政处罚法48: 撤回行政处罚决定信息并公开说明理由; after the time of display it is shown no more)."""
        return {name: values[name] for name in self.key if name in values} if self.mask else self.outside(values)

    def read_row(self, row: Row) -> dict[str, Value]:
        """The values of a row with the official headings. Columns that are not of the type are refused, 序号 is not."""
        return self.read(self.named(row))

    def named(self, row: Row) -> dict[str, Value]:
        """The cells of a row by the names of their columns, as they were given. Who keeps it is asked by itself."""
        given = {heading: cell for heading, cell in row.items() if key(heading) not in ("", "序号", KEPT_BY)}
        if unknown := [heading for heading in given if key(heading) not in self._names]:
            raise Refused("unknown_column", f"目录没有“{unknown[0][:30]}”这一栏。", remedy="请使用规定的栏目名称。")
        return {self._names[key(heading)]: cell for heading, cell in given.items()}

    @cached_property
    def _names(self) -> dict[str, str]:
        """The columns by their headings; spaces and width of these do not matter."""
        names = {key(field.label): field.name for field in self.fields if self._alone(field)}
        return names | {key(field.heading): field.name for field in self.fields}

    def write_row(self, values: Mapping[str, Value], *, inside: bool = True) -> Row:
        return {
            field.heading: field.write(values.get(field.name, ""))
            for field in self.fields
            if inside or not field.internal
        }

    def outside(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The values without what is for the offices only."""
        internal = {field.name for field in self.fields if field.internal}
        return {name: value for name, value in values.items() if name not in internal}

    def key_of(self, values: Mapping[str, Value]) -> str:
        """What makes it the same item, however often it is sent."""
        return "\n".join(str(values.get(name, "")).strip() for name in self.key)

    def label(self, name: str) -> str:
        return next(field.label for field in self.fields if field.name == name)

    def limit(self, act: Act) -> Limit | None:
        return next((limit for limit in self.clocks if limit.act == act), None)

    def period(self, values: Mapping[str, Value]) -> int | None:
        """Months after which something must be published again, where the words of the item say so."""
        return self._said(values, self.periods)

    def next_by(self, values: Mapping[str, Value], months: int | None, after: date, calendar: Calendar) -> date | None:
        """Until when something must be published again: after so many months, or as many days as the words say."""
        if months:
            return calendar.add_months(after, months)
        days = self._said(values, self.period_days)
        return calendar.add_days(after, days) if days else None

    def _said(self, values: Mapping[str, Value], lengths: Mapping[str, int]) -> int | None:
        said = str(values.get(self.period_field, "")) if self.period_field else ""
        return next((length for word, length in lengths.items() if word in said), None)

    def shown_until(self, values: Mapping[str, Value], since: date, calendar: Calendar) -> date | None:
        """The last day on which an item is shown that has been public since a day."""
        given = values.get(self.ends_by) if self.ends_by else None
        if given:
            return date.fromisoformat(str(given))
        months = self.display.months.get(str(values.get(self.display.by))) if self.display else None
        return calendar.add_months(since, months) if months else None

    def remarks(self, values: Mapping[str, Value]) -> tuple[str, ...]:
        """Vague words in what is demanded of people (翁源县2018年分工 第32、34项): for a person to look at."""
        return tuple(
            f"“{self.label(place.partition('.')[0])}”含有模糊表述“{vague.word}”"
            for place in self.vague_fields
            for vague in self.vague
            if re.search(vague.pattern, _text(values, place))
        )

    def told(self, *, inside: bool = True) -> CatalogueType:
        shown = [field for field in self.fields if inside or not field.internal]
        plain = set(Column.model_fields) - {"columns"}
        columns = tuple(
            Column(
                **field.model_dump(include=plain),
                columns=tuple(Inner(name=each.name, label=each.label) for each in field.columns),
            )
            for field in shown
        )
        return CatalogueType(
            type=self.type,
            title=self.title,
            keeper=self.keeper,
            source=self.source,
            grade=self.grade,
            headline=self.headline,
            unverified=self.unverified,
            columns=columns,
            limits=tuple(limit.told() for limit in self.clocks),
            group_by=self.group_by,
            running=self.running,
        )

    def _alone(self, field: FieldType) -> bool:
        return sum(other.label == field.label for other in self.fields) == 1


def _text(values: Mapping[str, Value], place: str) -> str:
    """The text of a field, or of one column of its table (`materials.name`)."""
    name, _, inner = place.partition(".")
    value = values.get(name, "")
    return value if isinstance(value, str) else "\n".join(row.get(inner, "") for row in value)


@cache
def types() -> Mapping[str, ItemType]:
    """The shipped types by name."""
    folder = files("services.publication.catalogue") / "shipped"
    reader: TypeAdapter[list[Any]] = TypeAdapter(list[ItemType])
    shipped = [each for name in SHIPPED for each in reader.validate_json((folder / f"{name}.json").read_bytes())]
    return {each.type: each for each in shipped}


def type_of(name: str) -> ItemType:
    """Raises `Refused` for a type that there is not."""
    found = types().get(name)
    if found is None:
        raise Refused("unknown_type", "没有这种目录。", field="type", remedy=f"可用：{'、'.join(types())}。")
    return found
