"""The portal's example keeps what the contracts say of keys, order, tombstones, texts and the end of a retelling."""

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.base import Audience
from contracts.examples import keep_copy
from contracts.registry import REGISTRY
from tests.contracts import examples

HELD = examples.held()
RETOLD = "publication.records.retold.v1"


def fresh() -> keep_copy.Copy:
    return {"records": {}, "texts": {}}


def told(type: str, *, epoch: int, version: int, at: str = "2026-11-23T09:00:00+08:00", **record: Any) -> Any:
    """An example as if it had been told at this place: headers and data."""
    example = HELD[type]
    data = example["data"] | {"epoch": epoch, "version": version, "record": example["data"]["record"] | record}
    return example["headers"] | {"ce-time": at}, data


def test_a_copy_takes_every_public_event_and_keeps_one_of_each_record() -> None:
    copy = fresh()
    public = [HELD[kind.type()] for kind in REGISTRY.public_events()]
    for example in (*public, *public):
        keep_copy.apply(copy, example["headers"], example["data"])
    kinds = {f"{kind.service()}.{kind.record_name}" for kind in REGISTRY.public_events()}
    assert {key.split("/")[0] for key in copy["records"]} <= kinds
    assert not any("records/" in key for key in copy["records"])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0, 1)])
def test_in_any_order_the_tombstone_stays_and_the_text_is_gone(tmp_path: Path, order: tuple[int, ...]) -> None:
    text = {"sha256": "a" * 64, "bytes": 6, "inline": "泄漏"}
    down = {"id": "W-1", "withdrawn": True, "text": {"sha256": "", "bytes": 0, "inline": None}}
    events = (
        told("publication.public_document.published.v1", epoch=5, version=3, id="W-1", text=text),
        told("publication.public_document.restated.v1", epoch=5, version=4, id="W-1", text=text | {"inline": None}),
        told("publication.public_document.withdrawn.v1", epoch=5, version=5, **down),
    )
    copy = fresh()
    for each in order:
        keep_copy.apply(copy, *events[each])
    keep_copy.write(tmp_path / "copy.json", copy)
    written = (tmp_path / "copy.json").read_text(encoding="utf-8")
    assert "泄漏" not in written
    assert json.loads(written)["records"]["publication.public_document/W-1"]["version"] == 5


def test_a_text_that_an_event_leaves_out_is_the_one_that_is_held(tmp_path: Path) -> None:
    text = {"sha256": "b" * 64, "bytes": 6, "inline": "正文"}
    copy = fresh()
    keep_copy.apply(copy, *told("publication.public_document.published.v1", epoch=5, version=3, id="W-2", text=text))
    later = told("publication.public_document.restated.v1", epoch=5, version=4, id="W-2", text=text | {"inline": None})
    keep_copy.apply(copy, *later)
    keep_copy.write(tmp_path / "copy.json", copy)
    assert json.loads((tmp_path / "copy.json").read_text(encoding="utf-8"))["texts"]["b" * 64] == "正文"


def test_the_end_of_a_retelling_takes_out_what_no_longer_exists() -> None:
    copy = fresh()
    before, since, after = (f"2026-11-23T{hour}:00:00+08:00" for hour in ("09", "10", "11"))
    published = "publication.public_document.published.v1"
    keep_copy.apply(copy, *told(published, epoch=5, version=3, at=before, id="GONE"))
    keep_copy.apply(copy, *told(published, epoch=9, version=3, at=since, id="TOLD"))
    keep_copy.apply(copy, *told(published, epoch=5, version=3, at=after, id="NEW"))
    keep_copy.apply(copy, *told("hotline.knowledge.published.v1", epoch=5, version=1, at=before, id="OTHER"))
    keep_copy.apply(copy, *told(RETOLD, epoch=9, version=1, at=after, since=since))
    assert {key.split("/")[1] for key in copy["records"]} == {"TOLD", "NEW", "OTHER"}


def test_the_public_hears_of_the_end_where_it_hears_anything() -> None:
    for service in REGISTRY.services.values():
        if service.events:
            public = any(kind.audience is Audience.PUBLIC for kind in service.events if kind is not service.retold)
            assert (service.retold.audience is Audience.PUBLIC) == public, service.name
