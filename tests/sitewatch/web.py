"""A small web server for tests: pages by path, each answering as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Web:
    """What is served, and what was asked for. Headers and status by path; a path not served is 404."""

    pages: dict[str, bytes]
    status: dict[str, int] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            path = (await reader.readline()).split()[1].decode()
            while (await reader.readline()).strip():
                pass
            self.asked.append(path)
            await asyncio.sleep(self.delays.get(path, 0))
            writer.write(self._answer(path))
            await writer.drain()
        except (IndexError, ConnectionError):
            pass
        finally:
            self.at_once -= 1
            writer.close()

    def _answer(self, path: str) -> bytes:
        body = self.pages.get(path, b"")
        status = self.status.get(path, 200 if path in self.pages else 404)
        headers = {"Content-Type": "text/html; charset=utf-8", **self.headers.get(path, {})}
        lines = [f"HTTP/1.1 {status} X", "Connection: close", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode() + body


@asynccontextmanager
async def serving(pages: dict[str, str]) -> AsyncIterator[Web]:
    """A server on a free port of this machine."""
    web = Web({f"/{path}": text.encode() for path, text in pages.items()})
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0)
    async with server:
        web.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield web
