"""Documents on paper: a template filled in, and the result as DOCX or as HTML for printing.

A template is text with Jinja2 in a sandbox; names of values are Chinese. A line that begins with `# ` is the title,
with `> ` stands on the right, with `- ` begins without indentation; every other line is a paragraph. Measures follow
the format of official documents (GB/T 9704-2012: A4, 28 pt lines, 16 pt text).
"""

import html
import io
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Literal

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.loaders import FunctionLoader
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field

from contracts.base import Contract
from kernel.refused import Refused

Style = Literal["title", "right", "flush", "body"]
MARKS: dict[str, Style] = {"# ": "title", "> ": "right", "- ": "flush"}
MAX_TEXT = 200_000
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_UNPRINTABLE = re.compile(r"[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEW_LINE = "\u2028"


class Paragraph(Contract):
    style: Style
    text: str


class Printed(Contract):
    """A document as it was made: what its files are made from."""

    title: str
    paragraphs: tuple[Paragraph, ...] = Field(max_length=2000)


def fill(name: str, source: Callable[[str], str], values: Mapping[str, str]) -> Printed:
    """The document of a template. `source` gives a template's text by name; raises `Refused` for a wrong one."""
    made = SandboxedEnvironment(
        loader=FunctionLoader(source), undefined=StrictUndefined, finalize=_inert, trim_blocks=True, lstrip_blocks=True
    )
    try:
        text = made.get_template(name).render(values)
    except TemplateSyntaxError as error:
        raise Refused("template", f"文书模板第{error.lineno}行的写法有误。", remedy="请更正模板。") from None
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError):
        raise Refused("template", "文书模板用了没有的内容或者写法。", remedy="请对照模板说明更正。") from None
    paragraphs = tuple(_paragraph(line) for line in text[:MAX_TEXT].split("\n") if line.strip())
    title = next((each.text for each in paragraphs if each.style == "title"), name)
    return Printed(title=title, paragraphs=paragraphs[:2000])


def _inert(value: object) -> str:
    """A value is text within its line: it can neither begin a line of its own nor choose its style."""
    text = _UNPRINTABLE.sub("", str(value)).strip().replace("\r\n", "\n").replace("\n", _NEW_LINE)
    return f"\u200b{text}" if text[:1] in {"#", ">", "-"} else text


def _paragraph(line: str) -> Paragraph:
    plain = line.strip(" \t")
    style = MARKS.get(plain[:2], "body")
    return Paragraph(style=style, text=plain if style == "body" else plain[2:].strip())


def as_html(document: Printed, draft: bool) -> str:
    """One page that any browser prints, without anything from elsewhere."""
    body = "\n".join(
        f'<p class="{each.style}">{html.escape(each.text).replace(_NEW_LINE, "<br>")}</p>'
        for each in document.paragraphs
    )
    note = '<p class="draft">草稿，未经审批，不得送达</p>\n' if draft else ""
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(document.title)}</title>\n<style>\n{_CSS}</style>\n</head>\n<body>\n{note}{body}\n"
        "</body>\n</html>\n"
    )


_CSS = """@page { size: A4; margin: 37mm 26mm 35mm 28mm }
body { font: 16pt/28pt FangSong, 仿宋, "Noto Serif CJK SC", serif; max-width: 156mm; margin: 2em auto; color: #000 }
p { margin: 0; text-indent: 2em; overflow-wrap: anywhere }
.title { font-size: 22pt; line-height: 36pt; text-align: center; text-indent: 0; margin-bottom: 28pt }
.right { text-align: right; text-indent: 0 }
.flush { text-indent: 0 }
.draft { text-align: center; text-indent: 0; border: 2px solid #900; color: #900 }
"""

_ALIGN: dict[Style, str] = {
    "title": '<w:spacing w:after="560"/><w:jc w:val="center"/>',
    "right": '<w:spacing w:line="560" w:lineRule="exact"/><w:jc w:val="right"/>',
    "flush": '<w:spacing w:line="560" w:lineRule="exact"/>',
    "body": '<w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLineChars="200" w:firstLine="640"/>',
}
_FONT: dict[Style, tuple[str, int]] = {
    "title": ("方正小标宋简体", 44),
    "right": ("仿宋_GB2312", 32),
    "flush": ("仿宋_GB2312", 32),
    "body": ("仿宋_GB2312", 32),
}
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{DOCX}.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Target="word/document.xml" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)


def as_docx(document: Printed, draft: bool) -> bytes:
    """A file for a word processor: the three parts that it cannot do without. The same document is the same bytes."""
    note = [Paragraph(style="flush", text="【草稿，未经审批，不得送达】")] if draft else []
    body = "".join(_run(each) for each in (*note, *document.paragraphs))
    section = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" '
        'w:header="851" w:footer="992" w:gutter="0"/>'
        "</w:sectPr>"
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:document xmlns:w="{_W}"><w:body>{body}{section}</w:body></w:document>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, part in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", content),
        ):
            parts.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _run(paragraph: Paragraph) -> str:
    font, size = _FONT[paragraph.style]
    words = "<w:br/>".join(
        f'<w:t xml:space="preserve">{html.escape(part, quote=False)}</w:t>' for part in paragraph.text.split(_NEW_LINE)
    )
    look = f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}"/><w:sz w:val="{size}"/></w:rPr>'
    return f"<w:p><w:pPr>{_ALIGN[paragraph.style]}</w:pPr><w:r>{look}{words}</w:r></w:p>"
