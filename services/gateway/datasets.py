"""The open datasets as a DCAT catalogue (W3C), for programs that harvest them."""

import re
from collections.abc import Mapping
from typing import Any

from contracts.publication.catalogue import CatalogueRow

TYPE = "datasets"
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "zwgk": "urn:zwgk:terms:",
    "开放计划": "zwgk:plan",
    "数据应用": "zwgk:applications",
}
DOWNLOAD, ACCESS, INTERFACE = "下载地址", "接口地址", "接口"


def catalogue(rows: list[CatalogueRow], names: Mapping[str, str], site: str, title: str) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "@id": f"{site}/catalogues/{TYPE}",
        "@type": "dcat:Catalog",
        "dct:title": title,
        "dct:language": "zh",
        "dcat:dataset": [_dataset(row, names.get(row.agency, row.agency), site) for row in rows],
    }


def _dataset(row: CatalogueRow, keeper: str, site: str) -> dict[str, Any]:
    cells = row.cells
    said = {
        "dct:title": cells.get("数据集名称"),
        "dct:publisher": cells.get("提供单位") or keeper,
        "dcat:theme": cells.get("领域"),
        "dct:accrualPeriodicity": cells.get("更新周期"),
        "开放计划": cells.get("开放计划"),
        "数据应用": cells.get("数据应用"),
    }
    page = f"{site}/catalogues/items/{row.id}"
    return {
        "@id": page,
        "@type": "dcat:Dataset",
        "dct:identifier": row.id,
        "dcat:landingPage": page,
        **{term: value for term, value in said.items() if value},
        "dcat:distribution": [_distribution(cells, column) for column in (DOWNLOAD, ACCESS) if cells.get(column)],
    }


def _distribution(cells: Mapping[str, str], column: str) -> dict[str, Any]:
    """The file, or the interface."""
    place: dict[str, Any] = {"@type": "dcat:Distribution", "dcat:accessURL": cells[column]}
    if column == DOWNLOAD:
        place["dcat:downloadURL"] = cells[column]
    else:
        place["dcat:accessService"] = {"@type": "dcat:DataService", "dcat:endpointURL": cells[column]}
    formats = [word for word in re.findall(r"■([^■□\s]+)", cells.get("格式", "")) if word != INTERFACE]
    said = {"dct:license": cells.get("许可"), "dct:format": formats if column == DOWNLOAD else None}
    return {**place, **{term: value for term, value in said.items() if value}}
