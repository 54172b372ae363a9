"""Looks for personal data where none may be."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from tests.faults.crashing import MARKS

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def personal(texts: Mapping[str, bytes], marks: tuple[str, ...] = MARKS) -> list[str]:
    """Names of the texts in which a mark stands: plain, escaped as in JSON, or percent-encoded."""
    wanted = {form for mark in marks for form in (mark, json.dumps(mark)[1:-1], quote(mark))}
    return [name for name, text in texts.items() if any(form.encode() in text for form in wanted)]


@dataclass
class Spans:
    """What processes have exported to the collector that this is."""

    url: str
    bodies: list[bytes] = field(default_factory=list)

    async def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection with any number of requests."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().lower().split("\r\n")
                length = next(line.partition(":")[2] for line in lines if line.startswith("content-length:"))
                self.bodies.append(await reader.readexactly(int(length)))
                writer.write(OK)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def collecting_spans() -> AsyncIterator[Spans]:
    """A collector of traces by OTLP over HTTP; keeps the bytes as they come."""
    spans = Spans("")
    server = await asyncio.start_server(spans.receive, "127.0.0.1", 0)
    spans.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/traces"
    try:
        yield spans
    finally:
        server.close()
