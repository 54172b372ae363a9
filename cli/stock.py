"""Files of a stock as items of `Import`: found, decoded, packed by bytes, sent, counted."""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from cli.session import Session
from contracts.publication import stock as c
from kernel.refused import Refused
from kernel.secrecy import refuse_classified

LINES = ".jsonl"
LONGEST = 200_000
IN_FLIGHT = 3
TRIES, PAUSE = 6, 2.0
"""A batch that is not answered is sent again, after a pause that grows; it is taken once."""
PACK_BYTES = c.IMPORT_BYTES - 4096
OUTCOMES = {"imported": "已导入待确认", "published": "已公开", "exists": "已在库", "refused": "未导入"}
Progress = Callable[[int, int], None]


def files(paths: Sequence[Path]) -> list[Path]:
    """The files behind files and folders, in a fixed order; hidden ones are passed over. Raises `Refused` for a path
    that is not there."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(each for each in path.rglob("[!.]*") if each.is_file())
        elif path.is_file():
            found.append(path)
        else:
            raise Refused("path_missing", "没有这个文件或文件夹。", field=path.name, remedy="请核对路径。")
    return list(dict.fromkeys(found))


def items(path: Path) -> Iterator[c.ImportItem | c.ImportOutcome]:
    """The items of one file; what cannot be read, or must not be, is an outcome already."""
    if path.suffix.lower() == LINES:
        yield from _lines(path)
        return
    from services.publication.reader import text_of  # slow to import, and few commands read documents

    try:
        text, _ = text_of(path.name, path.read_bytes() if readable(path.name) else b"")
        refuse_classified(text)
        yield _item(path.name, "text", text)
    except Refused as refused:
        yield _refused(path.name, refused)
    except OSError:
        yield _refused(path.name, Refused("file_unreadable", "文件无法打开。"))


def readable(name: str) -> bool:
    """Whether a file of this name is read at all; of the others nothing is loaded, they are only reported."""
    from services.publication.reader import READABLE

    return Path(name).suffix.lower() in READABLE


def _lines(path: Path) -> Iterator[c.ImportItem | c.ImportOutcome]:
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            name = f"{path.name}:{number}"
            try:
                yield _item(name, "jsonl", line.strip())
            except Refused as refused:
                yield _refused(name, refused)


def _item(name: str, form: str, content: str) -> c.ImportItem:
    if not content.strip():
        raise Refused("file_empty", "文件没有内容。")
    if len(content) > LONGEST:
        raise Refused("file_too_long", f"超过 {LONGEST} 字。", remedy="请拆分后导入。")
    return c.ImportItem.model_validate({"name": name[-300:], "form": form, "content": content})


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
        weight = len(item.model_dump_json().encode())
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
    found = files(paths)
    outcomes: list[c.ImportOutcome] = []
    pending: set[asyncio.Task[c.ImportOutcomes]] = set()
    done, total = 0, sum(path.stat().st_size for path in found)

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

    for pack in packs(taken(each for path in found for each in items(path))):
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


async def confirm_all(session: Session, as_: str, agency: str, progress: Progress) -> list[c.ImportOutcome]:
    """Confirm every waiting document that lacks nothing."""
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
        if not page.items or page.next is None:
            return outcomes
        after = page.next


def summary(outcomes: Sequence[c.ImportOutcome]) -> dict[str, int]:
    """How many of each outcome, and how many hold contradictions or personal data."""
    counted = Counter(outcome.outcome for outcome in outcomes)
    return {
        **{outcome: counted[outcome] for outcome in ("imported", "published", "exists", "refused")},
        "with_conflicts": sum(bool(outcome.conflicts) for outcome in outcomes),
        "with_findings": sum(bool(outcome.findings) for outcome in outcomes),
    }


def rows(outcomes: Sequence[c.ImportOutcome]) -> list[dict[str, str]]:
    """A table for people."""
    return [
        {
            "name": outcome.name,
            "outcome": OUTCOMES[outcome.outcome],
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
        yield f"{outcome.reason}{outcome.remedy or ''}"
        for note in outcome.notes:
            yield f"提示：{note.message}"
    for conflict in outcome.conflicts:
        yield f"矛盾：{conflict.message}"
    if outcome.findings:
        yield f"检出个人信息 {outcome.findings} 处，确认前须处理。"
