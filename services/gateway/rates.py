"""How often one address may ask for what costs or what could be guessed at."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from kernel.refused import Refused

REMEMBERED = 20_000
"""Addresses remembered per rate. The one seen longest ago is forgotten first; a forgotten one has a full bucket."""


@dataclass(frozen=True)
class Rate:
    """A token bucket: `burst` at once, then `per_minute`."""

    burst: int
    per_minute: float


SUBMIT = Rate(burst=20, per_minute=20)
FOLLOW = Rate(burst=30, per_minute=30)
"""Following guesses at a number and its code: slow enough that a code cannot be found by trying."""
LOOK = Rate(burst=30, per_minute=30)
"""Looking for what is public already has a bucket of its own: it never keeps anyone from applying."""
SIGN_IN = Rate(burst=10, per_minute=10)


ACT = Rate(burst=120, per_minute=240)
"""Commands of one person, a program of the office's included."""
ASK = Rate(burst=240, per_minute=600)


class Buckets:
    """The buckets of one rate, by address. Bounded in memory."""

    def __init__(self, rate: Rate, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._now = now
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def take(self, address: str) -> None:
        """Take one token; raises `Refused` when there is none."""
        key, now = network(address), self._now()
        tokens, at = self._held.pop(key, (float(self._rate.burst), now))
        tokens = min(self._rate.burst, tokens + (now - at) * self._rate.per_minute / 60)
        self._held[key] = (tokens - 1 if tokens >= 1 else tokens, now)
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        if tokens < 1:
            raise Refused("rate_limited", "操作过于频繁。", remedy="请一分钟后再试。")


def network(address: str) -> str:
    """Whom an address stands for: itself in IPv4; the /64 network in IPv6, where one subscriber has all of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


class Rates:
    """The buckets of the gateway."""

    def __init__(self) -> None:
        self.submit = Buckets(SUBMIT)
        self.follow = Buckets(FOLLOW)
        self.look = Buckets(LOOK)
        self.sign_in = Buckets(SIGN_IN)
        self.act = Buckets(ACT)
        self.ask = Buckets(ASK)
