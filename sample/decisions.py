"""Typed reader of the sample of decisions, meetings and work ledgers. `days` count from the day of loading."""

from importlib.resources import files

from sample.data import Sample


class SampleEntry(Sample):
    """A matter of a yearly catalogue."""

    no: int
    title: str
    agency: str
    basis: str
    experts: bool
    risk: bool
    planned_in_days: int | None


class SampleCatalogue(Sample):
    """A yearly catalogue, of the year of loading."""

    level: str
    agency: str
    agreed: str
    entries: list[SampleEntry]


class SampleMatter(Sample):
    """A matter that was started; one with a draft, the title of a public document, is open for opinions."""

    catalogue: int
    entry: int
    scope: str
    background: str
    proposed_by: str
    draft: str | None
    explanation: str
    contact: str
    forms: list[str]
    consult_days: int
    comments: list[str]


class SampleItem(Sample):
    """An item of a meeting."""

    no: int
    title: str
    field: str | None
    attribute: str | None
    invite: list[str]
    result: str


class SampleMeeting(Sample):
    """A meeting and how far it has come."""

    title: str
    type: str
    agency: str
    days: int
    stage: str
    agenda: list[SampleItem]
    attended: dict[str, int]


class SampleStep(Sample):
    """A step of a ledger."""

    no: int
    what: str
    agency: str
    days: int


class SampleLedger(Sample):
    """A work ledger. The first report finishes the first step."""

    title: str
    agency: str
    source: str
    reference: str
    measures: list[str]
    steps: list[SampleStep]
    duties: dict[str, str]
    supervision: str
    reports: list[str]
    inspection: str | None
    published: bool


class SampleDecisions(Sample):
    """Everything in the file."""

    notice: str
    catalogues: list[SampleCatalogue]
    matters: list[SampleMatter]
    meetings: list[SampleMeeting]
    ledgers: list[SampleLedger]


def decisions() -> SampleDecisions:
    """Catalogues, matters, meetings and ledgers of the sample."""
    text = files("sample").joinpath("decisions.json").read_text(encoding="utf-8")
    return SampleDecisions.model_validate_json(text)
