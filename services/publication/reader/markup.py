"""The text of a web page: what a reader of the page sees, table rows as one line with tabs between the cells."""

import re

from selectolax.lexbor import LexborHTMLParser

from kernel.refused import Refused

MAX_TAGS = 20_000
"""Most tags of a page that is read: a page nested deeper than any real one would take minutes."""

_BREAK, _CELL = "\ue000", "\ue001"
_UNSHOWN = "script,style,noscript,template,iframe,object,svg,select,button,textarea,head > title"
_BLOCKS = "p,div,li,h1,h2,h3,h4,h5,h6,section,article,header,footer,nav,ul,ol,dl,dt,dd,table,tr,caption,pre,center,form"
_META = {"articletitle": "标题", "pubdate": "发布日期", "keywords": "关键词"}
_TAG = re.compile(
    r"<(?:/?(?:p|div|br|td|tr|table|span|font|strong|html|body)\b[^<>]{0,400}|!doctype[^<>]{0,200})>", re.I
)


def looks_like_markup(text: str) -> bool:
    """Whether a text that should be plain is a web page or has its tags left in it."""
    return len(_TAG.findall(text[:20_000])) >= 3


def markup_text(source: str) -> str:
    """The text of an HTML page. The page's own metadata (ArticleTitle, PubDate, Keywords) come first as labelled lines.

    Raises `Refused` for a page of more than `MAX_TAGS` tags.
    """
    if source.count("<") > MAX_TAGS:
        raise Refused(
            "page_too_large", "网页标记过多，无法识读。", field="file", remedy="请把正文另存为 txt 或 docx 后导入。"
        )
    tree = LexborHTMLParser(source.replace(_BREAK, "").replace(_CELL, ""))
    labelled = _metadata(tree)
    for node in tree.css(_UNSHOWN):
        node.decompose()
    for node in tree.css("br"):
        node.replace_with(_BREAK)
    for node in tree.css("td,th"):
        node.insert_after(_CELL)
    for node in tree.css(_BLOCKS):
        inside_cell = node.tag == "p" and node.parent is not None and node.parent.tag in {"td", "th"}
        node.insert_after(" " if inside_cell else _BREAK)
        node.insert_before(" " if inside_cell else _BREAK)
    shown = tree.body.text() if tree.body is not None else ""
    lines = re.sub(r"[ \t\r\n\f]+", " ", shown).replace(_CELL, "\t").replace(_BREAK, "\n").split("\n")
    kept = [re.sub(r" *\t *", "\t", line).strip() for line in lines]
    return "\n".join(labelled + [line for line in kept if line])


def _metadata(tree: LexborHTMLParser) -> list[str]:
    lines = []
    for node in tree.css("meta")[:200]:
        label = _META.get((node.attributes.get("name") or "").lower())
        content = " ".join((node.attributes.get("content") or "").split())
        if label and content:
            lines.append(f"{label}:{content[:500]}")
    return lines
