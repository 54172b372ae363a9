"""Messages that cannot be handled: kept with reason and sealed payload where an operator finds them."""

import base64
from datetime import datetime

from nats.aio.msg import Msg

from chassis.bus import Bus
from chassis.papers import Keys
from contracts import subjects
from contracts.platform import Parked
from kernel.secrecy import CLASSIFIED

MAX_HEADERS = 50
MAX_HEADER_LENGTH = 500


class Parking:
    """Parks messages of one service and opens them again."""

    def __init__(self, bus: Bus, region: str, service: str, keys: Keys) -> None:
        self._bus = bus
        self._region = region
        self._service = service
        self._keys = keys

    async def park(self, message: Msg, durable: str, code: str, reason: str, now: datetime) -> None:
        """Keep the message in PARKED; returns once the stream has it. Of a text marked secret nothing is kept."""
        sequence = message.metadata.sequence.stream
        sealed = self._keys.seal(b"" if code == CLASSIFIED else message.data, message.subject)
        parked = Parked(
            owner=self._service,
            durable=durable,
            subject=message.subject,
            headers=_headers(message),
            deliveries=message.metadata.num_delivered or 1,
            code=code,
            reason=reason,
            at=now.isoformat(),
            key=sealed["key"],
            nonce=base64.b64encode(sealed["nonce"]).decode(),
            sealed=base64.b64encode(sealed["sealed"]).decode(),
        )
        subject = subjects.parked(self._region, self._service, durable)
        headers = {"Nats-Msg-Id": f"{durable}:{sequence}", "content-type": "application/json"}
        await self._bus.put_one("PARKED", (subject, parked.model_dump_json().encode(), headers))

    def open(self, parked: Parked) -> bytes:
        """The payload of a parked message; raises `Refused` when the key is gone or it was changed."""
        stored: dict[str, bytes | str] = {
            "key": parked.key,
            "nonce": base64.b64decode(parked.nonce),
            "sealed": base64.b64decode(parked.sealed),
        }
        return self._keys.unseal(stored, parked.subject)


def _headers(message: Msg) -> dict[str, str]:
    """What a retry needs of the headers. Ours are short; whatever else is there must not make the message too large to
    be parked."""
    kept = list((message.headers or {}).items())[:MAX_HEADERS]
    return {key[:MAX_HEADER_LENGTH]: value[:MAX_HEADER_LENGTH] for key, value in kept}
