"""Files of a stock as items of `Import`: found, decoded, packed by bytes, sent, counted."""

import asyncio
import os
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.session import Session
from contracts.publication import stock as c
from kernel.refused import Refused
from kernel.secrecy import refuse_classified

LINES = ".jsonl"
LONGEST, LONGEST_NAME = 200_000, 300
LONGEST_LINE, HEAVIEST = 2_000_000, 900_000
"""Bytes of a line that is read, and of one item as it is sent: one message of the bus carries it."""
IN_FLIGHT = 3
TRIES, PAUSE = 6, 2.0
"""A batch that is not answered is sent again, after a pause that grows; it is taken once."""
PACK_BYTES = c.IMPORT_BYTES - 4096
OUTCOMES = {
    "imported": "已导入待确认",
    "published": "已公开",
    "filed": "已归档",
    "exists": "已在库",
    "refused": "未导入",
}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Source:
    """A file of the stock. Of a folder's files the name is the path within it, so that a person finds each again."""

    path: Path
    name: str


def sources(paths: Sequence[Path]) -> list[Source]:
    """The files behind files and folders, in a fixed order; hidden ones are passed over, links to folders not followed.
    Raises `Refused` for a path that is not there."""
    found: dict[Path, Source] = {}
    for path in paths:
        if not path.exists():
            raise Refused("path_missing", "没有这个文件或文件夹。", field=shown(path.name), remedy="请核对路径。")
        for each in _within(path) if path.is_dir() else [path]:
            name = each.relative_to(path).as_posix() if path.is_dir() else path.name
            found.setdefault(each, Source(each, shown(name)))
    return list(found.values())


