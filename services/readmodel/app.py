"""Composition of the read model."""

from chassis.runtime import App, Runtime
from chassis.settings import Settings
from services.readmodel import past
from services.readmodel.board import Board
from services.readmodel.handlers import ReadModel
from services.readmodel.holdings import Holdings
from services.readmodel.lag import Pending
from services.readmodel.lists import agency_name
from services.readmodel.rebuild import Rebuilder
from services.readmodel.reports.bulletins import handlers as bulletins
from services.readmodel.reports.handlers import on
from services.readmodel.reports.office import Office
from services.readmodel.searching import Tail
from services.readmodel.storage import Generations


def build(settings: Settings) -> App[ReadModel]:
    """The read model, ready to start; nothing is connected yet."""
    runtime = Runtime("readmodel", settings)
    generations = Generations(runtime.store)

    async def indexes() -> None:
        await generations.begin()
        await (await generations.current()).create_indexes()

    tail = Tail(generations, settings.search_path, runtime.clock, lambda code: agency_name(runtime.register, code))
    board, holdings = Board(), Holdings()
    reports = Office.of(runtime, generations)
    rebuilder = Rebuilder(generations, runtime.bus, runtime.clock)
    service = ReadModel(
        generations=generations,
        tail=tail,
        rebuilder=rebuilder,
        board=board,
        holdings=holdings,
        register=runtime.register,
        calendars=runtime.calendars,
        clock=runtime.clock,
        pending=Pending(),
        reports=reports,
    )
    assert bulletins.on is on  # both modules add to the one set of handlers
    held = [lambda: reports.shelf.run(generations), lambda: board.run(generations), lambda: holdings.run(generations)]
    held.append(lambda: past.keep_days(generations, runtime.clock, settings.past_days))
    background = [tail.run, rebuilder.watch, *held]
    return App(runtime, on, service, indexes=indexes, background=background)
