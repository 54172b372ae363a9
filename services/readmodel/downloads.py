"""The catalogue as a file (CSV, xlsx, JSON, DCAT as JSON-LD), as a feed (Atom), and what has changed since a cursor."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

from contracts.readmodel.answers import CataloguePage
from contracts.readmodel.terms import Change, ChangePage
from kernel.agencies import Register
from kernel.refused import Refused
from services.readmodel.lists import NO_TEXT, agency_name, decode, encode
from services.readmodel.storage import Generation
from services.readmodel.views import PUBLIC_DOCUMENT

COLUMNS = (
    ("id", "编号"),
    ("index_no", "索引号"),
    ("title", "文件名称"),
    ("doc_no", "发文字号"),
    ("issuers", "发布机构"),
    ("theme", "主题分类"),
    ("genre", "体裁分类"),
    ("group", "组配分类"),
    ("category", "信息类别"),
    ("openness", "五公开"),
    ("formed_on", "成文日期"),
    ("issued_on", "发文日期"),
    ("published_at", "发布日期"),
    ("validity", "有效性"),
    ("ended_on", "废止日期"),
    ("ended_by", "废止依据"),
    ("effective_on", "生效日期"),
    ("valid_until", "有效期至"),
    ("attribute", "公开方式"),
    ("summary", "内容概述"),
    ("keywords", "关键词"),
    ("scope", "发送范围"),
    ("channels", "公开渠道"),
    ("party", "党务文件"),
    ("url", "地址"),
)
ATOM = "http://www.w3.org/2005/Atom"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "zwgk": "urn:zwgk:terms:",
    "索引号": "zwgk:indexNo",
    "发文字号": "zwgk:documentNo",
    "主题分类": "zwgk:theme",
    "体裁分类": "zwgk:genre",
    "五公开": "zwgk:openness",
    "有效性": "zwgk:validity",
    "信息类别": "zwgk:category",
    "组配分类": "zwgk:field",
}
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "atom": "application/atom+xml; charset=utf-8",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rows(page: CataloguePage, register: Register, site: str) -> list[dict[str, Any]]:
    """Plain rows of a catalogue page; empty values are empty texts."""
    found = []
    for item in page.items:
        row = {**item["metadata"], "id": item["id"], "published_at": item["published_at"]}
        row["issuers"] = "、".join(agency_name(register, code) for code in row.get("issuers") or ())
        row |= {name: "、".join(row.get(name) or ()) for name in ("keywords", "channels")}
        row |= {"attribute": "主动公开", "party": "是" if row.get("party") else ""}
        row["url"] = f"{site}/documents/{item['id']}"
        found.append({key: row.get(key) or "" for key, _ in COLUMNS})
    return found


def written(found: Sequence[dict[str, Any]], format: str, *, site: str, name: str, now: datetime) -> bytes:
    """Rows in one of the formats."""
    match format:
        case "csv":
            return table(found).encode("utf-8-sig")
        case "xlsx":
            return workbook(found)
        case "jsonld":
            return _json(dcat(found, site, name))
        case "atom":
            return atom(found, site, name, now)
        case _:
            return _json(list(found))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def plain(value: Any) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def table(found: Sequence[dict[str, Any]]) -> str:
    """CSV with Chinese headings."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([heading for _, heading in COLUMNS])
    writer.writerows([plain(row[key]) for key, _ in COLUMNS] for row in found)
    return buffer.getvalue()


def workbook(found: Sequence[dict[str, Any]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("公开目录")
    sheet.append([heading for _, heading in COLUMNS])
    for row in found:
        sheet.append([plain(row[key]) for key, _ in COLUMNS])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def dcat(found: Sequence[dict[str, Any]], site: str, name: str) -> dict[str, Any]:
    """A DCAT catalogue (W3C) with the Chinese terms as an extension."""
    return {
        "@context": CONTEXT,
        "@id": f"{site}/catalogue",
        "@type": "dcat:Catalog",
        "dct:title": f"{name}政府信息公开目录",
        "dct:language": "zh",
        "dcat:dataset": [_dataset(row) for row in found],
    }


def _dataset(row: dict[str, Any]) -> dict[str, Any]:
    chinese = {"索引号": "index_no", "发文字号": "doc_no", "主题分类": "theme", "体裁分类": "genre",
               "五公开": "openness", "有效性": "validity", "信息类别": "category", "组配分类": "group"}  # fmt: skip
    return {
        "@id": row["url"],
        "@type": "dcat:Dataset",
        "dct:identifier": row["id"],
        "dct:title": row["title"],
        "dct:issued": row["published_at"],
        "dct:publisher": row["issuers"],
        "dcat:keyword": [word for word in row["keywords"].split("、") if word],
        "dcat:landingPage": row["url"],
        **{term: row[key] for term, key in chinese.items() if row[key]},
    }


def atom(found: Sequence[dict[str, Any]], site: str, name: str, now: datetime) -> bytes:
    """An Atom feed (RFC 4287), newest first."""
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    newest = max((row["published_at"] for row in found), default=now.isoformat())
    _texts(feed, id=f"{site}/catalogue", title=f"{name}最新公开", updated=newest)
    for row in found:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        _texts(entry, id=row["url"], title=row["title"], updated=row["published_at"])
        ElementTree.SubElement(entry, f"{{{ATOM}}}link", href=row["url"])
        author = ElementTree.SubElement(entry, f"{{{ATOM}}}author")
        _texts(author, name=row["issuers"] or name)
        if row["category"]:
            ElementTree.SubElement(entry, f"{{{ATOM}}}category", term=row["category"])
    text: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


def _texts(parent: ElementTree.Element, **texts: str) -> None:
    for tag, text in texts.items():
        ElementTree.SubElement(parent, f"{{{ATOM}}}{tag}").text = text


async def changes(generation: Generation, cursor: str | None, limit: int) -> ChangePage:
    """Published documents that were changed since the cursor, in the order of their changes. What stands behind one
    that is still being written is held back, lest a reader pass by it. After a rebuild the numbers begin anew: an older
    cursor is answered from the beginning, with `restarted`."""
    number, after = _position(cursor)
    restarted = cursor is not None and number != generation.number
    where = {
        "type": PUBLIC_DOCUMENT,
        "change": {"$gt": 0 if restarted else after, "$lte": (await generation.changes()).settled},
    }
    found = await generation.views.find(where, NO_TEXT, sort=[("change", 1)], limit=limit + 1)
    page = found[:limit]
    last = page[-1]["change"] if page else (0 if restarted else after)
    return ChangePage(
        changes=tuple(
            Change(
                id=document["id"],
                removed=document["removed"],
                changed_at=document["told_at"],
                record=None if document["removed"] else document["record"],
            )
            for document in page
        ),
        cursor=encode(f"{generation.number}:{last}"),
        more=len(found) > limit,
        restarted=restarted,
    )


def _position(cursor: str | None) -> tuple[int, int]:
    if cursor is None:
        return 0, 0
    number, _, change = decode(cursor).partition(":")
    if not (number.isascii() and number.isdigit() and change.isascii() and change.isdigit() and len(change) < 16):
        raise Refused("cursor", "位置标记无效。", field="cursor", remedy="请从头读取变更。")
    return int(number), int(change)