def _within(folder: Path) -> Iterator[Path]:
    """All entries of a folder and its folders that are no folders themselves; a folder that cannot be opened too."""
    unopened: list[Path] = []
    for at, folders, names in os.walk(folder, onerror=lambda error: unopened.append(Path(os.fsdecode(error.filename)))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        linked = [name for name in folders if (Path(at) / name).is_symlink()]
        yield from (Path(at) / name for name in sorted([*names, *linked]) if not name.startswith("."))
    yield from unopened


def shown(name: str) -> str:
    """A name as it may be printed and sent: on one line, without signs that no encoding has; of a long one the end."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in name)[-LONGEST_NAME:]


def items(source: Source) -> Iterator[c.ImportItem | c.ImportOutcome]:
    """The items of one file; what cannot be read, or must not be, is an outcome already."""
    try:
        if source.path.suffix.lower() == LINES and source.path.is_file():
            yield from _lines(source)
        else:
            yield _item(source.name, "text", _text(source.path))
    except Refused as refused:
        yield _refused(source.name, refused)
    except OSError:
        yield _refused(source.name, _closed())


def _text(path: Path) -> str:
    """The text of a file. One of a kind that is not read, or too large, is not loaded at all."""
    from services.publication.reader import refuse_unread, text_of  # slow to import; few commands read documents

    if not path.is_file():
        raise _closed()
    before = path.stat()
    refuse_unread(path.name, before.st_size)
    data, after = path.read_bytes(), path.stat()
    if (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise Refused("file_changing", "文件正在被写入，没有导入。", remedy="请等写完后再次导入。")
    text, _ = text_of(path.name, data)
    refuse_classified(text)
    return text


def _closed() -> Refused:
    return Refused("file_unreadable", "文件无法打开，或不是普通文件。", remedy="请核对权限和链接后再次导入。")


def _lines(source: Source) -> Iterator[c.ImportItem | c.ImportOutcome]:
    """Each line by itself, also in its encoding; of one that is too long nothing is kept."""
    from services.publication.reader import decode

    with source.path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE):
            number += 1
            name = f"{source.name}:{number}"
            try:
                if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
                    while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                        pass
                    raise Refused("line_too_long", "这一行过长，无法导入。", remedy="请拆分为正文和附件后导入。")
                if text := decode(line).strip():
                    yield _item(name, "jsonl", text)
            except Refused as refused:
                yield _refused(name, refused)


def _item(name: str, form: str, content: str) -> c.ImportItem:
    if not content.strip():
        raise Refused("file_empty", "文件没有内容。", remedy="请核对文件；扫描件请作为附件登记。")
    if len(content) > LONGEST:
        raise Refused("file_too_long", f"超过 {LONGEST} 字。", remedy="请拆分后导入。")
    item = c.ImportItem.model_validate({"name": name, "form": form, "content": content})
    if _weight(item) > HEAVIEST:
        raise Refused("file_too_long", "文件含有大量特殊字符，超过一次可导入的大小。", remedy="请拆分后导入。")
    return item


def _weight(item: c.ImportItem) -> int:
    return len(item.model_dump_json().encode())


def _refused(name: str, refused: Refused) -> c.ImportOutcome:
    return c.ImportOutcome(
        name=name,
        outcome="refused",
        code=refused.code,
        reason=refused.message,
        field=refused.field,
        remedy=refused.remedy,
    )


def packs(every: Iterable[c.ImportItem]) -> Iterator[tuple[c.ImportItem, ...]]:
    """Batches that a command may carry: by number and by bytes. One large item travels alone."""
    pack: list[c.ImportItem] = []
    size = 0
    for item in every:
        weight = _weight(item)
        if pack and (len(pack) == c.IMPORT_BATCH or size + weight > PACK_BYTES):
            yield tuple(pack)
            pack, size = [], 0
        pack.append(item)
        size += weight
    if pack:
        yield tuple(pack)


async def send(
    session: Session, paths: Sequence[Path], as_: str | None, agency: str, progress: Progress
) -> list[c.ImportOutcome]:
    """Import all files; a person `as_` confirms what may be confirmed. Repeating it takes nothing twice."""
    found = sources(paths)
    outcomes: list[c.ImportOutcome] = []
    pending: set[asyncio.Task[c.ImportOutcomes]] = set()
    done, total = 0, sum(each.path.stat().st_size for each in found if each.path.is_file())

    async def settle(limit: int) -> None:
        nonlocal pending
        while len(pending) > limit:
            finished, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in finished:
                outcomes.extend(task.result().items)

    def taken(items: Iterable[c.ImportItem | c.ImportOutcome]) -> Iterator[c.ImportItem]:
        for each in items:
            if isinstance(each, c.ImportOutcome):
                outcomes.append(each)
            else:
                yield each

    for pack in packs(taken(each for source in found for each in items(source))):
        asking = _sent(session, c.Import(items=pack, confirm=as_ is not None), as_, agency)
        pending.add(asyncio.create_task(asking))
        await settle(IN_FLIGHT - 1)
        done += sum(len(item.content.encode()) for item in pack)
        progress(min(done, total), total)
    await settle(0)
    progress(total, total)
    return sorted(outcomes, key=_place)


async def _sent(session: Session, command: c.Import, as_: str | None, agency: str) -> c.ImportOutcomes:
    """The answer to a batch; while a service is away or slow it is sent again under the same key."""
    key = str(uuid.uuid4())
    for attempt in range(1, TRIES + 1):
        try:
            return await session.ask(command, c.ImportOutcomes, as_=as_, agency=agency, key=key, timeout=120)
        except Refused as refused:
            if refused.code != "unavailable" or attempt == TRIES:
                raise
            await asyncio.sleep(PAUSE * attempt)
    raise AssertionError("the last attempt returns or raises")


def _place(outcome: c.ImportOutcome) -> tuple[str, int]:
    name, _, line = outcome.name.rpartition(":")
    return (name, int(line)) if name and line.isdigit() else (outcome.name, 0)


async def confirm_all(session: Session, as_: str, agency: str, progress: Progress) -> tuple[list[c.ImportOutcome], int]:
    """Confirm every waiting document that lacks nothing; and how many wait still."""
    outcomes: list[c.ImportOutcome] = []
    after: str | None = None
    while True:
        page = await session.ask(c.ImportReport(after=after, limit=c.IMPORT_BATCH), c.WaitingPage, as_=as_)
        ready = tuple(item.id for item in page.items if not item.lacks)
        if ready:
            command = c.ConfirmImports(ids=ready)
            answer = await session.ask(command, c.ImportOutcomes, as_=as_, agency=agency, timeout=120)
            outcomes.extend(answer.items)
        progress(len(outcomes), page.total)
        if page.next is None:
            left = await session.ask(c.ImportReport(limit=1), c.WaitingPage, as_=as_)
            return outcomes, left.total
        after = page.next


def summary(outcomes: Sequence[c.ImportOutcome]) -> dict[str, int]:
    """How many of each outcome, and how many hold contradictions or personal data."""
    counted: Counter[str] = Counter(outcome.outcome for outcome in outcomes)
    return {
        **{outcome: counted[outcome] for outcome in OUTCOMES},
        "with_conflicts": sum(bool(outcome.conflicts) for outcome in outcomes),
        "with_findings": sum(bool(outcome.findings) for outcome in outcomes),
    }


def rows(outcomes: Sequence[c.ImportOutcome], labels: Mapping[str, str] = OUTCOMES) -> list[dict[str, str]]:
    """A table for people."""
    return [
        {
            "name": outcome.name,
            "outcome": labels[outcome.outcome],
            "id": outcome.id or "",
            "title": outcome.title,
            "read": "、".join(outcome.read),
            "missing": "、".join(outcome.missing),
            "look": "\n".join(_look(outcome)),
        }
        for outcome in outcomes
    ]


def _look(outcome: c.ImportOutcome) -> Iterator[str]:
    if outcome.reason:
        where = f"（{outcome.field}）" if outcome.field else ""
        yield f"{outcome.reason}{where}{outcome.remedy or ''}"
        for note in outcome.notes:
            yield f"提示：{note.message}"
    for conflict in outcome.conflicts:
        yield f"矛盾：{conflict.message}"
    if outcome.findings:
        places = f"（{'、'.join(outcome.found_in)}）" if outcome.found_in else ""
        yield f"检出个人信息 {outcome.findings} 处{places}，确认前须处理。"
