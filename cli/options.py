"""Options that many commands have, each defined once; and groups of options that several commands share."""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
As = Annotated[str | None, typer.Option("--as", help="经办人姓名。")]
Agency = Annotated[str, typer.Option("--agency", help="经办人所在机构的代码。")]
REQUIRED = inspect.Parameter.empty
Options = Mapping[str, tuple[Any, Any]]
"""By name: the type with its `typer.Option`, and the default; `REQUIRED` where there is none."""


def taking(options: Options) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command that takes these options in the place of its parameter `given`, which gets them as one mapping."""

    def decorate(act: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(act)
        def command(**said: Any) -> None:
            given = {name: said.pop(name) for name in options}
            act(**said, given=given)

        own = inspect.signature(act).parameters.values()
        named: dict[str, tuple[Any, Any]] = {}
        for each in own:
            named |= options if each.name == "given" else {each.name: (each.annotation, each.default)}
        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters = [inspect.Parameter(n, keyword, annotation=kind, default=at) for n, (kind, at) in named.items()]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {each.name: each.annotation for each in parameters}
        return command

    return decorate
