"""The hotline service put together."""

from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.hotline.handlers import on
from services.hotline.service import Hotline
from services.hotline.storage import create_indexes


def build(settings: Settings) -> App[Hotline]:
    """The service, ready to be started."""
    runtime = Runtime("hotline", settings)
    return App(runtime, on, Hotline.of(runtime), indexes=lambda: create_indexes(runtime.collection("cases")))
