"""A published document against the item of the standard catalogue that it claims: elements, way, level, carriers. What
differs is listed for a person, never refused: words alone do not say whether something was published."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.publication.catalogue import Value
from contracts.publication.record import Attribute
from services.publication.catalogue.types import ItemType

ELEMENTS = re.compile(r"[；;、，,。\n●■◆·]+")
BEFORE_COLON = re.compile(r"^[^：:]{0,12}[：:]")
FILLER = re.compile(r"^(?:\d+[.．、)）]|[（(]\d+[)）]|[一二三四五六七八九十]+[、.])|(?:等|情况|信息)$")
CARRIERS: dict[str, frozenset[str]] = {
    "政府网站": frozenset({"网站"}),
    "政府公报": frozenset({"公报"}),
    "两微一端": frozenset({"微信", "微博", "客户端"}),
    "发布会/听证会": frozenset({"新闻发布会"}),
    "广播电视": frozenset({"广播电视"}),
    "纸质媒体": frozenset({"报刊", "明白卡", "服务手册"}),
    "公开查阅点": frozenset({"查阅点"}),
    "入户/现场": frozenset({"入户现场"}),
    "社区/企事业单位/村公示栏（电子屏）": frozenset({"公告栏", "电子屏"}),
    "精准推送": frozenset({"精准推送"}),
}
"""Carriers of the standard catalogue and the channels by which a document goes there; others cannot be compared."""
TOWNS = frozenset({"township", "subdistrict"})
SHOWN = 12


@dataclass(frozen=True)
class Shown:
    """What is compared of a published document: `kind` is that of its agency."""

    attribute: Attribute | None
    channels: frozenset[str]
    text: str
    kind: str


def mismatches(kind: ItemType, values: Mapping[str, Value], shown: Shown) -> tuple[str, ...]:
    """In Chinese, one for each thing that differs; only what the type has columns for is compared."""
    names = {field.name for field in kind.fields}
    if not {"content", "carriers", "proactive", "county"} <= names:
        return ()
    found = (_elements(values, shown), _way(values, shown), _level(values, shown), _carriers(values, shown))
    return tuple(filter(None, found))


def _elements(values: Mapping[str, Value], shown: Shown) -> str:
    missing = [each for each in elements(str(values.get("content", ""))) if each not in shown.text]
    return f"正文中未见内容要素：{'、'.join(missing[:SHOWN])}"[:300] if missing else ""


def elements(content: str) -> list[str]:
    """The single elements of 公开内容（要素）, without numbering and the words that only round them off."""
    parts = (BEFORE_COLON.sub("", part.strip()) for part in ELEMENTS.split(content))
    plain = (FILLER.sub("", FILLER.sub("", part.strip())).strip() for part in parts)
    return [part for part in dict.fromkeys(plain) if 2 <= len(part) <= 30]


def _way(values: Mapping[str, Value], shown: Shown) -> str:
    if shown.attribute is Attribute.PROACTIVE and values.get("on_request") and not values.get("proactive"):
        return "公开方式不符：目录为依申请公开，文件已主动公开"
    return ""


def _level(values: Mapping[str, Value], shown: Shown) -> str:
    """县级 and 乡级, where the item says at least one."""
    if not (values.get("county") or values.get("town")):
        return ""
    town = shown.kind in TOWNS
    if values.get("town" if town else "county"):
        return ""
    return f"公开层级不符：目录为{'县级' if town else '乡级'}，由{'乡镇街道' if town else '县级机关'}公开"


def _carriers(values: Mapping[str, Value], shown: Shown) -> str:
    said = str(values.get("carriers", ""))
    missing = [each for each in CARRIERS if each in said and not CARRIERS[each] & shown.channels]
    return f"未在目录规定的渠道公开：{'、'.join(missing)}" if missing else ""
