"""What is looked for in every text before it is kept: secrecy marks, which are refused, and personal data."""

import hashlib
from collections.abc import Collection

from contracts.publication.record import Metadata
from kernel import personal, secrecy
from kernel.refused import Refused
from services.publication.domain.facts import Datum, Kept

LISTED = 30
"""So many findings are listed, masked; all are counted."""


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
    return personal.mask(text, personal.scan(text, phones))


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


def masked(metadata: Metadata) -> Metadata:
    """The metadata of an imported document, its free texts masked. Raises `Refused` for a secrecy mark in one."""
    for text in (metadata.title, metadata.summary, metadata.scope or "", *metadata.keywords):
        secrecy.refuse_classified(text)
    return metadata.model_copy(
        update={
            "title": personal.mask(metadata.title),
            "summary": personal.mask(metadata.summary),
            "scope": personal.mask(metadata.scope) if metadata.scope else None,
            "keywords": tuple(personal.mask(word) for word in metadata.keywords),
        }
    )
