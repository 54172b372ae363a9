"""Items of catalogues of the sample; README.md beside this file says what each field means."""

from datetime import datetime
from importlib.resources import files

from sample.data import Sample
from sample.offset import Day, Load, WorkdaysBefore


class SampleItem(Sample):
    """An item by the names of its columns; dates in them may be offsets. `since`: when what it publishes was decided;
    `impact`: why a penalty is public, empty while nobody has decided."""

    type: str
    agency: str
    since: Day | None = None
    impact: str = ""
    values: dict[str, str]


def catalogue_items(now: datetime, workdays_before: WorkdaysBefore) -> list[SampleItem]:
    """Items in the order in which they are put."""
    load = Load(now, workdays_before)
    lines = files("sample").joinpath("catalogues.jsonl").read_text(encoding="utf-8").splitlines()
    read = [SampleItem.model_validate_json(line, context=load) for line in lines if line]
    return [
        item.model_copy(update={"values": {name: load.dated(text) for name, text in item.values.items()}})
        for item in read
    ]
