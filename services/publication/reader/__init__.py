"""Reads documents: from a file's bytes to its text, from a text to its fields and contradictions. No I/O."""

from kernel.dates import parse_date
from services.publication.reader.decoding import decode, refuse_unread, text_of
from services.publication.reader.document import read_document
from services.publication.reader.reading import FIELD_LABELS, Choice, Fields, Found, Issuer, Reading, Remark
from services.publication.reader.report import rows_of, summarise_reading
from services.publication.reader.stock import read_jsonl_line

__all__ = [
    "FIELD_LABELS",
    "Choice",
    "Fields",
    "Found",
    "Issuer",
    "Reading",
    "Remark",
    "decode",
    "parse_date",
    "read_document",
    "read_jsonl_line",
    "refuse_unread",
    "rows_of",
    "summarise_reading",
    "text_of",
]
