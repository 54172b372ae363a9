"""The hotline service put together."""

from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.hotline import (
    applying,
    comparing,
    doubts,
    entries,
    erasing,
    handlers,
    history,
    numbers,
    ratings,
    reported,
    signals,
)
from services.hotline.service import Hotline, on
from services.hotline.storage import create_indexes

REACTING = (applying, comparing, doubts, entries, erasing, handlers, history, numbers, ratings, reported, signals)
"""The modules whose functions are registered with `on` when they are imported."""


def build(settings: Settings) -> App[Hotline]:
    """The service, ready to be started."""
    runtime = Runtime("hotline", settings)
    return App(runtime, on, Hotline.of(runtime), indexes=lambda: create_indexes(runtime.collection))
