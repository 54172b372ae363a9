"""The supervision service put together."""

from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.supervision.handlers import on
from services.supervision.service import Supervision
from services.supervision.storage import create_indexes


def build(settings: Settings) -> App[Supervision]:
    """The service, ready to be started."""
    runtime = Runtime("supervision", settings)
    return App(runtime, on, Supervision.of(runtime), indexes=lambda: create_indexes(runtime.collection("cases")))
