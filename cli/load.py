"""The sample government, loaded through the interfaces that everyone has: commands of named officials, tickets emitted
by the hotline system. Every record has a fixed idempotency key, so a load that was cut off is simply run again."""

import asyncio
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from chassis.credentials import write_private
from cli.place import Place
from cli.sample_catalogues import catalogues
from cli.sample_decisions import decisions
from cli.sample_documents import drafts, stock
from cli.sample_requests import requests
from cli.sample_site import SiteAddress
from cli.sample_staff import OFFICE, SUPERVISOR, WEBMASTER, Loading, at_work, clerk, platform_clock
from cli.sample_tickets import tickets
from contracts import opinion, sitewatch, supervision
from contracts.base import Done
from kernel.refused import Refused
from sample import data as sample
from sample.data import SampleAccount, SampleSite, SampleTask, SampleTaskTable

LOADING, LOADED = "sample-loading.json", "sample-loaded.json"
FINISHED, REPORTED = (1, 8), (3, 5, 13)
"""Tasks of the table that were finished and confirmed, and those of which progress was reported."""


class Load(BaseModel):
    """When the sample was loaded; dates that the sample writes as offsets count from here."""

    model_config = ConfigDict(frozen=True)
    at: AwareDatetime
    refused: tuple[str, ...] = ()


def begin(folder: Path) -> datetime:
    """The sample shall be loaded into this data folder: note the load moment, unless there is one already."""
    if (known := moment(folder)) is not None:
        return known
    at = platform_clock(folder).now()
    write_private(folder / LOADING, Load(at=at).model_dump_json())
    return at


def moment(folder: Path) -> datetime | None:
    """The load moment of a data folder; none where no sample was ever wanted."""
    for name in (LOADED, LOADING):
        path = folder / name
        if path.exists():
            return Load.model_validate_json(path.read_bytes()).at
    return None


async def sample_government(where: Place, folder: Path) -> tuple[str, ...]:
    """Load the sample into the platform that runs at `where`.

    Returns what the rules refused, one sentence each. Once all is loaded only the address of the sample site is kept
    right. Raises `Refused` (`unavailable`) when a service does not answer; another call goes on from there.
    """
    at, loaded = begin(folder), (folder / LOADED).exists()
    async with at_work(where, folder, at) as loading:
        await loading.together({"sitewatch": sites(loading)} if loaded else _all(loading))
    if not loaded:
        write_private(folder / LOADED, Load(at=at, refused=tuple(loading.refused)).model_dump_json())
        (folder / LOADING).unlink(missing_ok=True)
    return tuple(loading.refused)


def _all(loading: Loading) -> dict[str, Coroutine[Any, Any, None]]:
    """What is loaded into each service."""
    return {
        "publication": publication(loading),
        "drafts": drafts(loading),
        "catalogues": catalogues(loading),
        "requests": requests(loading),
        "hotline": tickets(loading),
        "opinion": posts(loading),
        "supervision": tasks(loading),
        "sitewatch": sites(loading),
    }


async def publication(loading: Loading) -> None:
    """The stock, and decisions: the draft of one is a document of the stock."""
    imported = asyncio.create_task(stock(loading))
    await asyncio.gather(imported, decisions(loading, imported))


async def posts(loading: Loading) -> None:
    """Collected posts, in one batch."""
    collected = tuple(
        opinion.Post(
            source=post.source,
            url=post.url,
            author=post.author,
            posted_at=post.posted_at,
            text=post.text,
            place=post.place,
            reach=opinion.Reach(**post.reach.model_dump()),
        )
        for post in sample.posts(loading.at, loading.workdays_before)
    )
    ingest = opinion.IngestPosts(posts=collected)
    taken = await loading.send(clerk("wxb"), ingest, opinion.Ingested, "posts")
    for each in taken.refused:
        loading.refuse(f"帖文{each.position + 1}", each.reason)


