"""Subjects of public matters, found by the words of a post (`subjects.json`, an engineering default)."""

import json
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Subject(BaseModel):
    """A field of public life: its words, and how the department in charge is usually called."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    label: str
    words: tuple[str, ...]
    department: str


@cache
def subjects() -> dict[str, Subject]:
    """All subjects by code."""
    data = json.loads(files(__package__).joinpath("subjects.json").read_text(encoding="utf-8"))
    return {entry["code"]: Subject.model_validate(entry) for entry in data["subjects"]}


def subject_of(text: str) -> str:
    """Code of the subject most of whose words stand in the text; empty if none. The first listed wins a tie."""
    hits = {code: sum(word in text for word in subject.words) for code, subject in subjects().items()}
    best = max(hits, key=lambda code: hits[code])
    return best if hits[best] else ""


def label_of(code: str) -> str:
    """Chinese name of a subject; empty for an unknown code."""
    return subjects()[code].label if code in subjects() else ""
