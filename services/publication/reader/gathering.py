"""What has been gathered from one text while it is being read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from services.publication.reader.header import Header
from services.publication.reader.reading import Choice, Fields, Found, Remark


@dataclass
class Gathering:
    """The lines of a text and, per field, every value that it gives with the places where it does.

    `content` are the lines that are neither header nor residue of the page. Values are offered in the order of their
    weight; equal values become one choice with both places.
    """

    name: str
    lines: list[str]
    header: Header
    content: list[str]
    choices: dict[str, list[Choice[Any]]] = field(default_factory=dict)
    conflicts: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    def offer(self, name: str, value: object, where: str) -> None:
        """The text gives this value for the field at this place."""
        offered = self.choices.setdefault(name, [])
        for number, choice in enumerate(offered):
            if choice.value == value:
                if where not in choice.where.split("、"):
                    offered[number] = Choice(value=value, where=f"{choice.where}、{where}")
                return
        offered.append(Choice(value=value, where=where))

    def has(self, name: str) -> bool:
        """Whether the text gives the field at all."""
        return name in self.choices

    def settled(self, name: str) -> Any:
        """The value of the field; None where there is none or several."""
        offered = self.choices.get(name, [])
        return offered[0].value if len(offered) == 1 else None

    def conflict(self, code: str, message: str) -> None:
        """Something that a person must look at."""
        self.conflicts.append(Remark(code=code, message=message))

    def note(self, code: str, message: str) -> None:
        """Something that was put right or is worth knowing."""
        self.notes.append(Remark(code=code, message=message))

    def fields(self) -> Fields:
        """The fields as they stand."""
        return Fields.model_validate({name: Found(choices=tuple(offered)) for name, offered in self.choices.items()})


def shown(values: Iterable[object]) -> str:
    """Values in a sentence: “甲”、“乙”."""
    return "、".join(f"“{value}”" for value in values)
