"""What is looked for in every text before it is kept: secrecy marks, which are refused, and personal data."""

import hashlib
from collections.abc import Collection
from typing import Any

from contracts.publication.record import Metadata
from kernel import personal, secrecy
from kernel.refused import Refused
from services.publication.domain.facts import Datum, InField, Kept

LISTED = 30
"""So many findings are listed, masked; all are counted."""
NUMBERS = ("doc_no", "index_no")
LISTS = ("issuer_names", "keywords")
FIELDS = ("title", *NUMBERS, "theme", "group", "summary", "scope", *LISTS)
"""Fields of a document that an import fills with words of its own."""


def examine(text: str, phones: Collection[str] = ()) -> Kept:
    """The text's digest, size and personal data; `phones` are published numbers of offices.

    Raises `Refused` for a secrecy mark (保密不上网).
    """
    secrecy.refuse_classified(text)
    found = personal.scan(text, phones)
    content = text.encode()
    return Kept(
        sha256=hashlib.sha256(content).hexdigest(),
        bytes=len(content),
        found=len(found),
        data=tuple(Datum(kind=each.kind.value, masked=each.masked) for each in found[:LISTED]),
    )


def mask(text: str, phones: Collection[str]) -> str:
    """The text with all that `examine` finds masked."""
    return personal.mask_all(text, phones)


def without_personal_data(phones: Collection[str] = (), /, **fields: str | None) -> None:
    """Refuse personal data or a secrecy mark in what is kept for ever: titles, summaries, reasons, notes."""
    for field, text in fields.items():
        if not text:
            continue
        secrecy.refuse_classified(text)
        if personal.scan(text, phones):
            raise Refused(
                "personal_data_in_field", "该项中含有个人信息。", field=field, remedy="请去掉个人信息后重新提交。"
            )


def clean(metadata: Metadata) -> None:
    """Refuse metadata that holds personal data."""
    without_personal_data(
        title=metadata.title,
        summary=metadata.summary,
        scope=metadata.scope,
        group=metadata.group,
        keywords=" ".join(metadata.keywords),
    )


def examine_fields(metadata: Metadata, phones: Collection[str] = ()) -> tuple[Metadata, tuple[InField, ...]]:
    """The metadata of an imported document with personal data masked, and what was found, for a person to look at.

    A number that holds some is left out whole. Raises `Refused` for a secrecy mark.
    """
    texts = {field: _texts(getattr(metadata, field)) for field in FIELDS}
    for text in (text for several in texts.values() for text in several):
        secrecy.refuse_classified(text)
    if not personal.scan("\n".join(text for several in texts.values() for text in several), phones):
        return metadata, ()
    found: list[InField] = []
    update: dict[str, Any] = {}
    for field, several in texts.items():
        seen = [personal.scan(text, phones) for text in several]
        if any(seen):
            found += (InField(field=field, kind=it.kind.value, masked=it.masked) for each in seen for it in each)
            said = tuple(personal.mask(text, each) for text, each in zip(several, seen, strict=True))
            update[field] = None if field in NUMBERS else said if field in LISTS else said[0]
    return metadata.model_copy(update=update), tuple(found)


def _texts(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return () if not value else (value,) if isinstance(value, str) else value
