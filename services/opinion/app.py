"""Composition of the opinion service."""

from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.opinion import storage
from services.opinion.handlers import Opinion, on


def build(settings: Settings) -> App[Opinion]:
    """The service, ready to be started."""
    runtime = Runtime("opinion", settings)

    async def indexes() -> None:
        await storage.create_indexes(*(runtime.collection(name) for name in ("posts", "matters", "heat")))

    return App(runtime, on, Opinion.of(runtime), indexes=indexes)
