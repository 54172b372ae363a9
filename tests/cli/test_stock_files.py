"""Files of a stock as they lie in real folders: what cannot be read is told, by a name that can be printed."""

import io
import os
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfWriter

from cli import stock
from contracts.publication import stock as c

TEXT = "关于旧事的通知\n正文一段。\n"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def told(folder: Path) -> dict[str, str]:
    """Each item or file by its name: its code, or that it was read."""
    found = [each for source in stock.sources([folder]) for each in stock.items(source)]
    return {each.name: each.code or "" if isinstance(each, c.ImportOutcome) else "read" for each in found}


def word(body: str, header: str = "") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>')
        if header:
            archive.writestr("word/header1.xml", f'<w:hdr xmlns:w="{WORD}">{paragraph(header)}</w:hdr>')
    return data.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def scan(password: str = "") -> bytes:
    """A PDF of one page without text, perhaps encrypted."""
    writer, data = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password)
    writer.write(data)
    return data.getvalue()


BAD = {
    "扫描.pdf": (scan(), "unreadable"),
    "加密.pdf": (scan("x"), "unreadable"),
    "坏.pdf": (b"%PDF-1.4\n", "file_damaged"),
    "坏.docx": (b"PK\x03\x04", "file_damaged"),
    "炸弹.docx": (word("0" * (20 * 1024 * 1024)), "file_too_large"),
    "页眉.docx": (word(paragraph("关于某事的通知"), "机密★1年"), "classified"),
    "空.txt": (b"", "file_empty"),
    "空.docx": (b"", "file_damaged"),
    "二进制.txt": (bytes(range(256)), "encoding_unknown"),
    "表.xls": (b"\xd0\xcf\x11\xe0", "file_kind"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_and_the_next_is_read(tmp_path: Path, name: str) -> None:
    data, code = BAD[name]
    (tmp_path / name).write_bytes(data)
    (tmp_path / "龟.txt").write_text(TEXT, encoding="utf-8")
    assert told(tmp_path) == {name: code, "龟.txt": "read"}


def test_a_large_file_and_a_long_line_are_not_loaded(tmp_path: Path) -> None:
    with (tmp_path / "大.txt").open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    with (tmp_path / "行.jsonl").open("wb") as file:
        file.write(b'{"title": "')
        file.truncate(3 * stock.LONGEST_LINE)
        file.seek(0, os.SEEK_END)
        file.write('\n{"title": "一"}\n'.encode("gb18030"))
    assert told(tmp_path) == {"大.txt": "file_too_large", "行.jsonl:1": "line_too_long", "行.jsonl:2": "read"}


def test_names_that_cannot_be_printed_and_entries_that_are_no_files(tmp_path: Path) -> None:
    inner = tmp_path / "2015年" / "财政"
    inner.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x", encoding="utf-8")
    (inner / "换\n行.txt").write_text(TEXT, encoding="utf-8")
    (inner / "环").symlink_to(tmp_path)
    (inner / "断.txt").symlink_to(tmp_path / "没有")
    os.mkfifo(inner / "管道.txt")
    with open(os.fsencode(inner) + b"/\xb9\xd8.txt", "wb") as file:
        file.write(TEXT.encode())
    within = {
        "换\ufffd行.txt": "read",
        "环": "file_unreadable",
        "断.txt": "file_unreadable",
        "管道.txt": "file_unreadable",
        "\ufffd\ufffd.txt": "read",
    }
    assert told(tmp_path) == {f"2015年/财政/{name}": code for name, code in within.items()}


def test_a_file_that_grows_while_it_is_read_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "写.txt").write_text(TEXT, encoding="utf-8")
    whole = Path.read_bytes

    def growing(path: Path) -> bytes:
        data = whole(path)
        with path.open("ab") as file:
            file.write(b"x")
        return data

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Path, "read_bytes", growing)
        assert told(tmp_path) == {"写.txt": "file_changing"}
    assert told(tmp_path) == {"写.txt": "read"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "文.txt").write_bytes(TEXT.encode(encoding))
    (tmp_path / "页.html").write_bytes(f"<html><p>{TEXT}</p><script>坏</script></html>".encode(encoding))
    for each in (each for source in stock.sources([tmp_path]) for each in stock.items(source)):
        assert isinstance(each, c.ImportItem)
        assert each.content.startswith("关于旧事的通知")
        assert "坏" not in each.content


def test_tables_of_a_word_file_become_lines(tmp_path: Path) -> None:
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("种粮", "每亩100元"))
    (tmp_path / "表.docx").write_bytes(
        word(f"{paragraph('关于补贴的通知')}<w:tbl><w:tr>{cells}</w:tr></w:tbl>", "页眉")
    )
    (item,) = (each for source in stock.sources([tmp_path]) for each in stock.items(source))
    assert isinstance(item, c.ImportItem)
    assert item.content.split("\n")[:2] == ["关于补贴的通知", "种粮\t每亩100元"]
