"""What operators do on the bus: streams, parked messages, retelling, permissions."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import typer
from nats.js.errors import NotFoundError

from chassis import permissions, streams
from cli.options import Json
from cli.session import Session, guarded, run, show
from contracts.platform import Outcome, Parked, ParkedContent, Republish, RetryParked, ShowParked
from contracts.registry import REGISTRY
from kernel.refused import Refused

streams_app = typer.Typer(no_args_is_help=True)
parked_app = typer.Typer(no_args_is_help=True)
permissions_app = typer.Typer(no_args_is_help=True)
SEQ = typer.Argument(help="序号，见 zwgk parked list。")
PAGE = 500


@streams_app.command("plan")
def plan(region: str = typer.Option("999901", "--region", help="地区代码。"), json_: Json = False) -> None:
    """按登记表应有的消息流与消费者（不连接服务器）。"""
    rows = [
        {"stream": each.name, "durables": [str(durable.name) for durable in each.durables]}
        for each in streams.plan(REGISTRY, region)
    ]
    show(rows, json_=json_, columns=[("stream", "消息流"), ("durables", "消费者")])


@streams_app.command("diff")
def diff(json_: Json = False) -> None:
    """服务器上的与应有的有何不同；有差异时退出码为 1。"""

    async def work(session: Session) -> list[streams.Difference]:
        js = (await session.client("operator")).jetstream(timeout=10)
        return await streams.diff(js, streams.plan(REGISTRY, session.region))

    found = run(work)
    rows = [{"stream": d.stream, "durable": d.durable, "kind": d.kind.value} for d in found]
    show(rows, json_=json_, columns=[("stream", "消息流"), ("durable", "消费者"), ("kind", "差异")])
    raise typer.Exit(1 if found else 0)


@streams_app.command("apply")
def apply(
    first_run: bool = typer.Option(False, "--first-run", help="确认首次建立，或在已有数据库上重新建立消息流。"),
    replicas: int = typer.Option(1, "--replicas", min=1, max=5, help="每条消息流的副本数。"),
    json_: Json = False,
) -> None:
    """建立或更新消息流与消费者。数据库中可能已有业务数据，新建消息流须用 --first-run 确认。"""

    async def work(session: Session) -> list[streams.Difference]:
        js = (await session.client("operator")).jetstream(timeout=10)
        wanted = streams.plan(REGISTRY, session.region, streams.Limits(replicas=replicas))
        return await streams.apply(js, wanted, first_run=first_run, cases_exist=not first_run)

    changed = run(work)
    rows = [{"stream": d.stream, "durable": d.durable, "kind": d.kind.value} for d in changed]
    show(rows, json_=json_, columns=[("stream", "消息流"), ("durable", "消费者"), ("kind", "已处理")])


@permissions_app.command("write")
def write(path: Path = typer.Argument(help="写入的文件，例 deploy/nats/nats.conf。")) -> None:
    """由登记表生成消息服务的配置（账号、用户、权限）。"""
    permissions.write(path)
    typer.echo(f"✓ 已写入 {path}")


@parked_app.command("list")
def parked_list(service: str = typer.Option(None, "--service", help="只看一个服务。"), json_: Json = False) -> None:
    """列出搁置的消息及原因（不显示内容）。例：zwgk parked list --service hotline"""

    async def work(session: Session) -> list[dict[str, Any]]:
        rows = [
            {"seq": seq, **parked.model_dump(include={"owner", "durable", "code", "reason", "at", "deliveries"})}
            async for seq, parked in _parked(session)
        ]
        return [row for row in rows if service in (None, row["owner"])]

    show(
        run(work),
        json_=json_,
        columns=[("seq", "序号"), ("owner", "服务"), ("code", "代码"), ("reason", "原因"), ("at", "时间")],
    )


async def _parked(session: Session) -> AsyncIterator[tuple[int, Parked]]:
    js = (await session.client("operator")).jetstream(timeout=10)
    seq = 1
    for _ in range(PAGE):
        try:
            message = await js.get_msg(streams.PARKED, seq=seq, subject=">", next=True)
        except NotFoundError:
            return
        seq = int(message.seq or 0) + 1
        yield seq - 1, Parked.model_validate_json(message.data or b"")


async def _one(session: Session, seq: int) -> Parked:
    js = (await session.client("operator")).jetstream(timeout=10)
    try:
        message = await js.get_msg(streams.PARKED, seq=seq)
    except NotFoundError:
        raise Refused("not_found", "没有这个序号的搁置消息。", remedy="请用 zwgk parked list 查看。") from None
    return Parked.model_validate_json(message.data or b"")


@parked_app.command("show")
def parked_show(seq: int = SEQ, purpose: str = typer.Option(help="查看目的（留痕）。"), json_: Json = False) -> None:
    """解密显示一条搁置消息的内容；每次查看都会记录。"""

    async def work(session: Session) -> dict[str, Any]:
        parked = await _one(session, seq)
        content = await session.ask(ShowParked(parked=parked, purpose=purpose), ParkedContent, service=parked.owner)
        return {"seq": seq, "reason": parked.reason, "subject": parked.subject, "payload": content.payload}

    show(run(work), json_=json_, columns=[("seq", "序号"), ("reason", "原因"), ("payload", "内容")])


@parked_app.command("retry")
def parked_retry(seq: int = SEQ) -> None:
    """让所属服务重新办理一条搁置消息，成功后移除。"""

    async def work(session: Session) -> None:
        parked = await _one(session, seq)
        await session.ask(RetryParked(parked=parked), Outcome, service=parked.owner)
        await _drop(session, seq)

    run(work)
    typer.echo("✓ 已重新办理。")


@parked_app.command("drop")
def parked_drop(seq: int = SEQ) -> None:
    """移除一条搁置消息。"""
    run(lambda session: _drop(session, seq))
    typer.echo("✓ 已移除。")


async def _drop(session: Session, seq: int) -> None:
    js = (await session.client("operator")).jetstream(timeout=10)
    await js.delete_msg(streams.PARKED, seq)


def _require(known: bool) -> None:
    if not known:
        raise Refused(
            "unknown_service", "没有这个服务，或它没有记录可重新发布。", field="service", remedy="例：hotline"
        )


def republish(service: str = typer.Argument(help="服务名，或 all。"), json_: Json = False) -> None:
    """重新发布服务的全部现行记录（恢复备份之后，或供新的消费者）。例：zwgk republish hotline"""
    telling = [name for name, entry in REGISTRY.services.items() if entry.events]
    names = telling if service == "all" else [service]
    guarded(lambda: _require(service in ("all", *telling)))

    async def work(session: Session) -> list[dict[str, Any]]:
        async def one(name: str) -> dict[str, Any]:
            outcome = await session.ask(Republish(), Outcome, service=name, timeout=600)
            return {"service": name, "count": outcome.count}

        return list(await asyncio.gather(*(one(name) for name in names)))

    show(run(work), json_=json_, columns=[("service", "服务"), ("count", "已发布")])
