"""Options that many commands have, each defined once."""

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="输出 JSON。")]
As = Annotated[str | None, typer.Option("--as", help="经办人姓名。")]
Agency = Annotated[str, typer.Option("--agency", help="经办人所在机构的代码。")]
