"""The words of an XML part, each with its place in the bytes, so that a masked word can be put where it stood and every
other byte stays as it was."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

_TAG = re.compile(rb"<[^\s/>]+(?:\s+[^\s=]+\s*=\s*(?:\"[^\"]*\"|'[^']*'))*\s*/?>")
_BLOCKS = frozenset({"p", "si", "is", "comment"})
"""Elements whose text a reader sees as one: a paragraph, a cell, a note. The innermost one counts."""
CELL = "sheetData/row"
"""Parents of a cell."""
_RUNS = frozenset({"t", "delText", "instrText", "delInstrText"})
"""Elements that hold the text of a block in pieces; what is shown, deleted or a field's code is one text each."""


@dataclass(frozen=True, slots=True)
class Word:
    """Text at `start:end` within `tag`, or the attributes of that tag itself. `parent`: `sheetData/row`."""

    start: int
    end: int
    tag: str
    parent: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


Group = list[Word]
"""Words that are one text; a tag's attributes are a group of their own. Of a cell: its tag and its value."""


def read_words(data: bytes, sink: Callable[[Group], None]) -> None:
    """Give the words of a part to `sink`, group by group, in the order in which they end.

    Raises `ValueError` for a part that is not UTF-8 or has a document type, `expat.ExpatError` for a broken one.
    """
    reading, parser = _Reading(data, sink), expat.ParserCreate()

    def at(handle: Callable[..., None]) -> Callable[..., None]:
        return lambda *given: handle(parser.CurrentByteIndex, *given)

    parser.StartElementHandler, parser.EndElementHandler = at(reading.begin), at(reading.end)
    parser.CharacterDataHandler = at(reading.say)
    parser.StartCdataSectionHandler = at(reading.say)
    parser.CommentHandler = parser.ProcessingInstructionHandler = at(reading.flush)
    parser.StartDoctypeDeclHandler = parser.XmlDeclHandler = _plain
    parser.Parse(data, True)


def _plain(first: str, second: str | None, *_: object) -> None:
    """Called with version and encoding of the declaration, or with the name of a document type."""
    if first != "1.0" or (second or "utf-8").lower() not in {"utf-8", "us-ascii"}:
        raise ValueError("not a plain part")


@dataclass(slots=True)
class _Reading:
    data: bytes
    sink: Callable[[Group], None]
    tags: list[str] = field(default_factory=list)
    blocks: list[dict[str, Group]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    start: int = -1
    cell: Group | None = None

    def begin(self, at: int, name: str, attributes: dict[str, str]) -> None:
        self.flush(at)
        tag, parent = name.rpartition(":")[2], "/".join(self.tags[-2:])
        self.tags.append(tag)
        cell = tag == "c" and parent == CELL
        if (attributes or cell) and (whole := _TAG.match(self.data, at)):
            group = [Word(at, whole.end(), tag, parent, attributes=attributes)]
            self.cell = group if cell else self.cell
            if not cell:
                self.sink(group)
        if tag in _BLOCKS:
            self.blocks.append({})

    def end(self, at: int, name: str) -> None:
        self.flush(at)
        tag = self.tags.pop()
        if tag in _BLOCKS:
            for group in self.blocks.pop().values():
                self.sink(group)
        elif tag == "c" and self.cell is not None:
            self.sink(self.cell)
            self.cell = None

    def say(self, at: int, text: str = "") -> None:
        self.start = at if self.start < 0 else self.start
        self.text.append(text)

    def flush(self, at: int, *_: object) -> None:
        text, start = "".join(self.text), self.start
        self.text.clear()
        self.start = -1
        if not text or not (text.strip() or self.tags[-1] in _RUNS):
            return
        tag = self.tags[-1]
        word = Word(start, at, tag, "/".join(self.tags[-3:-1]), text)
        if self.cell is not None and tag == "v":
            self.cell.append(word)
        elif self.blocks and tag in _RUNS:
            self.blocks[-1].setdefault(tag, []).append(word)
        else:
            self.sink([word])
