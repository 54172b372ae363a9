"""The catalogue of published documents as a file."""

import sys
from pathlib import Path
from typing import Any, get_args

import typer

from chassis.clock import clock
from cli.documents import chosen
from cli.query import dimension
from cli.session import Session, guarded, run
from contracts.readmodel import answers as c
from kernel.agencies import Agency, Register
from kernel.refused import Refused
from services.readmodel import downloads

FORMATS = {name: name for name in downloads.MEDIA}


def catalogue(
    format_: str = typer.Option("csv", "--format", help="文件格式：csv、xlsx、json、jsonld（DCAT）、atom。"),
    by: list[str] = typer.Option([], "--by", help=f"筛选：{'、'.join(get_args(c.Dimension))}。"),
    site: str = typer.Option("", "--site", help="网站地址，用于链接。"),
    out: Path = typer.Option(None, "--out", help="写入文件；xlsx 必填。"),
) -> None:
    """下载公开目录。例：zwgk catalogue --format csv --by year=2026 --out 目录.csv"""
    kind = chosen(format_, FORMATS, "format")
    filters: Any = guarded(lambda: dict(map(dimension, by)))
    guarded(lambda: _require(kind, site, out))

    async def work(session: Session) -> tuple[list[dict[str, Any]], str]:
        known = await session.ask(c.Agencies(), c.AgencyList)
        agencies = [Agency(code=each.code, name=each.name, kind=each.kind) for each in known.agencies]
        register = Register(session.region, "", agencies, [])
        rows: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await session.ask(c.Catalogue(filters=filters, cursor=cursor, limit=100), c.CataloguePage)
            rows += downloads.rows(page, register, site)
            if (cursor := page.next) is None:
                return rows, next((each.name for each in known.agencies if each.kind == "government"), "")

    rows, name = run(work)
    content = downloads.written(rows, kind, site=site, name=name, now=clock(None).now())
    if out is None:
        sys.stdout.write(content.decode("utf-8-sig") + "\n")
    else:
        out.write_bytes(content)
        typer.echo(f"✓ {len(rows)} 条已写入 {out.name}")


def _require(kind: str, site: str, out: Path | None) -> None:
    if kind == "xlsx" and out is None:
        raise Refused("out_missing", "导出 xlsx 需要指定文件。", field="out", remedy="请加 --out 目录.xlsx。")
    if kind in ("jsonld", "atom") and not site.startswith(("https://", "http://")):
        raise Refused(
            "site_missing", "该格式的链接须是完整地址。", field="site", remedy="请加 --site https://网站地址。"
        )
