"""`zwgk token`: person tokens of the embedded platform."""

import typer

from cli.options import Agency, Json
from cli.session import Session, run, show
from contracts.base import Role


def token(
    role: list[Role] = typer.Option(help="角色，可多次给出。"),
    agency: Agency = "",
    name: str = typer.Option("示例人员", "--name", help="姓名。"),
    json_: Json = False,
) -> None:
    """签发一个半天内有效的登录凭证（仅限内嵌平台）。例：zwgk token --role clerk --agency bgs"""

    async def work(session: Session) -> str:
        return session.token(name, agency, role)

    issued = run(work)
    if json_:
        show({"token": issued}, json_=True)
    else:
        typer.echo(issued)
