"""`zwgk credentials`: fresh secrets for a deployment, and the files by which users of the bus connect."""

import os
import secrets
from pathlib import Path

import typer

from chassis import issuing, permissions
from chassis.credentials import Secrets
from cli.session import guarded
from contracts.registry import REGISTRY
from kernel.refused import Refused

app = typer.Typer(no_args_is_help=True)


def fresh() -> dict[str, str]:
    """New secrets of a deployment by the name of their environment variable."""
    users = permissions.variables(REGISTRY)
    made = Secrets.made(users)
    others = Secrets.made([*(f"mongo_password_{user}" for user in (*REGISTRY.services, "root")), "grafana_password"])
    return {
        **{variable.name: made.passwords[user] for user, variable in users.items()},
        "ZWGK_NATS_JETSTREAM_KEY": made.jetstream_key,
        **{f"ZWGK_{name.upper()}": password for name, password in others.passwords.items()},
        "ZWGK_MONGO_KEY": secrets.token_hex(32),  # members of the replica set know each other by it
        "ZWGK_PAPERS_KEYS": made.papers_keys,
        "ZWGK_SITE_SECRET": made.site_secret,
    }


@app.command("new")
def new() -> None:
    """输出一套新的密钥（环境变量格式）。例：zwgk credentials new >> .env"""
    for name, value in fresh().items():
        typer.echo(f"{name}={value}")


@app.command("write")
def write(
    folder: Path = typer.Argument(help="写入的目录。"),
    servers: str = typer.Option(
        "nats://127.0.0.1:4222", "--servers", envvar="ZWGK_NATS_URL", help="消息服务地址，逗号分隔。"
    ),
    region: str = typer.Option("999901", "--region", envvar="ZWGK_REGION", help="地区代码。"),
) -> None:
    """按环境变量 ZWGK_NATS_PASSWORD_用户 写出每个用户的凭证文件。

    例：zwgk credentials write credentials --servers tls://bus.example.gov.cn:4222
    """

    def act() -> None:
        written = issuing.issue(folder, REGISTRY, region, servers.split(","), passwords())
        typer.echo(f"✓ 已写入 {len(written)} 个凭证文件：{folder}")

    guarded(act)


def passwords() -> dict[str, str]:
    """Every user's password, from the environment; raises `Refused` for one that the server could not use."""
    given = {user: os.environ.get(variable.name, "") for user, variable in permissions.variables(REGISTRY).items()}
    for user, variable in permissions.variables(REGISTRY).items():
        if not given[user][:1].isalpha():
            raise Refused(
                "password_missing",
                f"环境变量 {variable.name} 未设置，或不以字母开头。",
                remedy="请用 zwgk credentials new 生成。",
            )
    return given
