"""The service on real servers, watching the sample site: registered, probed, its planted flaws found and put right."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from cli.serve import Serving
from contracts import sitewatch as c
from contracts.base import Done, Role
from kernel.refused import Refused
from sample import data as sample
from services.sitewatch.domain import finding
from services.sitewatch.handlers import Sitewatch
from tests.servers import Desk, Servers, started, until
from tests.sitewatch.web import Web, serving

SITE = "999901-ZD-9999010001"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(servers: Servers) -> AsyncIterator[Serving]:
    async with started(servers, ["sitewatch"]) as running:
        running.apps[0].it.hosts.gap = timedelta(milliseconds=5)  # our own server needs no pause
        yield running


@pytest.fixture
def sitewatch(running: Serving) -> Sitewatch:
    (app,) = running.apps
    assert isinstance(app.it, Sitewatch)
    return app.it


def _site(servers: Servers) -> sample.SampleSite:
    return sample.sites(servers.clock.now(), lambda day, n: day - timedelta(days=n)).sites[0]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def web(servers: Servers) -> AsyncIterator[Web]:
    pages = sample.site_pages(_site(servers), servers.clock.now(), lambda day, n: day - timedelta(days=n))
    async with serving(pages) as web:
        yield web


def _details(servers: Servers, web: Web) -> c.SiteDetails:
    site = _site(servers)
    kept = site.model_dump(include=set(c.SiteDetails.model_fields) - {"columns"})
    columns = tuple(c.Column.model_validate(column.model_dump()) for column in site.columns)
    return c.SiteDetails(**kept, site_name=site.name, home_url=f"{web.url}/{site.home}", columns=columns)


async def _open(sitewatch: Sitewatch) -> dict[tuple[str, str], finding.State]:
    held = await sitewatch.findings.find({"site": SITE, "open": True})
    return {(one.state.indicator, one.state.object.rsplit("/", 1)[-1]): one.state for one in held}


async def test_a_registered_site_is_probed_and_inspected_by_itself(
    servers: Servers, desk: Desk, sitewatch: Sitewatch, web: Web
) -> None:
    done = await desk(c.RegisterSite(site=_details(servers, web)), Done)
    again = await desk(c.RegisterSite(site=_details(servers, web)), Done)
    assert (done.id, again.id, again.repeated) == (SITE, SITE, True)
    shown = await until(lambda: _last(desk), 30)
    assert (shown.last, shown.complete, shown.veto) == (c.Outcome.OK, False, False)

    async def inspected() -> bool:
        return len(await _open(sitewatch)) == 2

    await until(inspected, 30)
    found = await _open(sitewatch)
    assert found["D09", "index.html（空白）"].owner == "bgs"
    assert found["W-V1", "a2.html"].status is c.FindingState.OPEN  # suspected: a person must confirm
    assert ("D23", "b9.html") not in found  # failed once: only suspected
    assert {code for code, _ in found} == {"D09", "W-V1"}
    assert web.most_at_once == 1
    (checked,) = (await desk(c.CountChecks(year=2026, quarter=4), c.Checked)).looked
    assert (checked.id, checked.last_on) == (SITE, servers.clock.now().date())
    assert (await desk(c.CountChecks(year=2026, quarter=3), c.Checked)).looked == ()


async def _last(desk: Desk) -> c.Availability | None:
    shown = await desk(c.ShowAvailability(id=SITE), c.Availability)
    assert isinstance(shown, c.Availability)
    return shown if shown.last else None


async def test_a_dead_link_is_found_at_the_second_look_and_closed_when_the_link_works(
    servers: Servers, sitewatch: Sitewatch, web: Web
) -> None:
    site = (await sitewatch.sites.load(SITE)).state
    now = servers.clock.now()
    seen = await sitewatch.watch.inspect(site, now)
    assert (seen.suspected, seen.opened) == (1, [])
    seen = await sitewatch.watch.inspect(site, now + timedelta(minutes=60))
    assert len(seen.opened) == 1
    found = (await _open(sitewatch))["D23", "b9.html"]
    assert (found.status, found.evidence.measured) == (c.FindingState.CONFIRMED, "HTTP4xx（404）")
    repeated = await sitewatch.watch.inspect(site, now + timedelta(minutes=121))
    assert repeated.opened == []
    web.pages["/tzgg/b9.html"] = b"<html><body>ok</body></html>"
    closed = await sitewatch.watch.inspect(site, now + timedelta(minutes=180))
    assert closed.closed == [found.id]


async def test_a_rejected_finding_does_not_come_back_and_a_confirmed_one_has_a_limit(
    servers: Servers, desk: Desk, sitewatch: Sitewatch
) -> None:
    site = (await sitewatch.sites.load(SITE)).state
    suspected = (await _open(sitewatch))["W-V1", "a2.html"]
    assert suspected.running is None
    done = await desk(c.Reject(id=suspected.id, reason="转载稿，标签为原文日期"), Done)
    assert done.state == "rejected"
    seen = await sitewatch.watch.inspect(site, servers.clock.now() + timedelta(hours=5))
    assert seen.opened == []


async def test_who_reports_a_repair_cannot_verify_it(servers: Servers, desk: Desk, sitewatch: Sitewatch) -> None:
    blank = (await _open(sitewatch))["D09", "index.html（空白）"]
    with pytest.raises(Refused) as foreign:
        await desk(c.ReportFixed(id=blank.id, note="已补充内容"), Done, agency="jyj", roles=[Role.CLERK])
    assert foreign.value.code == "not_yours"
    reported = await desk(c.ReportFixed(id=blank.id, note="已补充内容"), Done, as_="李四", roles=[Role.CLERK])
    assert reported.state == "fixed"
    with pytest.raises(Refused) as same:
        await desk(c.Verify(id=blank.id, fixed=True, note="已核"), Done, as_="李四", roles=[Role.SUPERVISOR])
    assert same.value.code == "same_person"
    refused = await desk(c.Verify(id=blank.id, fixed=False, note="仍空白"), Done, as_="王五", roles=[Role.SUPERVISOR])
    assert refused.state == "confirmed"


async def test_a_site_that_fails_twice_is_warned_of_and_comes_back(
    servers: Servers, sitewatch: Sitewatch, web: Web
) -> None:
    site = (await sitewatch.sites.load(SITE)).state
    now = servers.clock.now() + timedelta(hours=6)
    web.status["/index.html"] = 503
    for minutes in (0, 30):
        fetched = await sitewatch.watch.probe(site, now + timedelta(minutes=minutes))
        assert fetched.outcome is c.Outcome.HTTP5XX
    down = (await _open(sitewatch))["W-V2", "首页"]
    assert (down.severity, down.evidence.measured) == (c.Severity.WARN, "连续2次打不开")
    del web.status["/index.html"]
    for minutes in (60, 90):
        await sitewatch.watch.probe(site, now + timedelta(minutes=minutes))
    assert ("W-V2", "首页") not in await _open(sitewatch)


async def test_two_replicas_never_claim_the_same_probe(servers: Servers, sitewatch: Sitewatch) -> None:
    import asyncio

    now = servers.clock.now() + timedelta(days=2)
    again = now + timedelta(minutes=30)
    claims = await asyncio.gather(*(sitewatch.watches.claim("probe_at", now, again) for _ in range(8)))
    assert [claim for claim in claims if claim] == [SITE]


async def test_a_host_has_one_turn_at_a_time(sitewatch: Sitewatch) -> None:
    import asyncio

    running, most = 0, 0

    async def take() -> None:
        nonlocal running, most
        async with sitewatch.hosts.turn("turns.invalid") as granted:
            assert granted
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.05)
            running -= 1

    await asyncio.gather(take(), take(), take())
    assert most == 1


async def test_an_account_that_is_silent_too_long_is_a_finding(
    servers: Servers, desk: Desk, sitewatch: Sitewatch
) -> None:
    given = sample.sites(servers.clock.now(), lambda day, n: day - timedelta(days=n)).accounts
    for account in given:
        kept = account.model_dump(include=set(c.AccountDetails.model_fields))
        details = c.AccountDetails(**kept, account_name=account.name)
        done = await desk(c.RegisterAccount(account=details), Done)
        assert (await desk(c.RegisterAccount(account=details), Done)).id == done.id
        await desk(c.SeeAccount(id=done.id, last_post_on=account.last_post_on), Done)
    found = await sitewatch.findings.find({"open": True, "agency": "yqz"})
    assert [(one.state.indicator, one.state.severity) for one in found] == [("M-V2a", c.Severity.VETO)]
    warned = await sitewatch.findings.find({"open": True, "agency": "yjj"})
    assert [one.state.severity for one in warned] == [c.Severity.WARN]  # 12 days: past 10, not past 14
    assert await sitewatch.findings.find({"agency": "scj"}) == []  # cancelled


async def test_a_closed_site_is_left_alone(servers: Servers, desk: Desk, sitewatch: Sitewatch) -> None:
    done = await desk(c.SetSiteStatus(id=SITE, status=c.SiteStatus.CLOSED, reason="并入集约化平台"), Done)
    assert done.state == "关停"
    assert (
        await sitewatch.watches.claim("probe_at", servers.clock.now() + timedelta(days=9), servers.clock.now()) is None
    )
    with pytest.raises(Refused) as refused:
        await desk(c.InspectNow(id=SITE), c.Scheduled)
    assert refused.value.code == "not_watched"
