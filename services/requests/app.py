"""The requests service put together."""

from chassis.handlers import Handlers
from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.requests import handlers, handlers_papers, handlers_work
from services.requests.configuration import Configuration, Overlay
from services.requests.service import Requests
from services.requests.storage import create_indexes


def merged(*parts: Handlers[Requests]) -> Handlers[Requests]:
    """The handlers of all modules as one table."""
    whole = Handlers[Requests]()
    for part in parts:
        whole.asked.update(part.asked)
        whole.events.update(part.events)
        whole.periodic.extend(part.periodic)
    return whole


def build(settings: Settings) -> App[Requests]:
    """The service, ready to be started."""
    runtime = Runtime("requests", settings)
    service = Requests.of(runtime, Configuration.read(Overlay().path))
    return App(
        runtime,
        merged(handlers.on, handlers_papers.on, handlers_work.on),
        service,
        indexes=lambda: create_indexes(runtime.collection("cases")),
    )
