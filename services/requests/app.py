"""The requests service put together."""

from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.requests.handlers import on
from services.requests.service import Requests
from services.requests.storage import create_indexes


def build(settings: Settings) -> App[Requests]:
    """The service, ready to be started."""
    runtime = Runtime("requests", settings)
    return App(runtime, on, Requests.of(runtime), indexes=lambda: create_indexes(runtime.collection("cases")))
