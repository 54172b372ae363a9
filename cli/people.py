"""`zwgk token`: person tokens of the embedded platform."""

import typer

from cli.session import Session, run, show
from contracts.base import Role


def token(
    role: list[Role] = typer.Option(help="角色，可多次给出。"),
    agency: str = typer.Option("", "--agency", help="机构代码。"),
    name: str = typer.Option("示例人员", "--name", help="姓名。"),
    json_: bool = typer.Option(False, "--json", help="输出 JSON。"),
) -> None:
    """签发一个半天内有效的登录凭证（仅限内嵌平台）。例：zwgk token --role clerk --agency bgs"""

    async def work(session: Session) -> str:
        return session.token(name, agency, role)

    issued = run(work)
    if json_:
        show({"token": issued}, json_=True)
    else:
        typer.echo(issued)