async def tasks(loading: Loading) -> None:
    """The year's table, and some of its tasks on their way or done."""
    table = sample.tasks()
    if table.issued_on > loading.today:
        return
    wanted = supervision.ImportTasks(
        title=table.title,
        draft=table.status == "draft",
        document=table.doc_no,
        issued_on=table.issued_on,
        rows=tuple(_row(task) for task in table.tasks),
    )
    taken = await loading.send(SUPERVISOR, wanted, supervision.TableImported, "tasks")
    ids = {task.no: task.id for task in taken.tasks}
    await loading.together(
        {f"任务{no}": _progress(loading, table, no, ids[no]) for no in (*FINISHED, *REPORTED) if no in ids}
    )


def _row(task: SampleTask) -> supervision.TaskRow:
    goal = task.target
    return supervision.TaskRow(
        no=task.no,
        section=(task.section,),
        requirement=task.requirement,
        lead_names=(task.lead,) if task.lead else (),
        co_names=tuple(task.co),
        each_alone=task.each_alone,
        due_on=task.due_on,
        target=supervision.Target(value=goal.value, unit=goal.unit, per_unit=goal.note.startswith("每"), note=goal.note)
        if goal
        else None,
    )


async def _progress(loading: Loading, table: SampleTaskTable, no: int, id: str) -> None:
    """The lead unit reports; what is finished, the supervisor confirms."""
    task = next(task for task in table.tasks if task.no == no)
    finished = no in FINISHED and (task.due_on or loading.today) <= loading.today
    report = supervision.ReportProgress(
        id=id,
        text="示例：已完成，材料附后。" if finished else "示例：正在推进。",
        finished=finished,
        evidence=(f"https://www.sample.invalid/tasks/{no}",) if finished else (),
    )
    await loading.send(clerk(task.lead or OFFICE), report, Done, f"task:{no}:report")
    if finished:
        done = supervision.Complete(id=id, note="示例：逐项核对后确认。")
        await loading.send(SUPERVISOR, done, Done, f"task:{no}:complete")


async def sites(loading: Loading) -> None:
    """The site where it is served now, if it is served, and the new-media accounts."""
    read = sample.sites(loading.at, loading.workdays_before)
    address = SiteAddress.kept(loading.folder)
    works = {account.account_id: _account(loading, account) for account in read.accounts}
    if address:
        works |= {site.name: _site(loading, site, address) for site in read.sites}
    await loading.together(works)


async def _site(loading: Loading, site: SampleSite, address: SiteAddress) -> None:
    """Registered once; where the port has changed since, its address is corrected."""
    details = sitewatch.SiteDetails(
        id_code=site.id_code,
        site_name=site.name,
        kind=sitewatch.SiteKind(site.kind),
        home_url=f"{address.url}{site.home}",
        domain=site.domain,
        owner=site.owner,
        operator=site.operator,
        icp=site.icp,
        police=site.police,
        protection_grade=site.protection_grade,
        opened_on=site.opened_on,
        ipv6=site.ipv6,
        columns=tuple(
            sitewatch.Column(
                name=column.name,
                type=sitewatch.ColumnType(column.type),
                path=f"/{column.path}",
                keeper=column.keeper,
                freshness_days=column.freshness_days,
            )
            for column in site.columns
        ),
    )
    try:
        await loading.send(WEBMASTER, sitewatch.RegisterSite(site=details), Done, f"site:{address.port}")
    except Refused as refused:
        if refused.code != "site_known":
            raise
        id = f"{loading.where.region}-ZD-{site.id_code}"
        correct = sitewatch.CorrectSite(id=id, site=details, reason="示例网站的地址变更")
        await loading.send(WEBMASTER, correct, Done, f"site:{address.port}:{loading.clock.now().isoformat()}")


async def _account(loading: Loading, account: SampleAccount) -> None:
    details = sitewatch.AccountDetails(
        platform=account.platform,
        account_name=account.name,
        account_id=account.account_id,
        owner=account.owner,
        operator=account.operator,
        opened_on=account.opened_on,
        filed_on=account.filed_on,
        status=account.status,
        interaction=account.interaction,
    )
    key = f"account:{account.account_id}"
    done = await loading.send(WEBMASTER, sitewatch.RegisterAccount(account=details), Done, key)
    seen = sitewatch.SeeAccount(id=done.id, last_post_on=account.last_post_on, followers=account.followers)
    await loading.send(WEBMASTER, seen, Done, f"{key}:seen")
