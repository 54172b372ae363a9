"""The publication service, put together."""

from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.publication.handlers import on
from services.publication.service import Publication


def build(settings: Settings) -> App[Publication]:
    """The service with these settings; nothing is connected before it is started."""
    runtime = Runtime("publication", settings)
    publication = Publication.of(runtime)
    return App(runtime, on, publication, indexes=publication.create_indexes)
