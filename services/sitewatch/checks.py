"""What a page shows: dates, links, emptiness, footer elements, tags. Pure functions over HTML."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.parser import HTMLParser, Node

from contracts.sitewatch import SiteDetails

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_ICP = re.compile(rf"[{_PROVINCES}]ICP备\s?\d{{8}}号(-\d+)?")
_POLICE = re.compile(rf"[{_PROVINCES}]公网安备\s?\d{{14}}号")
_PHONE = re.compile(r"(?:0\d{2,3}[-—]?\d{7,8}|12345|1\d{10})")
_DATE = re.compile(r"(?<!\d)(20\d{2})[-/.年—](\d{1,2})[-/.月—](\d{1,2})(?!\d)")
_CHARSET = re.compile(rb"charset=[\"']?\s*([\w-]+)", re.I)
_FRAME = "header, nav, footer, script, style, noscript"
SITE_TAGS = ("SiteName", "SiteDomain", "SiteIDCode")
COLUMN_TAGS = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
CONTENT_TAGS = ("ArticleTitle", "PubDate", "ContentSource")


@dataclass(frozen=True)
class Link:
    """A link of a page: absolute, without fragment."""

    url: str
    text: str


def decode(body: bytes, content_type: str) -> str:
    """The text of a page: by the charset of the header, of its meta tag, as UTF-8, as GB 18030, the first that fits."""
    named = [
        found[1].decode("ascii")
        for found in (_CHARSET.search(content_type.encode()), _CHARSET.search(body[:2048]))
        if found
    ]
    for charset in (*named, "utf-8", "gb18030"):
        try:
            return body.decode("gb18030" if charset.lower() in ("gb2312", "gbk") else charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", errors="replace")


class Page:
    """A page that has been fetched."""

    def __init__(self, url: str, html: str) -> None:
        self.url = url
        self._html = html
        self._tree = HTMLParser(html)

    def links(self) -> list[Link]:
        """All links to web addresses, each once, in order."""
        return _links(self._tree.css("a[href]"), self.url)

    def meta(self, name: str) -> str | None:
        """Content of a meta tag; `None` where there is none."""
        for node in self._tree.css("meta[name]"):
            if (node.attributes.get("name") or "").lower() == name.lower():
                return (node.attributes.get("content") or "").strip()
        return None

    def dates(self) -> list[date]:
        """Dates that stand in the content: time elements first, then the text. Frame and footer do not count."""
        body = self._content()
        if body is None:
            return []
        marked = [node.attributes.get("datetime") or node.text() for node in body.css("time")]
        return [*_dates(" ".join(marked)), *_dates(body.text(separator=" "))]

    def newest(self, today: date) -> date | None:
        """The latest date of the content that is not in the future."""
        return max((day for day in self.dates() if day <= today), default=None)

    def blank(self, frame: Iterable[str]) -> bool:
        """No item in the content: no link but to the page itself and to `frame` (home page, columns)."""
        body = self._content()
        known = {self.url, *frame}
        return body is None or not any(link.url not in known for link in _links(body.css("a[href]"), self.url))

    def footer(self, details: SiteDetails) -> dict[str, bool]:
        """The seven elements of the footer (国办发〔2017〕47号), each found or not. They are looked for on the
        whole page: sites set their footers in many ways."""
        text = self._tree.body.text(separator=" ") if self._tree.body else ""
        around = [f"{link.text} {link.url}" for link in self.links()] + [
            f"{node.attributes.get('alt') or ''} {node.attributes.get('src') or ''}" for node in self._tree.css("img")
        ]
        linked = " ".join(around)
        return {
            "党政机关网站标识": "党政机关" in linked or "bszs.conac.cn" in linked,
            "我为政府网站找错": "找错" in linked or "pucha.kaipuyun.cn" in linked or "zfwzgl.www.gov.cn" in linked,
            "政府网站标识码": details.id_code in text,
            "ICP备案编号": bool(_ICP.search(text)),
            "公安机关备案标识": bool(_POLICE.search(text)),
            "网站主办单位": "主办" in text,
            "联系方式": bool(re.search(r"联系(?:电话|方式|我们)|电话", text)) and bool(_PHONE.search(text)),
        }

    def tag_faults(self, names: Sequence[str], expected: dict[str, str]) -> list[str]:
        """Names of tags that are missing, empty, or contradict the register."""
        found = {name: self.meta(name) for name in names}
        return [name for name, value in found.items() if not value or value != expected.get(name, value)]

    @property
    def is_article(self) -> bool:
        """Carries any tag of the content group; other pages cannot be told from articles for sure."""
        return any(self.meta(name) is not None for name in CONTENT_TAGS)

    def tagged_and_shown(self) -> tuple[date, date] | None:
        """The date of the tag PubDate and the one that the page shows first; `None` unless both stand there."""
        tagged = _dates(self.meta("PubDate") or "")
        shown = self.dates()
        return (tagged[0], shown[0]) if tagged and shown else None

    def _content(self) -> Node | None:
        """The main element, or the body without its frame."""
        tree = HTMLParser(self._html)
        tree.strip_tags(["script", "style", "noscript"])
        main = tree.css_first("main")
        if main is None and tree.body is not None:
            for node in tree.body.css(_FRAME):
                node.decompose()
            return tree.body
        return main


def _links(nodes: Iterable[Node], base: str) -> list[Link]:
    found: dict[str, Link] = {}
    for node in nodes:
        href = (node.attributes.get("href") or "").strip()
        try:
            url = urldefrag(urljoin(base, href))[0]
            scheme = urlsplit(url).scheme
        except ValueError:
            continue
        if href and scheme in ("http", "https"):
            found.setdefault(url, Link(url, node.text(strip=True)))
    return list(found.values())


def _dates(text: str) -> list[date]:
    return list(_each_date(text))


def _each_date(text: str) -> Iterator[date]:
    for found in _DATE.finditer(text):
        try:
            yield date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
