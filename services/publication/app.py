"""The publication service, put together."""

from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.publication import (
    absence_handlers,
    comparing,
    doubt_handlers,
    explaining_handlers,
    handlers,
    import_handlers,
    showing_handlers,
)
from services.publication.attachments import handlers as attachments_handlers
from services.publication.catalogue import handlers as catalogue_handlers
from services.publication.catalogue import list_handlers, register_handlers
from services.publication.comments import handlers as comments_handlers
from services.publication.decisions import handlers as decisions_handlers
from services.publication.gazette import handlers as gazette_handlers
from services.publication.inspection import handlers as inspection_handlers
from services.publication.ledgers import handlers as ledgers_handlers
from services.publication.meetings import handlers as meetings_handlers
from services.publication.rounds import handlers as rounds_handlers
from services.publication.rounds import survey_handlers, year_handlers
from services.publication.service import Publication, on

HANDLING = (
    handlers,
    absence_handlers,
    comparing,
    doubt_handlers,
    explaining_handlers,
    import_handlers,
    showing_handlers,
    attachments_handlers,
    catalogue_handlers,
    list_handlers,
    register_handlers,
    comments_handlers,
    decisions_handlers,
    gazette_handlers,
    inspection_handlers,
    ledgers_handlers,
    meetings_handlers,
    rounds_handlers,
    survey_handlers,
    year_handlers,
)
"""Each adds to the one set of handlers."""


def build(settings: Settings) -> App[Publication]:
    """The service with these settings; nothing is connected before it is started."""
    runtime = Runtime("publication", settings)
    publication = Publication.of(runtime)
    assert all(each.on is on for each in HANDLING)
    return App(runtime, on, publication, indexes=publication.create_indexes)
