"""Tells one public and one internal event, answers, and keeps objects."""

from contracts.base import Audience, Command, Event, Query, Record, Role


class Sheet(Record):
    title: str = ""


class SheetDrafted(Event, record="sheet", name="drafted"):
    record: Sheet


class SheetShown(Event, record="sheet", name="shown", audience=Audience.PUBLIC):
    record: Sheet


class ShowSheet(Command, by=(Role.CLERK,)):
    pass


class FindSheet(Query, by=(Role.CITIZEN,)):
    pass


class ChangeYear(Command, by=(Role.OPERATOR,)):
    pass
