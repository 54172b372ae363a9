"""Word and Excel files as packages of parts: every word in every part, read and masked.

What a reader sees of a file is only a part of what lies in it: properties, text boxes, comments, links, hidden names,
the memory of charts and pivot tables. Personal data in any of them is found, and masked.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape, quoteattr

from services.publication.attachments.words import CELL, Group, Word, read_words

Spans = list[tuple[int, int, str]]
"""Places in a text, in order and without overlap, with what is to stand there."""
Edit = tuple[int, int, bytes]

MAX_PARTS = 2_000
MAX_UNPACKED = 256 * 1024 * 1024
MAX_XML = 64 * 1024 * 1024

_XML = (".xml", ".rels", ".vml")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)")
_LEFT_OUT = re.compile(r"xl/calcChain\.xml|docProps/thumbnail\.\w+")
_NAMED_LEFT_OUT = re.compile(
    rb"<(?:Relationship|Override)\s[^>]*=\"[^\">]*(?:calcChain\.xml|thumbnail\.\w+)\"[^>]*?(?:/>|></\w+>)"
)
_PRINTER_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|\d+|[A-Z])')
"""In the page headers of sheets: left, centre, right, fonts and the like."""
_WORTH = re.compile(r"[0-9０-９\u4e00-\u9fff]")
_WORKED_ON_IT = frozenset({"creator", "lastModifiedBy", "Manager", "author"})
"""Elements and attributes that name who made, changed or commented the file."""
_NUMBERS = frozenset({"n.v", "minValue", "maxValue"})
"""Attributes of a pivot table's memory that must be numbers."""
_TYPE = re.compile(rb"\st\s*=\s*(?:\"[^\"]*\"|'[^']*')")


def opened(data: bytes) -> zipfile.ZipFile:
    """The package, within bounds: it may unpack to a multiple of its size. Raises `ValueError` beyond them."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = archive.infolist()
    texts = (each.file_size for each in parts if _is_xml(each.filename))
    size = sum(each.file_size for each in parts)
    if len(parts) > MAX_PARTS or size > MAX_UNPACKED or max(texts, default=0) > MAX_XML:
        raise ValueError("unpacks to too much")
    return archive


def texts_of(archive: zipfile.ZipFile, worth: Callable[[str], bool]) -> Iterator[tuple[str, list[str]]]:
    """The texts of each part, block by block, but for the cells of sheets. Of attributes those that are `worth` it:
    most are styles."""

    def said(group: Group) -> list[str]:
        if group[0].text:
            text = "".join(word.text for word in group)
            return [_PRINTER_CODE.sub("\n", text) if group[0].parent.endswith("headerFooter") else text]
        if _is_cell(group):
            return []
        return [value for value in group[0].attributes.values() if _WORTH.search(value) and worth(value)]

    for name in filter(_is_xml, archive.namelist()):
        found: list[str] = []
        read_words(_closed(name, archive.read(name)), lambda group, found=found: found.extend(said(group)))  # type: ignore[misc]
        yield name, found


def masked_package(data: bytes, find: Callable[[str], Spans]) -> bytes:
    """The same file with all that `find` finds masked, without the names of who worked on it, without a picture of its
    first page; a workbook holds values in place of formulas, which would show again what they were made from."""
    made = io.BytesIO()
    with opened(data) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for part in archive.infolist():
            if _LEFT_OUT.fullmatch(part.filename):
                continue
            content = archive.read(part)
            if _is_xml(part.filename):
                content = _masked_part(part.filename, content, find)
            target.writestr(part.filename, content)
    return made.getvalue()


def _masked_part(name: str, content: bytes, find: Callable[[str], Spans]) -> bytes:
    if name == "[Content_Types].xml" or name.endswith(".rels"):
        content = _NAMED_LEFT_OUT.sub(b"", content)
    if _SHEET.fullmatch(name):
        content = _FORMULA.sub(b"", content)
    content = _closed(name, content)
    edits: list[Edit] = []
    read_words(content, lambda group: edits.extend(_edits(content, group, find)))
    parts, end = [], 0
    for start, stop, words in sorted(edits):
        parts += [content[end:start], words]
        end = stop
    return b"".join([*parts, content[end:]])


def _edits(content: bytes, group: Group, find: Callable[[str], Spans]) -> Iterator[Edit]:
    if _is_cell(group):
        yield from _of_cell(content, group, find)
    elif not group[0].text:
        yield from _of_tag(content, group[0], find)
    elif group[0].tag in _WORKED_ON_IT:
        yield from ((word.start, word.end, b"") for word in group)
    elif spans := find("".join(word.text for word in group)):
        yield from _of_text(group, spans)


def _of_text(group: Group, spans: Spans) -> Iterator[Edit]:
    """What is masked stands in the piece in which it began; the pieces over which it went on lose their share."""
    offset = 0
    for word in group:
        end, text = offset + len(word.text), word.text
        for start, stop, masked in reversed(spans):
            if start < end and stop > offset:
                shown = masked if start >= offset else ""
                text = text[: max(start - offset, 0)] + shown + text[stop - offset :]
        if text != word.text:
            number = word.tag == "v" and word.parent.startswith("numCache")
            yield word.start, word.end, b"0" if number else escape(text).encode()
        offset = end


def _of_tag(content: bytes, word: Word, find: Callable[[str], Spans]) -> Iterator[Edit]:
    tag = content[word.start : word.end]
    for name, value in word.attributes.items():
        if name.rpartition(":")[2] in _WORKED_ON_IT:
            shown = ""
        elif _WORTH.search(value) and (spans := find(value)):
            shown = "0" if name in _NUMBERS or f"{word.tag}.{name}" in _NUMBERS else replaced(value, spans)
        else:
            continue
        given = re.compile(rb"(\s" + re.escape(name.encode()) + rb"\s*=\s*)(?:\"[^\"]*\"|'[^']*')")
        quoted = quoteattr(shown).encode()
        tag = given.sub(lambda found, quoted=quoted: found[1] + quoted, tag)  # type: ignore[misc]
    if tag != content[word.start : word.end]:
        yield word.start, word.end, tag


def _of_cell(content: bytes, group: Group, find: Callable[[str], Spans]) -> Iterator[Edit]:
    """A cell whose value is a number becomes a text."""
    cell, *values = group
    kind = cell.attributes.get("t", "n")
    if kind not in ("n", "str", "d") or not values:
        return
    said = "".join(word.text for word in values)
    text = as_number(said) if kind == "n" else said
    if spans := find(text):
        tag = _TYPE.sub(b"", content[cell.start : cell.end])
        yield cell.start, cell.end, tag[:-1] + b' t="str">'
        yield values[0].start, values[0].end, escape(replaced(text, spans)).encode()
        yield from ((word.start, word.end, b"") for word in values[1:])


def replaced(text: str, spans: Spans) -> str:
    """The text with other words at some places."""
    for start, stop, masked in reversed(spans):
        text = text[:start] + masked + text[stop:]
    return text


def as_number(said: str) -> str:
    """A number as a cell shows it: `1.3800138E10` is 13800138000."""
    try:
        value = float(said)
    except ValueError:
        return said
    return str(int(value)) if value.is_integer() and abs(value) < 1e20 else said


def _closed(name: str, content: bytes) -> bytes:
    """Old versions of Excel leave line breaks open in drawings."""
    return content.replace(b"<br>", b"<br/>") if name.lower().endswith(".vml") else content


def _is_xml(name: str) -> bool:
    return name.lower().endswith(_XML)


def _is_cell(group: Group) -> bool:
    return group[0].tag == "c" and group[0].parent == CELL and not group[0].text
