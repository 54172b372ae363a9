"""Masks the personal data in a file, by what kind of file it is.

A PDF is not masked: what is drawn over stays in the file, and no library at hand takes it out for certain.
"""

import json
import re
from collections.abc import Callable, Collection
from pathlib import PurePath

from kernel import personal
from kernel.personal import Finding, Kind
from services.publication.attachments.formats import extract
from services.publication.attachments.packages import Spans, masked_package, replaced
from services.publication.reader.decoding import decode

_WORTH = re.compile(r"[0-9０-９A-Z]")
_TAGS = r"(?:<[^<>]{0,200}>)*"
_FEW = 300


def masked(name: str, data: bytes, phones: Collection[str]) -> bytes | None:
    """The file with all personal data masked; `None` for a kind of file that cannot be masked.

    Whether nothing is left is for `extract` to say, of the file that was made. Raises what parsers raise.
    """
    mask = _MASKS.get(PurePath(name).suffix.lower())
    return mask(name, data, phones) if mask else None


def _plain(name: str, data: bytes, phones: Collection[str]) -> bytes:
    text = decode(data)
    return personal.mask_all(text, phones).encode("utf-8-sig")


def _json(name: str, data: bytes, phones: Collection[str]) -> bytes:
    text = decode(data)
    made = personal.mask_all(text, phones)
    json.loads(made)
    return made.encode()


def _page(name: str, data: bytes, phones: Collection[str]) -> bytes:
    """A number may be split by tags, which stay."""
    source = decode(data)
    source = personal.mask_all(source, phones)
    for raw, shown in _found(extract(name, source.encode()).text, phones).items():
        split = re.compile(_TAGS.join(map(re.escape, raw)))
        source = split.sub(lambda found, shown=shown: shown + "".join(re.findall("<[^<>]*>", found[0])), source)  # type: ignore[misc]
    return source.encode("utf-8-sig")


def _package(name: str, data: bytes, phones: Collection[str]) -> bytes:
    """What stands alone in a cell or paragraph is known by where it stood in the whole text."""
    text = extract(name, data).text
    known, found = _fields(text, phones), _found(text, phones)
    by_context = {raw: shown for raw, shown in found.items() if len(raw) > 6} if len(found) <= _FEW else {}
    several = re.compile("|".join(map(re.escape, sorted(by_context, key=len, reverse=True)))) if by_context else None

    def find(text: str) -> Spans:
        if not _WORTH.search(text):
            return []
        spans = [(each.start, each.end, each.masked) for each in personal.scan(text, phones)]
        if several:
            spans += [(found.start(), found.end(), by_context[found[0]]) for found in several.finditer(text)]
        spans, shown = _apart(spans), known.get(text.strip())
        return [(0, len(text), shown)] if shown and replaced(text, spans).strip() != shown else spans

    return masked_package(data, find)


def _fields(text: str, phones: Collection[str]) -> dict[str, str]:
    """Cells and paragraphs that are not the same any more once the whole text is masked."""
    after = personal.mask_all(text, phones)
    rows = ((a.split("\t"), b.split("\t")) for a, b in zip(text.split("\n"), after.split("\n"), strict=True) if a != b)
    return {
        a.strip(): b.strip()
        for before, then in rows
        if len(before) == len(then)
        for a, b in zip(before, then, strict=True)
        if a != b
    }


def _found(text: str, phones: Collection[str]) -> dict[str, str]:
    """What was found, as it is written, with what is shown instead; addresses only where they stand."""
    found: list[Finding] = personal.scan(text, phones)
    return {text[each.start : each.end]: each.masked for each in found if each.kind is not Kind.HOME_ADDRESS}


def _apart(spans: Spans) -> Spans:
    taken: Spans = []
    for span in sorted(spans):
        if not taken or span[0] >= taken[-1][1]:
            taken.append(span)
    return taken


_MASKS: dict[str, Callable[[str, bytes, Collection[str]], bytes]] = {
    **dict.fromkeys((".txt", ".md", ".csv"), _plain),
    ".json": _json,
    **dict.fromkeys((".html", ".htm"), _page),
    **dict.fromkeys((".docx", ".xlsx"), _package),
}
