"""The text of a file, with what a reader does not see at once: hidden sheets, comments, deleted words, form fields.

What cannot be read, wholly or in part, is said to be so: a scan without text is never clean (P05).
"""

import html
import io
import re
import zipfile
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from kernel import personal
from kernel.secrecy import classified_mark
from services.publication.attachments.packages import as_number, opened, texts_of
from services.publication.reader.decoding import decode
from services.publication.reader.markup import markup_text
from services.publication.reader.pdffile import SCAN_CHARS, pdf_text
from services.publication.reader.wordfile import word_text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MAX_CHARS = 5_000_000
_UNSEEN = re.compile(r"<!--(.*?)-->|<(?:script|template|noscript|select|textarea|title)\b[^>]*>(.*?)</", re.DOTALL)
_VALUES = re.compile(r"=\s*(\"[^\"]*\"|'[^']*')")
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
    marked: bool = False
    """A sheet, a page or a page's header bears a mark of secrecy at its head."""


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
    whole = found.text.strip() and len(found.text) <= MAX_CHARS
    return found if whole else replace(found, text=found.text[:MAX_CHARS], readable=False)


def _plain(data: bytes) -> Extracted:
    return Extracted(decode(data), 0, True)


def _page(data: bytes) -> Extracted:
    source = decode(data)
    pictures = len(re.findall(r"<img\b", source, re.IGNORECASE))
    text = markup_text(source)
    beside = [found[0] or found[1] for found in _UNSEEN.findall(source)]
    values = [html.unescape(value.strip("\"'")) for value in _VALUES.findall(source)]
    return Extracted("\n".join([text, *beside, *filter(_worth, values)]), pictures, _is_more_than(pictures, text))


def _word(data: bytes) -> Extracted:
    text, margins = word_text(data)
    read = {field for line in text.split("\n") for field in line.split("\t")}
    with opened(data) as archive:
        names = archive.namelist()
        beside = _beside(archive, read | set(margins.split("\n")))
    pictures = sum(name.startswith("word/media/") for name in names)
    embedded = any(name.startswith("word/embeddings/") for name in names)
    marked = any(map(classified_mark, (text, margins)))
    whole = not embedded and _is_more_than(pictures, text)
    return Extracted("\n".join([text, margins, *beside]), pictures, whole, marked)


def _sheets(data: bytes) -> Extracted:
    from openpyxl import load_workbook  # slow to import; few files are workbooks

    book = load_workbook(io.BytesIO(data), data_only=True)
    sheets = [list(_rows(sheet)) for sheet in book.worksheets]
    with opened(data) as archive:
        names = archive.namelist()
        beside = _beside(archive, {field for lines in sheets for line in lines for field in line.split("\t")})
    pictures = sum(name.startswith("xl/media/") for name in names)
    embedded = any(name.startswith(("xl/embeddings/", "xl/externalLinks/")) for name in names)
    texts = ["\n".join(lines) for lines in sheets]
    marked = any(map(classified_mark, texts))
    whole = not embedded and not book.chartsheets and _is_more_than(pictures, "".join(texts))
    return Extracted("\n".join([*texts, *beside]), pictures, whole, marked)


def _is_more_than(pictures: int, text: str) -> bool:
    """Whether a file is more than scans with a heading: those nobody has read (P05)."""
    return len("".join(text.split())) >= pictures * SCAN_CHARS


def _rows(sheet: "Worksheet") -> Iterator[str]:
    """A sheet, hidden or not, row by row; its name first, comments after the row of their cell."""
    yield sheet.title
    for row in sheet.iter_rows():
        said = ["" if cell.value is None else _shown(cell.value) for cell in row]
        if any(said):
            yield "\t".join(said).rstrip("\t")
        for cell in row:
            if cell.comment:
                yield cell.comment.text


def _shown(value: object) -> str:
    """A number as the cell shows it: a long one is kept as 1.3800138E10."""
    return as_number(repr(value)) if isinstance(value, float) else str(value)


def _beside(archive: zipfile.ZipFile, read: Container[str]) -> list[str]:
    """What lies in the parts of a file and was not read yet, each once."""
    said = (text for _, texts in texts_of(archive, _worth) for text in texts)
    return [text for text in dict.fromkeys(said) if text.strip() and text not in read and not _is_index(text)]


def _is_index(text: str) -> bool:
    return len(text) < 7 and text.isdecimal()


def _worth(value: str) -> bool:
    """Whether a value that is mostly a style or a name is one that nobody may publish."""
    return bool(personal.scan(value)) or classified_mark(value) is not None


def _pdf(data: bytes) -> Extracted:
    pages, beside, pictures, whole = pdf_text(data)
    text = "\n".join([*pages, beside]) if pages or beside else ""
    return Extracted(text, pictures, whole, any(map(classified_mark, pages)))


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()


_READERS: dict[str, Callable[[bytes], Extracted]] = {
    **dict.fromkeys((".txt", ".md", ".csv", ".json"), _plain),
    **dict.fromkeys((".html", ".htm"), _page),
    ".docx": _word,
    ".xlsx": _sheets,
    ".pdf": _pdf,
}
