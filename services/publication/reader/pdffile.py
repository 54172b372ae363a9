"""The text of a PDF: its pages, and beside them what a reader does not see at once."""

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kernel.refused import Refused

if TYPE_CHECKING:
    from pypdf import PageObject

MAX_PAGES = 3_000
SCAN_CHARS = 20
"""So few characters beside a picture are a heading or the stamp of a scanner: the page is a scan (D, unverified)."""


def pdf_text(data: bytes) -> tuple[list[str], str, int, bool]:
    """Text of the pages; notes, form fields and properties; how many pictures; whether all of it was read.

    A page without text is a scan that nobody has read (未能检查). Raises what the parser raises for a broken file.
    """
    from pypdf import PdfReader  # slow to import; few files are PDFs

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted or len(reader.pages) > MAX_PAGES:
        return [], "", 0, False
    pages = [page.extract_text() for page in reader.pages]
    beside = [note for page in reader.pages for note in _notes(page)]
    beside += [str(field.value) for field in (reader.get_fields() or {}).values() if field.value]
    beside += [str(said) for said in (reader.metadata or {}).values() if isinstance(said, str)]
    pictures = [_pictures(page) for page in reader.pages]
    read = (
        len("".join(text.split())) >= (SCAN_CHARS if drawn else 1) for text, drawn in zip(pages, pictures, strict=True)
    )
    return pages, "\n".join(beside), sum(pictures), all(read) and not reader.attachments


def printed_text(data: bytes) -> tuple[str, str]:
    """Text of the pages and what stands beside them. Raises `Refused` for a file of which not every page was read."""
    try:
        pages, beside, _, whole = pdf_text(data)
    except Exception as error:  # a broken file makes the parser raise anything
        raise _refused("file_damaged", "PDF 已损坏，无法读取。") from error
    if not whole:
        raise _refused("unreadable", "PDF 加密、含扫描页或嵌有文件，未能检查。")
    return "\n".join(pages), beside


def _pictures(page: "PageObject") -> int:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources else None
    drawn = objects.get_object().values() if objects else ()
    return sum(each.get_object().get("/Subtype") == "/Image" for each in drawn)


def _notes(page: "PageObject") -> Iterator[str]:
    for note in page.annotations or ():
        said = note.get_object().get("/Contents")
        if isinstance(said, str):
            yield said


def _refused(code: str, message: str) -> Refused:
    return Refused(code, message, field="file", remedy="请导入带文字的版本，或作为附件登记并由专人确认。")
