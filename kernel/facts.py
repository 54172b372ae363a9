"""Facts: what a case remembers. A decision returns them, `evolve` folds them, nothing ever changes them."""

import re
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Fact(BaseModel):
    """Something that was decided about a case.

    A subclass is named in the past tense (`Received`, `Extended`); its stored type is `received.v1`. Who, when and the
    cause are kept by the case store beside it. A published fact type never changes: a new shape is a new class with
    `v=2`, and the old type is upcast (`CaseKind.upcasts`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    kind: ClassVar[str] = "fact.v1"

    def __init_subclass__(cls, v: int = 1, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        name = cls.__name__.removesuffix(f"V{v}") if v > 1 else cls.__name__
        cls.kind = f"{_WORD_START.sub('_', name).lower()}.v{v}"
