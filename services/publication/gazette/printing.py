"""The forms of an issue: a page for readers, and open data."""

import json
from collections.abc import Callable, Sequence
from html import escape

from contracts.publication.gazette import GazetteItem
from services.publication.domain.sealing import TOMBSTONE

STYLE = (
    "body{max-width:48em;margin:2em auto;padding:0 1em;font-family:serif;line-height:1.8}"
    "h1,h2{text-align:center}article{margin-top:3em;border-top:1px solid}p{text-indent:2em;margin:.3em 0}"
)
TextOf = Callable[[str], str]


def page(title: str, items: Sequence[GazetteItem], text_of: TextOf) -> bytes:
    """The issue as one HTML page with its contents in front."""
    contents = "".join(f'<li><a href="#n{item.no}">{escape(item.title)}</a></li>' for item in items)
    articles = "".join(_article(item, text_of) for item in items)
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(title)}</h1><nav><h2>目录</h2><ol>{contents}</ol></nav>"
        f"<main>{articles}</main></body></html>"
    ).encode()


def data(title: str, year: int, no: int, items: Sequence[GazetteItem], text_of: TextOf) -> bytes:
    """The issue as open data (JSON)."""
    printed = [
        item.model_dump(mode="json") | {"text": "" if item.withdrawn else text_of(item.sha256)} for item in items
    ]
    whole = {"title": title, "year": year, "no": no, "items": printed}
    return json.dumps(whole, ensure_ascii=False, indent=1).encode()


def _article(item: GazetteItem, text_of: TextOf) -> str:
    if item.withdrawn:
        return f'<article id="n{item.no}"><p>{TOMBSTONE}</p></article>'
    below = "　".join(filter(None, ("、".join(item.issuer_names), item.doc_no)))
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in text_of(item.sha256).splitlines() if line.strip())
    return f'<article id="n{item.no}"><h2>{escape(item.title)}</h2><p>{escape(below)}</p>{paragraphs}</article>'
