"""The sample government's own small website, served on this machine so that the site monitor has a site to watch."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from chassis.credentials import write_private
from chassis.health import HttpServer
from kernel.calendar import Calendar
from kernel.refused import Refused
from sample import data as sample

HOST = "127.0.0.1"
KEPT = "sample-site.json"


class SiteAddress(BaseModel):
    """Where the sample site was served last; the register has it."""

    model_config = ConfigDict(frozen=True)
    port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    @classmethod
    def kept(cls, folder: Path) -> "SiteAddress | None":
        """The address in a data folder, if the site was ever served."""
        path = folder / KEPT
        return cls.model_validate_json(path.read_bytes()) if path.exists() else None


def pages(at: datetime) -> dict[str, str]:
    """The pages by path, dated from the load moment `at`."""
    before = Calendar.shipped().workdays_before
    (site,) = sample.sites(at, before).sites
    return sample.site_pages(site, at, before)


class SampleSite:
    """Serves the pages on a free port of this machine, and on the same port again in the next run where it is free."""

    def __init__(self, folder: Path, at: datetime) -> None:
        self._folder = folder
        self._pages = pages(at)
        self._server: HttpServer | None = None

    async def start(self) -> SiteAddress:
        before = SiteAddress.kept(self._folder)
        try:
            self._server = await self._listen(before.port if before else 0)
        except Refused:
            self._server = await self._listen(0)
        address = SiteAddress(port=self._server.port)
        write_private(self._folder / KEPT, address.model_dump_json())
        return address

    async def stop(self) -> None:
        if self._server:
            await self._server.stop()

    async def _listen(self, port: int) -> HttpServer:
        application = Starlette(routes=[Route("/", _home), Route("/{path:path}", self._page)])
        server = HttpServer(application, f"{HOST}:{port}")
        await server.start()
        return server

    async def _page(self, request: Request) -> Response:
        page = self._pages.get(request.path_params["path"])
        return PlainTextResponse("没有这个页面。", 404) if page is None else HTMLResponse(page)


async def _home(request: Request) -> Response:
    return RedirectResponse("/index.html")
