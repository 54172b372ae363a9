"""The draw itself: a pure function of the published lists, the published seed and a public value. The same in words,
with a program of twenty lines, stands in docs/random-draw.md; whoever has the publication can repeat it without us.

    commitment  SHA-256 of the seed (64 hexadecimal signs), published before the draw
    lists       the text of `Lists`, its SHA-256 published before the draw
    key         SHA-256 of "seed\\nSHA-256 of the lists\\npublic value"
    subjects    those with the smallest SHA-256 of "key\\nsubject", as many as wanted
    inspectors  for each drawn subject in that order, among the inspectors without a conflict of interest with it,
                those with the fewest subjects so far; among equal ones with the smallest SHA-256 of
                "key\\nsubject\\ninspector"
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from kernel.refused import Refused

SUBJECTS, INSPECTORS, CONFLICTS = "# subjects", "# inspectors", "# conflicts"
_BETWEEN = "\t"


@dataclass(frozen=True)
class Lists:
    """Who can be drawn: code to name; and pairs (inspector, subject) with a conflict of interest."""

    subjects: Mapping[str, str]
    inspectors: Mapping[str, str]
    conflicts: frozenset[tuple[str, str]]

    def lines(self) -> list[str]:
        """The text in one form: each list in the order of its codes, tabs between code and name."""
        return [
            SUBJECTS,
            *(f"{code}{_BETWEEN}{name}" for code, name in sorted(self.subjects.items())),
            INSPECTORS,
            *(f"{code}{_BETWEEN}{name}" for code, name in sorted(self.inspectors.items())),
            CONFLICTS,
            *(f"{inspector}{_BETWEEN}{subject}" for inspector, subject in sorted(self.conflicts)),
        ]

    @classmethod
    def read(cls, lines: Iterable[str]) -> Self:
        """Raises `Refused` for lines that are no lists."""
        parts: dict[str, list[tuple[str, str]]] = {SUBJECTS: [], INSPECTORS: [], CONFLICTS: []}
        part: list[tuple[str, str]] | None = None
        for line in lines:
            if line in parts:
                part = parts[line]
                continue
            code, between, name = line.partition(_BETWEEN)
            if part is None or not between:
                raise Refused("no_lists", "名单格式不正确。", field="lines", remedy="请重新下载抽取名单。")
            part.append((code, name))
        return cls(dict(parts[SUBJECTS]), dict(parts[INSPECTORS]), frozenset(parts[CONFLICTS]))


@dataclass(frozen=True)
class Drawn:
    """A drawn subject with its inspectors in their order."""

    subject: str
    inspectors: tuple[str, ...]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(lines: Sequence[str]) -> str:
    """SHA-256 of the lists: lines ended by a line feed each."""
    return digest("".join(f"{line}\n" for line in lines))


def commit(seed: str) -> str:
    return digest(seed)


def draw(lists: Lists, seed: str, public_value: str, wanted: int, per_subject: int) -> list[Drawn]:
    """Who is drawn. A subject whose inspectors are all in conflict gets fewer, or none; a person appoints them."""
    key = digest(f"{seed}\n{digest_of(lists.lines())}\n{public_value}")
    order = sorted(lists.subjects, key=lambda code: (digest(f"{key}\n{code}"), code))
    load: Counter[str] = Counter()
    found: list[Drawn] = []
    for subject in order[:wanted]:
        free = [each for each in lists.inspectors if (each, subject) not in lists.conflicts]
        ranked = {each: digest(f"{key}\n{subject}\n{each}") for each in free}
        chosen = sorted(free, key=lambda each: (load[each], ranked[each], each))[:per_subject]
        load.update(chosen)
        found.append(Drawn(subject, tuple(chosen)))
    return found
