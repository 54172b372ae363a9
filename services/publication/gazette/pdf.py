"""An issue as a PDF whose bytes depend on its contents alone, so that its digest can be checked for ever.

The typeface is the standard Song of PDF viewers (Adobe-GB1), named and not embedded: it covers GB 18030's common
characters, needs no font file, and the text can be searched and copied.
"""

from collections.abc import Callable, Iterator, Sequence
from html import escape
from io import BytesIO

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer

from contracts.publication.gazette import GazetteItem
from services.publication.domain.sealing import TOMBSTONE

FONT = "STSong-Light"
_TITLE = ParagraphStyle("title", fontName=FONT, fontSize=22, leading=34, alignment=TA_CENTER, wordWrap="CJK")
_HEADING = ParagraphStyle("heading", parent=_TITLE, fontSize=16, leading=26)
_BELOW = ParagraphStyle("below", parent=_TITLE, fontSize=11, leading=20, spaceAfter=4 * mm)
_ENTRY = ParagraphStyle("entry", fontName=FONT, fontSize=12, leading=22, wordWrap="CJK")
_TEXT = ParagraphStyle("text", parent=_ENTRY, firstLineIndent=24, alignment=TA_JUSTIFY)
MARGIN = 25 * mm


def document(title: str, items: Sequence[GazetteItem], text_of: Callable[[str], str]) -> bytes:
    """The issue with its contents in front, each entry a link to its document."""
    pdfmetrics.registerFont(UnicodeCIDFont(FONT))
    out = BytesIO()
    whole = SimpleDocTemplate(
        out, pagesize=A4, title=title, author="", lang="zh-CN", invariant=1, **dict.fromkeys(_MARGINS, MARGIN)
    )
    whole.build(list(_story(title, items, text_of)), onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


_MARGINS = ("leftMargin", "rightMargin", "topMargin", "bottomMargin")


def _story(title: str, items: Sequence[GazetteItem], text_of: Callable[[str], str]) -> Iterator[Flowable]:
    yield Paragraph(escape(title), _TITLE)
    yield Spacer(0, 8 * mm)
    for item in items:
        yield Paragraph(f'{item.no}．<a href="#n{item.no}">{escape(item.title)}</a>', _ENTRY)
    for item in items:
        yield PageBreak()
        yield from _article(item, text_of)


def _article(item: GazetteItem, text_of: Callable[[str], str]) -> Iterator[Flowable]:
    anchor = f'<a name="n{item.no}"/>'
    if item.withdrawn:
        yield Paragraph(anchor + TOMBSTONE, _BELOW)
        return
    yield Paragraph(anchor + escape(item.title), _HEADING)
    yield Paragraph(escape("　".join(filter(None, ("、".join(item.issuer_names), item.doc_no)))), _BELOW)
    for line in text_of(item.sha256).splitlines():
        if line.strip():
            yield Paragraph(escape(line.strip()), _TEXT)


def _foot(canvas: Canvas, whole: SimpleDocTemplate) -> None:
    canvas.setFont(FONT, 10)
    canvas.drawCentredString(A4[0] / 2, MARGIN / 2, f"— {canvas.getPageNumber()} —")
