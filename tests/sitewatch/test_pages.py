"""What is read from pages, and how they are fetched: the sample site, broken pages, hostile servers."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.sitewatch import Outcome, SiteDetails, SiteKind
from kernel.clock import CST
from sample import data as sample
from services.sitewatch import checks
from services.sitewatch.checks import Page
from services.sitewatch.fetch import Fetcher, may_ask
from tests.sitewatch.web import serving

NOW = datetime(2026, 11, 23, 9, tzinfo=CST)
HOME = "http://x.invalid/index.html"
DETAILS = SiteDetails(
    id_code="9999010001", site_name="示例县人民政府", kind=SiteKind.PORTAL, home_url=HOME, domain="www.sample.invalid",
    owner="xzf", operator="bgs",
)  # fmt: skip


def pages() -> dict[str, str]:
    site = sample.sites(NOW, lambda day, n: day - timedelta(days=n)).sites[0]
    return sample.site_pages(site, NOW, lambda day, n: day - timedelta(days=n))


def page(path: str) -> Page:
    return Page(f"http://x.invalid/{path}", pages()[path])


def test_the_sample_home_page_is_complete() -> None:
    home = page("index.html")
    assert all(home.footer(DETAILS).values())
    assert len(home.footer(DETAILS)) == 7
    expected = {"SiteName": DETAILS.site_name, "SiteDomain": DETAILS.domain, "SiteIDCode": DETAILS.id_code}
    assert home.tag_faults(checks.SITE_TAGS, expected) == []
    assert home.newest(NOW.date()) == date(2026, 11, 22)
    assert "http://x.invalid/tzgg/b9.html" in {link.url for link in home.links()}


def test_the_planted_flaws_are_seen() -> None:
    frame = [HOME, "http://x.invalid/dtyw/index.html"]
    assert page("zcjd/index.html").blank(frame)
    assert not page("dtyw/index.html").blank(frame)
    assert page("dtyw/a2.html").tagged_and_shown() == (date(2026, 10, 18), date(2026, 11, 18))
    tagged = page("dtyw/a1.html").tagged_and_shown()
    assert tagged is not None
    assert tagged[0] == tagged[1]


def test_footer_elements_are_missed_one_by_one() -> None:
    html = pages()["index.html"].replace("京ICP备00000000号", "").replace("我为政府网站找错", "")
    missing = {name for name, seen in Page(HOME, html).footer(DETAILS).items() if not seen}
    assert missing == {"ICP备案编号", "我为政府网站找错"}


def test_tags_that_contradict_the_register_are_faults() -> None:
    faults = page("index.html").tag_faults(checks.SITE_TAGS, {"SiteName": "别的网站"})
    assert faults == ["SiteName"]
    assert page("index.html").tag_faults(checks.COLUMN_TAGS, {}) == list(checks.COLUMN_TAGS)


def test_future_and_impossible_dates_do_not_count() -> None:
    read = Page(HOME, "<body><li>2026-11-23</li><li>2026-12-01</li><li>2026年2月31日</li></body>")
    assert read.newest(NOW.date()) == date(2026, 11, 23)
    assert Page(HOME, "<body><footer>2026-11-20</footer></body>").newest(NOW.date()) is None


def test_charsets_of_old_sites_are_read() -> None:
    text = '<meta charset="gb2312"><title>示例</title>'
    assert "示例" in checks.decode(text.encode("gbk"), "text/html")
    assert "示例" in checks.decode("示例".encode("gb18030"), "text/html")
    assert "示例" in checks.decode("示例".encode(), "text/html; charset=no-such")


@given(st.binary(max_size=400))
def test_no_page_breaks_the_reading(body: bytes) -> None:
    read = Page(HOME, checks.decode(body, "text/html"))
    assert len(read.footer(DETAILS)) == 7
    assert read.newest(NOW.date()) is None or read.newest(NOW.date()) <= NOW.date()  # type: ignore[operator]
    read.blank([])
    read.links()


@asynccontextmanager
async def _always(host: str) -> AsyncIterator[bool]:
    yield True


def fetcher(seconds: float = 2, max_bytes: int = 4096) -> Fetcher:
    return Fetcher(_always, seconds, max_bytes)


@pytest.mark.parametrize(
    ("address", "registered", "allowed"),
    [
        ("8.8.8.8", False, True),
        ("127.0.0.1", False, False),
        ("127.0.0.1", True, True),
        ("10.1.2.3", False, False),
        ("192.168.0.1", False, False),
        ("::1", False, False),
        ("::ffff:127.0.0.1", False, False),
        ("fd00::1", False, False),
        ("169.254.169.254", True, False),
        ("0.0.0.0", True, False),
    ],
)
def test_inner_addresses_are_asked_only_at_a_registered_site(address: str, registered: bool, allowed: bool) -> None:
    assert may_ask(address, registered) is allowed


async def test_outcomes_of_a_probe() -> None:
    async with serving({"index.html": "<p>ok</p>", "slow.html": "x"}) as web:
        web.status |= {"/gone.html": 404, "/broken.html": 503}
        web.delays["/slow.html"] = 1.0
        for path, outcome, status in (
            ("index.html", Outcome.OK, 200),
            ("gone.html", Outcome.HTTP4XX, 404),
            ("broken.html", Outcome.HTTP5XX, 503),
            ("slow.html", Outcome.TIMEOUT, None),
        ):
            fetched = await fetcher(0.5).get(f"{web.url}/{path}", web.url)
            assert (fetched.outcome, fetched.status) == (outcome, status)
    assert (await fetcher().get(web.url, web.url)).outcome is Outcome.TCP


async def test_a_server_that_does_not_speak_tls_is_named_so() -> None:
    async def speaks_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(speaks_plainly, "127.0.0.1", 0) as plain:
        tls = f"https://127.0.0.1:{plain.sockets[0].getsockname()[1]}"
        assert (await fetcher(10).get(tls, tls)).outcome is Outcome.TLS


async def test_redirects_are_followed_within_the_site_and_never_to_an_inner_address() -> None:
    async with serving({"a.html": "<p>a</p>"}) as inner, serving({"index.html": "<p>home</p>"}) as web:
        web.status |= {"/old": 301, "/inner": 302, "/loop": 302, "/file": 302}
        web.headers |= {
            "/old": {"Location": "/index.html"},
            "/inner": {"Location": f"{inner.url}/a.html"},
            "/loop": {"Location": "/loop"},
            "/file": {"Location": "file:///etc/passwd"},
        }
        old = await fetcher().get(f"{web.url}/old", web.url)
        assert (old.outcome, old.url, old.body) == (Outcome.OK, f"{web.url}/index.html", b"<p>home</p>")
        for path in ("inner", "loop", "file"):
            refused = await fetcher().get(f"{web.url}/{path}", web.url)
            assert (refused.outcome, refused.body) == (Outcome.UNKNOWN, b"")
            assert refused.detail
        assert inner.asked == []
        assert len([path for path in web.asked if path == "/loop"]) == 6


async def test_bodies_are_bounded_also_after_unpacking() -> None:
    async with serving({"big.html": "x" * 100_000}) as web:
        web.pages["/bomb.html"] = gzip.compress(b"0" * 10_000_000)
        web.headers["/bomb.html"] = {"Content-Encoding": "gzip"}
        for path in ("big.html", "bomb.html"):
            fetched = await fetcher(max_bytes=20_000).get(f"{web.url}/{path}", web.url)
            assert (fetched.outcome, len(fetched.body)) == (Outcome.OK, 20_000)


def test_a_page_that_asks_for_a_login_is_alive() -> None:
    from services.sitewatch.fetch import Fetched

    assert not Fetched("u", Outcome.HTTP4XX, status=403).dead
    assert Fetched("u", Outcome.HTTP4XX, status=404).dead
    assert not Fetched("u", Outcome.UNKNOWN).dead
