"""What the sitewatch service reacts to."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.actors import Cause
from chassis.cases import Cases, Held
from chassis.handlers import Handlers
from chassis.runtime import Runtime
from contracts import sitewatch as c
from contracts.base import Done, Role
from contracts.supervision import CalendarNoticeLoaded
from kernel.calendar import Notice
from kernel.facts import Fact
from kernel.personal import require_impersonal
from kernel.refused import Refused
from services.sitewatch.domain import ACCOUNT, FINDING, SITE, finding, register, verdicts
from services.sitewatch.domain.indicators import Indicators, shipped
from services.sitewatch.domain.register import AccountState, SiteState
from services.sitewatch.fetch import Fetcher
from services.sitewatch.storage import AccountsSeen, Checks, Hosts, Samples, Suspects, Task, Watches
from services.sitewatch.watch import Findings, Watch

log = logging.getLogger(__name__)
on = Handlers["Sitewatch"]()
_AT_ONCE = 8


@dataclass(frozen=True)
class Sitewatch:
    """What the service holds."""

    runtime: Runtime
    sites: Cases[SiteState]
    accounts: Cases[AccountState]
    findings: Cases[finding.State]
    watches: Watches
    samples: Samples
    suspects: Suspects
    hosts: Hosts
    seen: AccountsSeen
    checks: Checks
    watch: Watch
    indicators: Indicators

    @classmethod
    def of(cls, runtime: Runtime) -> "Sitewatch":
        indicators = shipped()
        findings = runtime.cases(FINDING)
        samples = Samples(runtime.collection("samples"), indicators)
        suspects = Suspects(runtime.collection("suspects"), timedelta(minutes=indicators["recheck_minutes"]))
        hosts = Hosts(runtime.collection("hosts"), timedelta(milliseconds=indicators["host_gap_ms"]))
        fetcher = Fetcher(hosts.turn, indicators["timeout_seconds"], indicators.count("max_bytes"))
        judge = Findings(findings, runtime.numbers, runtime.calendars, runtime.region, indicators)
        return cls(
            runtime=runtime,
            sites=runtime.cases(SITE),
            accounts=runtime.cases(ACCOUNT),
            findings=findings,
            watches=Watches(runtime.collection("watches")),
            samples=samples,
            suspects=suspects,
            hosts=hosts,
            seen=AccountsSeen(runtime.collection("accounts_seen")),
            checks=Checks(runtime.collection("checks")),
            watch=Watch(fetcher, samples, suspects, judge, indicators),
            indicators=indicators,
        )

    async def decide(
        self, id: str, decision: Callable[[finding.State], Sequence[Fact]], cause: Cause
    ) -> Held[finding.State]:
        return await self.findings.execute(id, decision, cause)


def _of_finding(held: Held[finding.State]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.status, repeated=held.repeated)


def _of_site(held: Held[SiteState]) -> Done:
    return Done(id=held.id, version=held.version, state=held.state.status, repeated=held.repeated)


def _require_agencies(service: Sitewatch, details: c.SiteDetails | c.AccountDetails) -> None:
    service.runtime.register.require(details.owner, "owner")
    service.runtime.register.require(details.operator, "operator")
    if isinstance(details, c.SiteDetails):
        for column in details.columns:
            service.runtime.register.require(column.keeper, "columns")


@on.command(c.RegisterSite)
async def register_site(service: Sitewatch, command: c.RegisterSite, cause: Cause) -> Done:
    _require_agencies(service, command.site)
    id = f"{service.runtime.region}-ZD-{command.site.id_code}"
    held = await service.sites.open(id, register.register_site(id, command.site, cause.now), cause, origin=id)
    if held.repeated and held.state.details != command.site:
        raise Refused(
            "site_known", "该标识码的网站已登记，内容不同。", field="id_code", remedy="如需更改，请用更正网站信息。"
        )
    await service.watches.begin(held.id, cause.now)
    return _of_site(held)


@on.command(c.CorrectSite)
async def correct_site(service: Sitewatch, command: c.CorrectSite, cause: Cause) -> Done:
    _require_agencies(service, command.site)
    require_impersonal(reason=command.reason)
    return _of_site(
        await service.sites.execute(
            command.id, lambda state: register.correct(state, command.site, command.reason), cause
        )
    )


@on.command(c.SetSiteStatus)
async def set_site_status(service: Sitewatch, command: c.SetSiteStatus, cause: Cause) -> Done:
    require_impersonal(reason=command.reason)
    held = await service.sites.execute(
        command.id, lambda state: register.set_status(state, command.status, command.reason), cause
    )
    if held.state.watched:
        await service.watches.begin(held.id, cause.now)
    else:
        await service.watches.end(held.id)
    return _of_site(held)


@on.command(c.RegisterAccount)
async def register_account(service: Sitewatch, command: c.RegisterAccount, cause: Cause) -> Done:
    details = command.account
    _require_agencies(service, details)
    origin = f"{details.platform}:{details.account_id}"
    known = (await service.accounts.by_origin([origin])).get(origin)
    if known is None:
        n = await service.runtime.numbers.block("ZH")
        id = f"{service.runtime.region}-ZH-{n:06d}"
        held = await service.accounts.open(id, register.keep_account(None, id, details, cause.now), cause, origin)
    else:
        held = await service.accounts.execute(
            known.id, lambda state: register.keep_account(state, state.id, details, cause.now), cause
        )
    return Done(id=held.id, version=held.version, state=held.state.details.status, repeated=held.repeated)


@on.command(c.SeeAccount)
async def see_account(service: Sitewatch, command: c.SeeAccount, cause: Cause) -> Done:
    if command.last_post_on > cause.now.date():
        raise Refused("in_future", "最后更新日期不能晚于今天。", field="last_post_on", remedy="请核对日期。")
    held = await service.accounts.load(command.id)
    await service.seen.note(held.id, command.last_post_on, command.followers, cause.now)
    await service.checks.note(held.id, cause.now)
    await _judge_account(service, held.state, cause.now)
    return Done(id=held.id, version=held.version, state=held.state.details.status)


async def _judge_account(service: Sitewatch, account: AccountState, now: datetime) -> None:
    last = await service.seen.last_post_on(account.id)
    if last is None:
        return
    verdict = verdicts.account_verdict(account.details, last, now.date(), service.indicators)
    if verdict is not None:
        await service.watch.account(account, verdict, now)


@on.command(c.ProbeNow)
async def probe_now(service: Sitewatch, command: c.ProbeNow, cause: Cause) -> c.Probed:
    held = await service.sites.load(command.id)
    fetched = await service.watch.probe(held.state, cause.now)
    return c.Probed(
        id=held.id,
        outcome=fetched.outcome,
        milliseconds=fetched.milliseconds,
        status=fetched.status,
        detail=fetched.detail,
    )


@on.command(c.InspectNow)
async def inspect_now(service: Sitewatch, command: c.InspectNow, cause: Cause) -> c.Scheduled:
    held = await service.sites.load(command.id)
    if not held.state.watched:
        raise Refused("not_watched", "该网站未在正常运行状态，不作检查。", remedy="请先核对网站状态。")
    await service.watches.begin(held.id, cause.now)
    await service.watches.hurry(held.id, "inspect_at", cause.now)
    return c.Scheduled(id=held.id, at=cause.now)


@on.command(c.Confirm)
async def confirm(service: Sitewatch, command: c.Confirm, cause: Cause) -> Done:
    require_impersonal(note=command.note)
    calendar = service.runtime.calendars.current

    def decide(state: finding.State) -> list[Fact]:
        return finding.confirm(state, command.note, cause.now, calendar, service.indicators)

    return _of_finding(await service.decide(command.id, decide, cause))


@on.command(c.Reject)
async def reject(service: Sitewatch, command: c.Reject, cause: Cause) -> Done:
    require_impersonal(reason=command.reason)
    return _of_finding(await service.decide(command.id, lambda state: finding.reject(state, command.reason), cause))


@on.command(c.ReportFixed)
async def report_fixed(service: Sitewatch, command: c.ReportFixed, cause: Cause) -> Done:
    require_impersonal(note=command.note)
    actor, keeps = cause.actor, Role.WEBMASTER in cause.actor.roles
    held = await service.decide(
        command.id, lambda state: finding.report_fixed(state, command.note, actor.id, actor.agency, keeps), cause
    )
    await service.watches.hurry(held.state.site, "inspect_at", cause.now)
    return _of_finding(held)


@on.command(c.Verify)
async def verify(service: Sitewatch, command: c.Verify, cause: Cause) -> Done:
    require_impersonal(note=command.note)

    def decide(state: finding.State) -> list[Fact]:
        return finding.verify(state, command.fixed, command.note, cause.actor.id, cause.now)

    return _of_finding(await service.decide(command.id, decide, cause))


@on.query(c.ShowAvailability)
async def show_availability(service: Sitewatch, query: c.ShowAvailability, cause: Cause) -> c.Availability:
    held = await service.sites.load(query.id)
    window, samples = await service.watch.availability(held.id, cause.now)
    last = samples[-1] if samples else None
    return c.Availability(
        id=held.id,
        days=tuple(c.DayOfProbes(day=day.day, probes=day.probes, fails=day.fails) for day in window.days),
        probes=window.probes,
        fails=window.fails,
        share=window.share,
        complete=window.complete,
        veto=window.veto,
        warn=window.warn,
        last=last.outcome if last else None,
        last_at=last.at if last else None,
    )


@on.query(c.CountChecks)
async def count_checks(service: Sitewatch, query: c.CountChecks, cause: Cause) -> c.Checked:
    found = await service.checks.of_quarter(query.year, query.quarter)
    return c.Checked(
        looked=tuple(
            c.Looked(id=each["subject"], times=each["times"], first_on=each["first_on"], last_on=each["last_on"])
            for each in found
        )
    )


@on.event(CalendarNoticeLoaded)
async def recompute(service: Sitewatch, event: CalendarNoticeLoaded, cause: Cause) -> None:
    """A new holiday notice: every open limit is computed again."""
    await service.runtime.calendars.add(
        Notice.model_validate_json(event.record.notice_json), event.epoch, event.version
    )
    calendar, last = service.runtime.calendars.current, ""
    while found := await service.findings.find({"open": True, "_id": {"$gt": last}}, sort=[("_id", 1)], limit=200):
        for held in found:
            await service.decide(held.id, lambda state: finding.recompute(state, calendar), cause)
        last = found[-1].id


@on.every(5)
async def probe(service: Sitewatch) -> None:
    """Probe what is due."""

    async def work(site: SiteState, now: datetime) -> None:
        await service.watch.probe(site, now)

    await _do_all(service, "probe_at", timedelta(minutes=service.indicators["probe_minutes"]), work)


@on.every(5)
async def inspect(service: Sitewatch) -> None:
    """Inspect what is due; a site with suspected dead links is looked at again soon, to confirm or to clear them."""

    async def work(site: SiteState, now: datetime) -> None:
        seen = await service.watch.inspect(site, now)
        if seen.pages > seen.unknown:
            await service.checks.note(site.id, now)
        if seen.suspected:
            soon = now + timedelta(minutes=service.indicators["recheck_minutes"])
            await service.watches.hurry(site.id, "inspect_at", soon)

    await _do_all(service, "inspect_at", timedelta(hours=service.indicators["inspect_hours"]), work)


Work = Callable[[SiteState, datetime], Awaitable[None]]


async def _do_all(service: Sitewatch, task: Task, again: timedelta, work: Work) -> None:
    """Do a task for all sites that are due, several sites at a time."""
    now = service.runtime.clock.now()
    while claimed := await _claimed(service, task, now, now + again):
        await asyncio.gather(*(_do(service, site, task, work, now) for site in claimed))


async def _claimed(service: Sitewatch, task: Task, now: datetime, again: datetime) -> list[str]:
    """Some sites that are due; this replica has them alone."""
    claimed: list[str] = []
    while len(claimed) < _AT_ONCE and (site := await service.watches.claim(task, now, again)) is not None:
        claimed.append(site)
    return claimed


async def _do(service: Sitewatch, site: str, task: Task, work: Work, now: datetime) -> None:
    """One site's failure must not keep the others from their turn."""
    held = await service.sites.get(site)
    if held is None or not held.state.watched:
        await service.watches.end(site)
        return
    try:
        await work(held.state, now)
    except Exception:
        log.exception("a site could not be looked at", extra={"case": site, "task": task})


@on.every(3600)
async def keep_house(service: Sitewatch) -> None:
    """Judge the accounts, remove what is past its age limit, watch what a crash left unwatched."""
    now = service.runtime.clock.now()
    await service.samples.forget(now)
    await service.suspects.forget(now)
    await service.hosts.forget()
    for site in await service.sites.find({"watched": True}, limit=5000):
        await service.watches.begin(site.id, now)
    for account in await service.accounts.find({"watched": True}, limit=5000):
        await _judge_account(service, account.state, now)
