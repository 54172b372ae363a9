"""Whether what a case folds to, what it told last, and what the read model holds are one and the same."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client
from nats.js.errors import NotFoundError

from chassis import chain
from chassis.store import Store
from cli.contracts import case_kinds
from contracts.base import Event
from kernel.cases import CaseKind
from tests.journeys.platform import Platform, soon

TEXT = {"sha256", "bytes"}


@dataclass(frozen=True)
class Folded:
    """A record as its case folds to it."""

    type: str
    id: str
    record: dict[str, Any]
    epoch: int
    version: int
    head: str
    holds: bool
    """The chain of facts is unbroken."""


def disagreements(platform: Platform, only: str = "") -> list[str]:
    """What does not agree, a line each; of all records, or of those of the case `only`. Needs at least one record."""
    folded = asyncio.run(_folded(platform, only))
    assert folded, "no such case"
    views = {
        (kind, view["record"]["id"]): view for kind in {each.type for each in folded} for view in platform.views(kind)
    }
    told = platform.bus("operator", lambda client: _last_told(client, platform.region, folded))
    found: list[str] = []
    for each, last in zip(folded, told, strict=True):
        where = f"{each.type} {each.id}"
        found += [f"{where}: {what}" for what in _of_one(each, last, views.get((each.type, each.id)))]
    return found


def agree(platform: Platform, case: str = "") -> None:
    """Fails unless everything about one case, or about all, agrees soon."""
    last: list[str] = []

    def none() -> bool:
        last[:] = disagreements(platform, case)
        return not last

    try:
        soon(none)
    except AssertionError:
        raise AssertionError("\n".join(last)) from None


def _of_one(folded: Folded, told: dict[str, Any] | None, view: dict[str, Any] | None) -> Iterator[str]:
    if not folded.holds:
        yield "the chain of facts is broken"
    if told is None:
        if folded.record.get("withdrawn") is not True:
            yield "nothing was told"
        return
    if (told["epoch"], told["version"]) > (folded.epoch, folded.version):
        yield "told a version that the case does not have"
    if told["version"] == folded.version and told["chain"] != folded.head:
        yield "the event carries another head of the chain"
    if differ := _differences(folded.record, told["record"]):
        yield f"folded and told differ in {differ}"
    if view is None:
        yield "no view"
    elif (view["epoch"], view["version"]) != (told["epoch"], told["version"]):
        yield f"the view stands at {view['version']}, told was {told['version']}"
    elif differ := _differences(told["record"], view["record"]):
        yield f"told and view differ in {differ}"


def _differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Fields that differ. A text is the one that its digest tells."""
    one, other = (_by_digest(each) for each in (one, other))
    return sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))


def _by_digest(value: Any) -> Any:
    if isinstance(value, dict):
        kept = TEXT if value.keys() >= TEXT else value.keys()
        return {key: _by_digest(value[key]) for key in kept}
    return [_by_digest(each) for each in value] if isinstance(value, list) else value


async def _folded(platform: Platform, only: str) -> list[Folded]:
    kinds = {(service, kind.name): kind for service, kind in case_kinds()}
    found: list[Folded] = []
    for service in sorted({service for service, _ in kinds}):
        store = Store(platform.ready["mongo"], f"zwgk_{service}")
        try:
            async for document in store.collection("cases").each({"_id": only} if only else {}):
                found += _records(service, kinds[service, document["kind"]], document)
        finally:
            await store.close()
    return found


def _records(service: str, kind: CaseKind[Any], document: dict[str, Any]) -> Iterator[Folded]:
    state, _ = kind.read(entry["text"] for entry in document["facts"])
    for event in kind.retell(state):
        assert isinstance(event, Event)
        yield Folded(
            f"{service}.{event.record_name}",
            event.record.id,
            event.record.model_dump(mode="json"),
            document["epoch"],
            document["version"],
            document["head"],
            chain.broken_at(document["facts"]) is None,
        )


async def _last_told(client: Client, region: str, folded: list[Folded]) -> list[dict[str, Any] | None]:
    js = client.jetstream(timeout=10)

    async def one(each: Folded) -> dict[str, Any] | None:
        try:
            message = await js.get_last_msg("EVENTS", f"zwgk.{region}.evt.*.{each.type}.*.*.{each.id}")
        except NotFoundError:
            return None
        return dict(json.loads(message.data or b""))

    return [await one(each) for each in folded]
