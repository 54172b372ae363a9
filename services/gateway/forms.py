"""HTML forms: read as they are sent, checked by the contract that they fill, told back in words."""

from dataclasses import dataclass, field
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, ValidationError

from kernel.refused import Refused
from services.gateway.session import TOKEN_FIELD, check_form, gateway_of

M = TypeVar("M", bound=BaseModel)
MAX_FIELDS = 60
SAID = {
    "missing": "请填写。",
    "string_too_short": "请填写。",
    "string_too_long": "内容过长。",
    "enum": "请从选项中选择。",
    "literal_error": "请从选项中选择。",
    "string_pattern_mismatch": "格式不对，请核对。",
}


@dataclass(frozen=True)
class Form:
    """What a browser has sent, and what was wrong with it by field."""

    values: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    refused: Refused | None = None

    @classmethod
    async def read(cls, request: Request) -> Self:
        """A form that one of our pages has shown; raises `Refused` for one from elsewhere."""
        try:
            text = (await request.body()).decode()
            values = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
        except ValueError:
            raise Refused("bad_form", "表单无法读取。", remedy="请返回上一页重新提交。") from None
        check_form(request, gateway_of(request).seal, values.pop(TOKEN_FIELD, ""))
        return cls({name: value.strip() for name, value in values.items()})

    @property
    def status(self) -> int:
        """HTTP status of the page that shows this form."""
        return 422 if self.wrong or self.refused else 200

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def picked(self, names: dict[str, str]) -> dict[str, Any]:
        """Filled fields by the contract's names; `names` maps them from the form's."""
        return {theirs: self.values[ours] for ours, theirs in names.items() if self.get(ours)}

    def without(self, **wrong: str) -> Self:
        """The same form with what is wrong about it."""
        return type(self)(self.values, {name: said for name, said in wrong.items() if said})

    def fill(self, kind: type[M], data: dict[str, Any], names: dict[str, str]) -> tuple[M | None, Self]:
        """The contract filled with `data`, or the form with what is wrong. `names` maps contract fields to form's."""
        try:
            return kind.model_validate(data), self
        except ValidationError as error:
            wrong: dict[str, str] = {}
            for each in error.errors(include_input=False, include_url=False, include_context=False):
                path = ".".join(str(part) for part in each["loc"])
                wrong.setdefault(names.get(path, path), SAID.get(each["type"], "不符合要求，请更正。"))
            return None, type(self)(self.values, wrong)

    def because(self, refused: Refused) -> Self:
        """The same form, refused by the service."""
        return type(self)(self.values, self.wrong, refused)
