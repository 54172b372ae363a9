"""The history of events: removing what was told about one record, for a take-down.

Permissions cannot pin the filter of a purge, which stands in the body of the request. So this is the only code that
purges, and it names one type of event and one record at a time: it has no way to write a wildcard.
"""

import json
from collections.abc import Callable, Iterable

from nats.aio.client import Client
from nats.js.errors import APIError

from chassis.streams import EVENTS, PUBLIC
from contracts import subjects
from contracts.base import Audience, Event

TIMEOUT = 5.0


class History:
    """What this platform's streams hold of the events of one service."""

    def __init__(self, client: Callable[[], Client], region: str) -> None:
        self._client = client
        self._region = region

    async def forget(self, kinds: Iterable[type[Event]], id: str) -> int:
        """Remove the events of these types about one record from EVENTS and PUBLIC; the number removed.

        A stream that is sourced does not follow a purge, so each is purged. Raises `nats.errors.Error` when the server
        does not answer, `APIError` when it refuses.
        """
        removed = 0
        for kind in kinds:
            subject = subjects.event(self._region, kind, id)
            for stream in (EVENTS, PUBLIC) if kind.audience is Audience.PUBLIC else (EVENTS,):
                removed += await self._purge(stream, subject)
        return removed

    async def _purge(self, stream: str, subject: str) -> int:
        body = json.dumps({"filter": subject}).encode()
        answer = await self._client().request(f"$JS.API.STREAM.PURGE.{stream}", body, timeout=TIMEOUT)
        said = json.loads(answer.data)
        if "error" in said:
            raise APIError.from_error(said["error"])
        return int(said["purged"])
