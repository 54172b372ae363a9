"""A failed validation in words for a person."""

from typing import Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from chassis.validation import first_wrong, sentence

SECRET = "13800138000"


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count: int = Field(default=1, ge=1)


class Given(BaseModel):
    kind: Literal["咨询", "求助"] = "咨询"
    title: str = Field(default="", max_length=3)
    at: AwareDatetime | None = None
    inner: Inner = Inner()
    many: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("given", "path", "said"),
    [
        ({"kind": SECRET}, "kind", "字段 kind 只能取：咨询、求助。"),
        ({"title": SECRET}, "title", "字段 title 不能多于 3 个字。"),
        ({"at": SECRET + "x"}, "at", "字段 at 不是有效的时间，应如 2026-01-31T09:00:00+08:00。"),
        ({"at": "2026-01-31T09:00:00"}, "at", "字段 at 须带时区，如 2026-01-31T09:00:00+08:00。"),
        ({"inner": {"count": 0}}, "inner.count", "字段 inner.count 不能小于 1。"),
        ({"inner": {"count": SECRET + "x"}}, "inner.count", "字段 inner.count 应为整数。"),
        ({"inner": {SECRET: 1}}, "inner", "字段 inner 含有约定之外的字段。"),
        ({"many": SECRET}, "many", "字段 many 应为列表。"),
        (SECRET, "", "内容应为对象。"),
    ],
)
def test_the_field_and_what_is_wrong_never_the_value(given: Any, path: str, said: str) -> None:
    with pytest.raises(ValidationError) as error:
        Given.model_validate(given)
    assert first_wrong(error.value) == (path, said)
    assert SECRET not in said


def test_broken_json_is_the_whole_wherever_it_breaks() -> None:
    assert sentence("json_invalid", (17,), {}) == ("", "内容不是有效的 JSON。")
