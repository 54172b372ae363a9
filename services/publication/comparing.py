"""A replaced text against the one that followed it (P26: old versions readable and comparable)."""

import difflib
from collections.abc import Iterator

from chassis.actors import Cause
from contracts.publication import comparing as c
from kernel.refused import Refused
from services.publication.service import Publication, on

MAX_LINES, MAX_CHARACTERS = 2000, 150_000


@on.query(c.CompareVersions)
async def compare_versions(service: Publication, query: c.CompareVersions, cause: Cause) -> c.Comparison:
    case = (await service.documents.load(query.id)).state
    if not case.public or query.version > len(case.replaced):
        raise Refused("unknown_version", "没有这个更正前的版本。", field="version", remedy="请核对文件的更正记录。")
    older = case.replaced[query.version - 1]
    following = [each.text.sha256 for each in case.replaced[query.version :]] + [case.text.sha256]
    texts = [await service.texts.bring(sha256) or "" for sha256 in (older.text.sha256, following[0])]
    lines, complete = _fitting(compared(*texts))
    return c.Comparison(reason=older.reason, lines=tuple(lines), complete=complete)


def compared(before: str, after: str) -> Iterator[c.ComparedLine]:
    """Paragraph by paragraph, in the order of reading."""
    old, new = before.splitlines(), after.splitlines()
    for tag, old_from, old_to, new_from, new_to in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag == "equal":
            yield from (c.ComparedLine(change="same", text=text) for text in old[old_from:old_to])
            continue
        yield from (c.ComparedLine(change="removed", text=text) for text in old[old_from:old_to])
        yield from (c.ComparedLine(change="added", text=text) for text in new[new_from:new_to])


def _fitting(lines: Iterator[c.ComparedLine]) -> tuple[list[c.ComparedLine], bool]:
    """As many as one reply may carry."""
    kept: list[c.ComparedLine] = []
    room = MAX_CHARACTERS
    for line in lines:
        room -= len(line.text) + 20
        if room < 0 or len(kept) == MAX_LINES:
            return kept, False
        kept.append(line)
    return kept, True
