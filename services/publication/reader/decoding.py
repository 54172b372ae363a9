"""From the bytes of a file to its text."""

from pathlib import PurePath

from kernel.refused import Refused
from kernel.secrecy import refuse_classified
from services.publication.reader.markup import looks_like_markup, markup_text
from services.publication.reader.pdffile import printed_text
from services.publication.reader.wordfile import word_text

MAX_BYTES = 16 * 1024 * 1024
"""Largest file that is read as a document's text."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_PLAIN, _MARKUP, _WORD = frozenset({".txt", ".md", ""}), frozenset({".html", ".htm"}), frozenset({".docx"})
_PRINTED = frozenset({".pdf"})
READABLE = _PLAIN | _MARKUP | _WORD | _PRINTED
"""Suffixes of the files that `text_of` reads."""


def decode(data: bytes) -> str:
    """The text of the bytes: by its byte order mark, else UTF-8, else GB18030 (which contains GBK and GB2312).

    Raises `Refused` where it is none of them.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if b"\x00" not in data:
        for encoding in ("utf-8", "gb18030"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise Refused(
        "encoding_unknown",
        "文件不是 UTF-8 或 GB18030 编码的文本，无法读取。",
        field="file",
        remedy="请另存为 UTF-8 编码的 txt 后重新导入。",
    )


def refuse_unread(name: str, size: int) -> None:
    """Refuse a kind of file that is not read and one above `MAX_BYTES`; nothing of it has to be loaded."""
    if PurePath(name).suffix.lower() not in READABLE:
        raise Refused(
            "file_kind",
            "只识读 txt、html、docx、pdf 文件。",
            field="file",
            remedy="请另存为 txt 或 docx；扫描件应登记为“未能检查”并由专人确认。",
        )
    if size > MAX_BYTES:
        raise Refused("file_too_large", "文件超过 16 MB，无法识读。", field="file", remedy="请把附件拆分后单独上传。")


def text_of(name: str, data: bytes) -> tuple[str, str]:
    """Text of a file by its suffix, and the text beside it (headers, footers and notes of a Word file or PDF).

    Raises `Refused` for a kind of file that is not read, a file above `MAX_BYTES`, one that cannot be read, and one
    with a secrecy mark beside its text.
    """
    refuse_unread(name, len(data))
    suffix = PurePath(name).suffix.lower()
    if suffix in _WORD | _PRINTED:
        text, margins = word_text(data) if suffix in _WORD else printed_text(data)
        refuse_classified(margins)
        return text, margins
    text = decode(data)
    return (markup_text(text) if suffix in _MARKUP or looks_like_markup(text) else text), ""
