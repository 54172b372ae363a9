"""Fetching pages: the one place that meets the web. Bounded in time and size, polite, never led into inner networks.

Only the origin of a registered site may have an address that is not public; redirects and links to any other inner
address are refused. A name is resolved once and the connection made to the address that was checked.
"""

import asyncio
import hashlib
import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from urllib.parse import urljoin

import httpx

from contracts.sitewatch import Outcome

MAX_REDIRECTS = 5
_HEADERS = {"User-Agent": "zwgk-sitewatch/1", "Accept": "text/html,*/*;q=0.5", "Accept-Encoding": "gzip, deflate"}
Turn = Callable[[str], AbstractAsyncContextManager[bool]]
"""A turn at a host: nobody else asks it meanwhile. Gives `False` when none was to be had."""


@dataclass(frozen=True)
class Fetched:
    """What came of asking for an address."""

    url: str
    outcome: Outcome
    milliseconds: int = 0
    status: int | None = None
    body: bytes = b""
    content_type: str = ""
    location: str = ""
    """Where a redirect leads."""
    detail: str = ""
    """Why it could not be judged, in Chinese."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def is_html(self) -> bool:
        return "html" in self.content_type.lower()

    @property
    def dead(self) -> bool:
        """A link to it leads nowhere. Who asks for a login or for patience is alive."""
        return self.outcome not in (Outcome.OK, Outcome.UNKNOWN) and self.status not in (401, 403, 405, 429)


class _Unjudged(Exception):
    """It cannot be said how the page is; the reason in Chinese."""


class Fetcher:
    """Asks for pages, one request at a time for each host."""

    def __init__(self, turn: Turn, seconds: float, max_bytes: int) -> None:
        self._turn = turn
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._tls = ssl.create_default_context()

    async def get(self, url: str, home: str) -> Fetched:
        """The page at `url`, redirects followed. `home` is the registered address on whose behalf it is asked."""
        started = time.monotonic()
        fetched = await self._follow(url, home)
        return replace(fetched, milliseconds=int((time.monotonic() - started) * 1000))

    async def _follow(self, url: str, home: str) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            async with self._turn(_host(url)) as granted:
                if not granted:
                    return Fetched(url, Outcome.UNKNOWN, detail="该主机正被其他任务访问")
                fetched = await self._once(url, home)
            if not fetched.location:
                return fetched
            url = urljoin(url, fetched.location)
        return Fetched(url, Outcome.UNKNOWN, detail="重定向次数过多")

    async def _once(self, url: str, home: str) -> Fetched:
        """One request; every failure is an outcome."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._request(httpx.URL(url), httpx.URL(home))
        except _Unjudged as reason:
            return Fetched(url, Outcome.UNKNOWN, detail=str(reason))
        except httpx.InvalidURL:
            return Fetched(url, Outcome.UNKNOWN, detail="网址不符合规范")
        except (TimeoutError, httpx.TimeoutException):
            return Fetched(url, Outcome.TIMEOUT)
        except socket.gaierror:
            return Fetched(url, Outcome.DNS)
        except (httpx.TransportError, OSError) as error:
            return Fetched(url, Outcome.TLS if _is_tls(error) else Outcome.TCP)

    async def _request(self, url: httpx.URL, home: httpx.URL) -> Fetched:
        address = await _address(url, home)
        request = httpx.Request(
            "GET",
            url.copy_with(host=address),
            headers={**_HEADERS, "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.host, "timeout": httpx.Timeout(self._seconds).as_dict()},
        )
        async with httpx.AsyncClient(verify=self._tls, trust_env=False, follow_redirects=False) as client:
            response = await client.send(request, stream=True)
            try:
                body = await _body(response, self._max_bytes)
            finally:
                await response.aclose()
        content_type = response.headers.get("content-type", "")
        location = response.headers.get("location", "") if response.is_redirect else ""
        return Fetched(
            str(url), _outcome(response.status_code), 0, response.status_code, body, content_type, location=location
        )


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host or "-"
    except httpx.InvalidURL:
        return "-"


async def _address(url: httpx.URL, home: httpx.URL) -> str:
    """An address of the host that may be asked; raises `_Unjudged` for what must not be."""
    if url.scheme not in ("http", "https") or url.userinfo:
        raise _Unjudged("只检查 http 和 https 网址")
    port = url.port or (443 if url.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    addresses = [str(entry[4][0]) for entry in found]
    registered = (url.scheme, url.host, url.port) == (home.scheme, home.host, home.port)
    if not all(may_ask(address, registered) for address in addresses):
        raise _Unjudged("指向内部网络的地址，不予访问")
    return addresses[0]


def may_ask(address: str, registered: bool) -> bool:
    """Public addresses; inner ones only at the origin of a registered site; link-local ones (cloud metadata) never."""
    ip = ipaddress.ip_address(address.split("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified:
        return False
    return registered or ip.is_global


async def _body(response: httpx.Response, limit: int) -> bytes:
    """The body up to `limit` bytes, before and after unpacking: a small answer cannot become a huge one."""
    raw = bytearray()
    async for chunk in _chunks(response):
        raw += chunk
        if len(raw) >= limit:
            break
    packed = bytes(raw[:limit])
    if response.headers.get("content-encoding", "").lower() not in ("gzip", "deflate"):
        return packed
    try:
        return zlib.decompressobj(47).decompress(packed, limit)
    except zlib.error:
        raise _Unjudged("页面压缩格式无法读取") from None


async def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    async for chunk in response.aiter_raw(16_384):
        yield chunk


def _outcome(status: int) -> Outcome:
    if status >= 500:
        return Outcome.HTTP5XX
    return Outcome.HTTP4XX if status >= 400 else Outcome.OK


def _is_tls(error: BaseException | None) -> bool:
    """Whether a failure to connect was one of TLS, however deep the reason lies."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
