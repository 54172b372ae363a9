"""The text of a file, with what a reader does not see at once: hidden sheets, comments, deleted words, form fields.

What cannot be read, wholly or in part, is said to be so: a scan without text is never clean (P05).
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from services.publication.reader.decoding import decode
from services.publication.reader.markup import markup_text
from services.publication.reader.pdffile import pdf_text
from services.publication.reader.wordfile import MAX_PART_BYTES, MAX_PARTS, word_text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_CHARS = 5_000_000
MAX_UNPACKED = 256 * 1024 * 1024
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BESIDE = re.compile(r"word/(?:comments|endnotes|glossary/document)\w{0,20}\.xml")
MEDIA_TYPES = {
    ".txt": "text/plain; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".htm": "text/html",
    ".html": "text/html",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".zip": "application/zip",
}


@dataclass(frozen=True)
class Extracted:
    """Text of a file. `readable`: all of it was read, apart from `pictures`."""

    text: str = ""
    pictures: int = 0
    readable: bool = False


UNREADABLE = Extracted()


def media_type(name: str) -> str:
    """By the suffix; unknown ones are downloaded, never shown."""
    return MEDIA_TYPES.get(_suffix(name), "application/octet-stream")


def extract(name: str, data: bytes) -> Extracted:
    """What can be read of a file; nothing of one that is damaged, encrypted, too large or of an unknown kind."""
    read = _READERS.get(_suffix(name))
    if read is None:
        return UNREADABLE
    try:
        found = read(data)
    except Exception:
        # The parsers of foreign formats fail in many ways on broken or hostile files. All mean the same to us: a person
        # must look.
        return UNREADABLE
    return found if found.text.strip() and len(found.text) <= MAX_CHARS else Extracted(found.text[:MAX_CHARS])


def _plain(data: bytes) -> Extracted:
    return Extracted(decode(data), 0, True)


def _page(data: bytes) -> Extracted:
    source = decode(data)
    comments = re.findall(r"<!--(.*?)-->", source, re.DOTALL)
    pictures = len(re.findall(r"<img\b", source, re.IGNORECASE))
    return Extracted("\n".join([markup_text(source), *comments]), pictures, True)


def _word(data: bytes) -> Extracted:
    text, margins = word_text(data)
    with _unpacked(data) as archive:
        names = archive.namelist()
        deleted = _words(archive, "word/document.xml", ("delText", "instrText"))
        beside = [part for name in names if _BESIDE.fullmatch(name) for part in _words(archive, name, ("t", "delText"))]
        pictures = sum(name.startswith("word/media/") for name in names)
        embedded = any(name.startswith("word/embeddings/") for name in names)
    return Extracted("\n".join([text, margins, *deleted, *beside]), pictures, not embedded)


def _words(archive: zipfile.ZipFile, name: str, tags: tuple[str, ...]) -> list[str]:
    if name not in archive.namelist():
        return []
    wanted = {f"{_W}{tag}" for tag in tags}
    found = ElementTree.iterparse(io.BytesIO(archive.read(name)))
    return [element.text for _, element in found if element.tag in wanted and element.text]


def _sheets(data: bytes) -> Extracted:
    from openpyxl import load_workbook  # slow to import; few files are workbooks

    with _unpacked(data) as archive:
        names = archive.namelist()
    pictures = sum(name.startswith("xl/media/") for name in names)
    embedded = any(name.startswith(("xl/embeddings/", "xl/threadedComments/", "xl/externalLinks/")) for name in names)
    book = load_workbook(io.BytesIO(data), data_only=True)
    lines = [line for sheet in book.worksheets for line in _rows(sheet)]
    return Extracted("\n".join(lines), pictures, not embedded and not book.chartsheets)


def _rows(sheet: "Worksheet") -> Iterator[str]:
    """A sheet, hidden or not, row by row; comments after the row of their cell."""
    yield sheet.title
    for part in (sheet.oddHeader, sheet.oddFooter):
        yield " ".join(filter(None, (part.left.text, part.center.text, part.right.text)))
    for row in sheet.iter_rows():
        said = ["" if cell.value is None else str(cell.value) for cell in row]
        if any(said):
            yield "\t".join(said).rstrip("\t")
        for cell in row:
            if cell.comment:
                yield cell.comment.text
    for validation in sheet.data_validations.dataValidation:
        yield " ".join(filter(None, (validation.prompt, validation.error, validation.formula1)))


def _pdf(data: bytes) -> Extracted:
    text, beside, pictures, whole = pdf_text(data)
    return Extracted("\n".join([text, beside]) if text or beside else "", pictures, whole)


def _unpacked(data: bytes) -> zipfile.ZipFile:
    """The archive behind a file, within bounds: it may unpack to a multiple of its size."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    sizes = [each.file_size for each in archive.infolist()]
    texts = [each.file_size for each in archive.infolist() if each.filename.endswith(".xml")]
    if len(sizes) > MAX_PARTS or sum(sizes) > MAX_UNPACKED or max(texts, default=0) > 4 * MAX_PART_BYTES:
        raise ValueError("unpacks to too much")
    return archive


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()


_READERS: dict[str, Callable[[bytes], Extracted]] = {
    **dict.fromkeys((".txt", ".md", ".csv", ".json"), _plain),
    **dict.fromkeys((".html", ".htm"), _page),
    ".docx": _word,
    ".xlsx": _sheets,
    ".pdf": _pdf,
}
