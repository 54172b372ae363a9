"""Composition of the sitewatch service."""

from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.sitewatch import storage
from services.sitewatch.handlers import Sitewatch, on


def build(settings: Settings) -> App[Sitewatch]:
    """The service, ready to be started."""
    runtime = Runtime("sitewatch", settings)

    async def indexes() -> None:
        await storage.create_indexes(*(runtime.collection(name) for name in ("watches", "samples", "cases", "checks")))

    return App(runtime, on, Sitewatch.of(runtime), indexes=indexes)
