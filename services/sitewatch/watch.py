"""Probing and inspecting a site: fetch, judge, and let the findings follow from the verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from chassis.actors import CLOCK, Cause
from chassis.calendars import Calendars
from chassis.cases import Cases
from chassis.numbers import Numbers
from contracts.sitewatch import FindingState, Outcome, Severity
from services.sitewatch import checks
from services.sitewatch.checks import Link, Page
from services.sitewatch.domain import availability, finding, finding_record, verdicts
from services.sitewatch.domain.availability import Window
from services.sitewatch.domain.indicators import Indicators
from services.sitewatch.domain.register import AccountState, SiteState
from services.sitewatch.domain.verdicts import ColumnSeen, Verdict
from services.sitewatch.fetch import Fetched, Fetcher
from services.sitewatch.storage import Samples, Suspects


@dataclass(frozen=True)
class Subject:
    """What a finding is about."""

    id: str
    name: str
    owner: str


@dataclass
class Inspection:
    """What one inspection has seen."""

    pages: int = 0
    unknown: int = 0
    suspected: int = 0
    verdicts: list[Verdict] = field(default_factory=list)
    links: set[str] = field(default_factory=set)
    """Addresses that the home page links to; empty where it could not be read."""
    opened: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)


class Findings:
    """Lets findings follow from verdicts: one for each site, indicator and object while it is open."""

    def __init__(
        self, cases: Cases[finding.State], numbers: Numbers, calendars: Calendars, region: str, indicators: Indicators
    ) -> None:
        self._cases = cases
        self._numbers = numbers
        self._calendars = calendars
        self._region = region
        self._indicators = indicators

    async def open_of(self, subject: str) -> list[finding.State]:
        held = await self._cases.find({"site": subject, "open": True}, limit=1000)
        return [one.state for one in held]

    async def judge(self, subject: Subject, judged: Sequence[Verdict], now: datetime) -> tuple[list[str], list[str]]:
        """Open, keep or close findings; the numbers of those opened and of those closed."""
        known = {_key(state): state.id for state in await self.open_of(subject.id)}
        opened: list[str] = []
        closed: list[str] = []
        for verdict in judged:
            key = finding_record.key(subject.id, verdict.indicator, verdict.object[:500])
            if key in known:
                if await self._observe(known[key], verdict, now):
                    closed.append(known[key])
            elif not verdict.ok and (new := await self._open(subject, verdict, key, now)):
                opened.append(new)
                known[key] = new
        return opened, closed

    async def _observe(self, id: str, verdict: Verdict, now: datetime) -> bool:
        """Whether the finding is closed by what was seen."""
        cause = Cause(CLOCK, f"seen:{now.isoformat()}", now)
        held = await self._cases.execute(id, lambda state: finding.observe(state, verdict, now), cause)
        return held.state.status is FindingState.VERIFIED

    async def _open(self, subject: Subject, verdict: Verdict, key: str, now: datetime) -> str | None:
        """Open a finding, unless a person has rejected the same thing. The count of earlier ones makes its origin, so
        two replicas that see the same thing open one."""
        earlier = await self._cases.count({"key": key})
        latest = await self._cases.find({"key": key}, sort=[("opened", -1)], limit=1)
        if latest and _rejected(latest[0].state, verdict):
            return None
        n = await self._numbers.block(f"WZ/{now.year}")
        id = f"{self._region}-WZ-{now.year}-{n:06d}"
        facts = finding.find(
            id,
            verdict,
            site=subject.id,
            site_name=subject.name,
            owner=subject.owner,
            times=earlier + 1,
            now=now,
            calendar=self._calendars.current,
            indicators=self._indicators,
        )
        origin = f"{key}:{earlier}"
        held = await self._cases.open(id, facts, Cause(CLOCK, origin, now), origin)
        return None if held.repeated else held.id


def _key(state: finding.State) -> str:
    return finding_record.key(state.site, state.indicator, state.object)


def _rejected(state: finding.State, verdict: Verdict) -> bool:
    return state.status is FindingState.REJECTED and state.evidence.measured == verdict.measured


class Watch:
    """Looks at sites."""

    def __init__(
        self, fetcher: Fetcher, samples: Samples, suspects: Suspects, findings: Findings, indicators: Indicators
    ) -> None:
        self._fetcher = fetcher
        self._samples = samples
        self._suspects = suspects
        self._findings = findings
        self._indicators = indicators

    async def probe(self, site: SiteState, now: datetime) -> Fetched:
        """Probe the home page, keep the sample, let the finding follow."""
        home = site.details.home_url
        fetched = await self._fetcher.get(home, home)
        await self._samples.add(site.id, fetched, now)
        window, latest = await self.availability(site.id, now)
        verdict = verdicts.reach_verdict(
            window,
            availability.down(latest, self._indicators),
            availability.up(latest, self._indicators),
            home,
            self._indicators,
        )
        if verdict is not None:
            await self._findings.judge(_subject(site), [verdict], now)
        return fetched

    async def availability(self, site: str, now: datetime) -> tuple[Window, list[availability.Sample]]:
        """The window of the last full days, and all samples since its begin."""
        since = now - timedelta(days=self._indicators["window_days"] + 1)
        samples = await self._samples.since(site, since)
        return availability.window(samples, now.date(), self._indicators), samples

    async def inspect(self, site: SiteState, now: datetime) -> Inspection:
        """Look at the home page, its links and the columns; let the findings follow."""
        seen = Inspection()
        columns = await self._columns(site, seen, now)
        home = await self._page(site.details.home_url, site, seen)
        if home is not None:
            await self._home(site, home, columns, seen, now)
        await self._unlinked(site, seen)
        seen.opened, seen.closed = await self._findings.judge(_subject(site), seen.verdicts, now)
        return seen

    async def _page(self, url: str, site: SiteState, seen: Inspection) -> tuple[Fetched, Page] | None:
        """A page that can be read; `None` where it cannot be judged."""
        fetched = await self._fetcher.get(url, site.details.home_url)
        seen.pages += 1
        if fetched.outcome is not Outcome.OK:
            seen.unknown += 1
            return None
        return fetched, Page(fetched.url, checks.decode(fetched.body, fetched.content_type))

    async def _columns(self, site: SiteState, seen: Inspection, now: datetime) -> list[ColumnSeen]:
        """Read the list pages of all columns. The counts over the site need every column: with one unread there is no
        verdict on them."""
        home = site.details.home_url
        urls = {column.path: urljoin(_origin(home), column.path) for column in site.details.columns}
        frame = {home, _origin(home), urljoin(home, "index.html"), *urls.values()}
        read: list[ColumnSeen] = []
        for column in site.details.columns:
            found = await self._page(urls[column.path], site, seen)
            if found is None:
                continue
            fetched, page = found
            newest = page.newest(now.date())
            read.append(ColumnSeen(column, fetched.url, fetched.sha256, page.blank(frame), newest))
            faults = page.tag_faults((*checks.SITE_TAGS, *checks.COLUMN_TAGS), _expected(site, ColumnName=column.name))
            seen.verdicts.append(verdicts.tag_verdict(faults, column.path, fetched.url, fetched.sha256))
        judged = verdicts.column_verdicts(read, now.date(), self._indicators)
        whole = len(read) == len(site.details.columns)
        seen.verdicts += [verdict for verdict in judged if whole or verdict.object != verdicts.WHOLE_SITE]
        return read

    async def _home(
        self,
        site: SiteState,
        home: tuple[Fetched, Page],
        columns: Sequence[ColumnSeen],
        seen: Inspection,
        now: datetime,
    ) -> None:
        fetched, page = home
        dated = [page.newest(now.date())] if page.newest(now.date()) else [column.newest for column in columns]
        newest = max((day for day in dated if day is not None), default=None)
        seen.verdicts += [
            verdicts.home_verdict(newest, fetched.url, fetched.sha256, now.date(), self._indicators),
            *verdicts.element_verdicts(page.footer(site.details), fetched.url, fetched.sha256),
            verdicts.tag_verdict(page.tag_faults(checks.SITE_TAGS, _expected(site)), "/", fetched.url, fetched.sha256),
        ]
        known = {fetched.url, site.details.home_url, *(column.url for column in columns)}
        links = page.links()[: self._indicators.count("max_links")]
        seen.links = {link.url for link in page.links()}
        alive = [link.url for link in links if link.url in known]
        for link in links:
            if link.url not in known and await self._link(site, link, seen, now):
                alive.append(link.url)
        await self._suspects.cleared(site.id, alive)

    async def _link(self, site: SiteState, link: Link, seen: Inspection, now: datetime) -> bool:
        """Whether a link of the home page leads somewhere; a dead one is judged when it fails a second time."""
        fetched = await self._fetcher.get(link.url, site.details.home_url)
        seen.pages += 1
        if fetched.outcome is Outcome.UNKNOWN:
            seen.unknown += 1
            return False
        measured = fetched.outcome.value + (f"（{fetched.status}）" if fetched.status else "")
        if fetched.dead:
            if await self._suspects.failed(site.id, link.url, now):
                seen.verdicts.append(_link_verdict(link.url, False, measured))
            else:
                seen.suspected += 1
            return False
        seen.verdicts.append(_link_verdict(link.url, True, measured))
        if fetched.is_html and fetched.outcome is Outcome.OK and _origin(fetched.url) == _origin(site.details.home_url):
            self._article(site, fetched, seen)
        return True

    def _article(self, site: SiteState, fetched: Fetched, seen: Inspection) -> None:
        """Tags and date of an article."""
        page = Page(fetched.url, checks.decode(fetched.body, fetched.content_type))
        if not page.is_article:
            return
        path = urlsplit(fetched.url).path
        names = (*checks.SITE_TAGS, *checks.COLUMN_TAGS, *checks.CONTENT_TAGS)
        faults = page.tag_faults(names, _expected(site))
        seen.verdicts.append(verdicts.tag_verdict(faults, path, fetched.url, fetched.sha256))
        if dates := page.tagged_and_shown():
            seen.verdicts.append(verdicts.date_verdict(*dates, path, fetched.url, fetched.sha256))

    async def _unlinked(self, site: SiteState, seen: Inspection) -> None:
        """A dead link that was taken off the home page is put right."""
        if not seen.links:
            return
        gone = [
            state.object
            for state in await self._findings.open_of(site.id)
            if state.indicator == "D23" and state.object not in seen.links
        ]
        seen.verdicts += [_link_verdict(url, True, "首页已不再链接") for url in gone]
        await self._suspects.cleared(site.id, gone)

    async def account(self, account: AccountState, verdict: Verdict, now: datetime) -> None:
        """Let the finding of an account follow."""
        subject = Subject(account.id, account.details.account_name, account.details.owner)
        await self._findings.judge(subject, [verdict], now)


def _subject(site: SiteState) -> Subject:
    return Subject(site.id, site.details.site_name, site.details.owner)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def _expected(site: SiteState, **more: str) -> dict[str, str]:
    details = site.details
    return {"SiteName": details.site_name, "SiteDomain": details.domain, "SiteIDCode": details.id_code, **more}


def _link_verdict(url: str, ok: bool, measured: str) -> Verdict:
    return Verdict("D23", url[:500], ok, Severity.DEDUCT, measured, "两次不同时间均打不开即为死链", url)
