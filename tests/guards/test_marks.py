"""No door takes a text with a mark of secrecy: every free text of every command, and of every message from outside."""

import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import pytest
from pydantic import BaseModel

from chassis.marks import refuse_marked
from contracts.base import Command, Intake
from contracts.registry import REGISTRY
from kernel.refused import Refused

MARK = "机密★10年\n关于某项工作的通知"
DOORS = [door for service in REGISTRY.services.values() for door in (*service.commands, *service.intakes)]


def places(annotation: Any) -> Iterator[tuple[str, Any]]:
    """Each place for a text in a value of a type: its path, and a value that holds the mark there and nothing else."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is str:
        yield "", MARK
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            for path, value in places(field.annotation):
                yield f".{name}{path}", annotation.model_construct(**_empty(annotation, name), **{name: value})
    elif origin is typing.Annotated:
        yield from places(inside[0])
    elif origin in (typing.Union, types.UnionType):
        for each in inside:
            yield from places(each)
    elif origin in (tuple, list, frozenset, set):
        for path, value in places(inside[0]):
            yield f".0{path}", (value,)
    elif origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        yield from (("", {"键": value}) for _, value in places(inside[1]))


def _empty(kind: type[BaseModel], but: str) -> dict[str, Any]:
    return {name: None for name in kind.model_fields if name != but}


def places_of(door: type[Command] | type[Intake]) -> list[tuple[str, Any]]:
    return [(path[1:], value) for path, value in places(door)]


@pytest.mark.parametrize("door", DOORS, ids=[f"{door.service()}.{door.__name__}" for door in DOORS])
def test_a_mark_is_refused_wherever_it_stands(door: type[Command] | type[Intake]) -> None:
    apart = door.one_by_one if issubclass(door, Command) else ""
    for path, message in places_of(door):
        if apart and path.split(".")[0] == apart:
            continue
        with pytest.raises(Refused) as refused:
            refuse_marked(message, apart=apart)
        assert (refused.value.code, refused.value.field) == ("classified", path)
        assert "机密" not in str(refused.value)


def test_the_list_of_doors_is_long_and_reaches_into_parts() -> None:
    found = {f"{door.service()}.{door.__name__}.{path}" for door in DOORS for path, _ in places_of(door)}
    assert len(found) > 500
    assert {
        "publication.Draft.details.summary",
        "hotline.TicketEmitted.content",
        "requests.Submit.application.description",
    } <= found


def test_those_that_judge_one_by_one_are_known() -> None:
    """Their own tests hold that each entry is refused by itself."""
    assert {f"{door.service()}.{door.__name__}" for door in DOORS if issubclass(door, Command) and door.one_by_one} == {
        "hotline.ImportTickets", "opinion.IngestPosts", "publication.Import", "publication.PutItems",
        "requests.ImportLedger",
    }  # fmt: skip


def test_names_of_levels_and_words_about_secrets_are_no_marks() -> None:
    class Asks(BaseModel):
        level: Enum = Enum("Level", {"SECRET": "机密"})["SECRET"]
        words: tuple[str, ...] = (
            "秘密",
            "保密审查已经完成",
            "《中华人民共和国保守国家秘密法》",
            "是否涉及国家秘密：否",
        )
        content: str = "5a+G5paw"

    refuse_marked(Asks())
