"""The text of a Word file (.docx): paragraphs as lines, table rows as one line with tabs between the cells."""

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from kernel.refused import Refused

MAX_PART_BYTES = 16 * 1024 * 1024
"""Largest unpacked part of the file that is read: a bound against zip bombs."""

MAX_PARTS = 2_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAIN = "word/document.xml"
_MARGINS = re.compile(r"word/(?:header|footer|footnotes)\d{0,3}\.xml")
_MAX_MARGINS = 20


def word_text(data: bytes) -> tuple[str, str]:
    """Text of the document, and of its page headers, footers and notes (where a secrecy mark may stand).

    Raises `Refused` for a file that is not a Word file, is damaged, or unpacks to more than the bounds.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) > MAX_PARTS or _MAIN not in names:
                raise _refused("file_damaged", "文件不是完整的 Word 文档。")
            main = "\n".join(_lines(_part(archive, _MAIN)))
            margins = [name for name in names if _MARGINS.fullmatch(name)][:_MAX_MARGINS]
            return main, "\n".join(line for name in margins for line in _lines(_part(archive, name)))
    except Refused:
        raise
    except Exception as error:  # a broken file makes the parsers raise anything
        raise _refused("file_damaged", "Word 文档已损坏或加密，无法读取。") from error


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        data = part.read(MAX_PART_BYTES + 1)
    if len(data) > MAX_PART_BYTES:
        raise _refused("file_too_large", "Word 文档解开后过大，无法读取。")
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _refused("file_damaged", "Word 文档含有不允许的实体声明。")
    return data


def _lines(data: bytes) -> Iterator[str]:
    """Text of the paragraphs in their order; the paragraphs of one table row become one line."""
    line: list[str] = []
    depth = 0
    for event, element in ElementTree.iterparse(io.BytesIO(data), events=("start", "end")):
        tag = element.tag
        if event == "start":
            depth += tag == f"{_W}tbl"
            continue
        line.append(_said(tag, element, depth > 0))
        if tag == f"{_W}tbl":
            depth -= 1
        if tag == f"{_W}tr" or (tag == f"{_W}p" and depth == 0):
            yield "".join(line).rstrip("\t ")
            line.clear()
            element.clear()


def _said(tag: str, element: ElementTree.Element, in_table: bool) -> str:
    if tag == f"{_W}t":
        return element.text or ""
    if tag in {f"{_W}br", f"{_W}cr"}:
        return " " if in_table else "\n"
    if tag == f"{_W}tab":
        return " "
    return "\t" if tag == f"{_W}tc" else ""


def _refused(code: str, message: str) -> Refused:
    return Refused(code, message, field="file", remedy="请另存为 txt 或 docx 后重新导入。")
