"""From bytes to text: encodings, web pages, Word files, and files that are none of them."""

import io
import zipfile
from datetime import date

import pytest

from kernel.refused import Refused
from services.publication.reader import decode, parse_date, read_document, text_of
from services.publication.reader.wordfile import MAX_PART_BYTES

TEXT = "示例县人民政府公告，〔2024〕号、㐀𠀀"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(body: str, **parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, content in parts.items():
            archive.writestr(f"word/{name}.xml", f"<w:hdr {W}>{content}</w:hdr>")
    return file.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_decode(encoding):
    assert decode(TEXT.encode(encoding)) == TEXT


def test_decode_refuses_what_is_no_text():
    with pytest.raises(Refused) as refused:
        decode(b"\x00\x01\x02\xff")
    assert refused.value.code == "encoding_unknown"


def test_a_web_page_is_read_like_its_text():
    page = """<!DOCTYPE html><html><head><title>网站</title><meta name="ArticleTitle" content="关于示例的公告">
    <meta name="PubDate" content="2024-03-05 09:00"><style>p{}</style></head><body>
    <div>您的位置：首页 &gt; 公告</div><table><tr><td>索引号</td><td>000000000/2024-00007</td></tr>
    <tr><td><p>发布机构</p></td><td>示例县民政局</td></tr></table>
    <h1>关于示例的公告</h1><p>正文<b>第一</b>段。<br>第二行。</p><script>alert(1)</script></body></html>"""
    it = read_document("公告.html", text_of("公告.html", page.encode())[0])
    assert it.fields.title.value == "关于示例的公告"
    assert it.fields.published_on.value == date(2024, 3, 5)
    assert it.fields.index_no.value == "000000000/2024-00007"
    assert it.fields.issuers.value[0].name == "示例县民政局"
    assert it.body == "正文第一段。\n第二行。"


def test_tags_left_in_a_plain_text_are_taken_out():
    it = read_document("a.txt", "<p>关于示例的公告</p>\n<p>正文&nbsp;一。</p>\n<p><span>正文二。</span></p>")
    assert it.fields.title.value == "关于示例的公告"
    assert it.body == "正文 一。\n正文二。"


def test_a_page_of_very_many_tags_is_refused():
    with pytest.raises(Refused) as refused:
        text_of("a.html", b"<div>" * 20_001)
    assert refused.value.code == "page_too_large"


def test_a_word_file_with_a_table():
    row = (
        "<w:tr><w:tc>"
        + paragraph("1.任务")
        + "</w:tc><w:tc>"
        + paragraph("县府办")
        + paragraph("牵头")
        + "</w:tc></w:tr>"
    )
    text, _ = text_of("a.docx", word(paragraph("示例县分工方案") + f"<w:tbl>{row}</w:tbl>" + paragraph("完")))
    assert text.split("\n") == ["示例县分工方案", "1.任务\t县府办牵头", "完"]


def test_a_mark_in_the_margin_of_a_word_file_is_refused():
    with pytest.raises(Refused) as refused:
        text_of("a.docx", word(paragraph("关于示例的通知"), header1=paragraph("机密★1年")))
    assert refused.value.code == "classified"
    assert text_of("a.docx", word(paragraph("关于示例的通知"), header1=paragraph("内部"))) == ("关于示例的通知", "内部")


def test_a_zip_bomb_is_refused():
    with pytest.raises(Refused) as refused:
        text_of("a.docx", word(paragraph(" " * (MAX_PART_BYTES + 1))))
    assert refused.value.code == "file_too_large"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 no zip",
        word("<w:p>") + b"x",
        word("")[:-30],
        word("").replace(b"word/document", b"word/documant"),
    ],
)
def test_a_damaged_word_file_is_refused(data):
    with pytest.raises(Refused) as refused:
        text_of("a.docx", data)
    assert refused.value.code == "file_damaged"


def test_entities_in_a_word_file_are_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(Refused):
        text_of("a.docx", file.getvalue())


@pytest.mark.parametrize("name", ["图.jpg", "表.xls"])
def test_kinds_that_are_not_read(name):
    with pytest.raises(Refused) as refused:
        text_of(name, b"x")
    assert refused.value.code == "file_kind"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2018-07-12", date(2018, 7, 12)),
        ("2018/7/2", date(2018, 7, 2)),
        ("2018.07.02", date(2018, 7, 2)),
        ("20180702", date(2018, 7, 2)),
        ("2018年7月2日", date(2018, 7, 2)),
        ("２０１８年７月２日", date(2018, 7, 2)),
        ("2018-07-12 09:34", date(2018, 7, 12)),
        ("2018-07-12 09:34:59", date(2018, 7, 12)),
        ("（2018年7月12日）", date(2018, 7, 12)),
        ("二〇一八年七月十二日", date(2018, 7, 12)),
        ("二○一八年十月三十一日", date(2018, 10, 31)),
        ("二零一八年十一月二十日", date(2018, 11, 20)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2023-02-29", None),
        ("2018-13-01", None),
        ("二〇一八年十三月一日", None),
        ("1899-12-31", None),
        ("1900-01-01", date(1900, 1, 1)),
        ("", None),
        ("明天", None),
        ("2018-07-12至2018-08-12", None),
    ],
)
def test_dates(written, day):
    assert parse_date(written) == day
