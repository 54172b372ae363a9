"""Who issued the document: the agencies of the page header against those that the document itself prints."""

import re
from typing import Protocol

from services.publication.reader import imprint
from services.publication.reader.gathering import Gathering, shown
from services.publication.reader.header import Labelled
from services.publication.reader.reading import Issuer

_SHORTENED = {"中共": "", "人民政府": "政府", "委员会": "委", "办公厅": "办", "办公室": "办", "政府办": "府办"}
_ABBREVIATED = re.compile(r"[省市州县区旗镇乡](?:委|人民政府|政府|府)")


class Register(Protocol):
    """What is asked of the agency register."""

    def code_of(self, name: str) -> str | None:
        """Code of the agency with this code, name or alias; None where it knows none."""

    def name_of(self, code: str) -> str:
        """Full name of the agency with this code."""


def issuers_named(written: str, register: Register | None) -> tuple[Issuer, ...]:
    """The issuers that an import names: one code or name of the register, or names parted by 、 or spaces."""
    if register is not None and (code := register.code_of(written)) is not None:
        return (Issuer(name=register.name_of(code), lead=True, code=code),)
    return _issuers(tuple(part for part in re.split(r"[、，,；;\s]+", written) if part), register)


def gather_issuers(gathering: Gathering, register: Register | None) -> None:
    """Offers the issuers, the lead first. A value of the header that is no agency is reported, not taken.

    The same agencies written in short and in full are one choice, in the words that stand first: an import's, else the
    document's own, else the header's.
    """
    printed, where = _printed(gathering)
    told = [(_issuers(printed, register), where)] if printed else []
    told += [(_issuers(names, register), f"页头“{entry.label}”") for entry, names in _by_header(gathering, register)]
    for issuers, place in told:
        known = next(
            (choice.value for choice in gathering.choices.get("issuers", []) if _same(choice.value, issuers)), None
        )
        gathering.offer("issuers", known or issuers, place)
    _remark(gathering, register)


def _printed(gathering: Gathering) -> tuple[tuple[str, ...], str]:
    """The issuers that the document prints: its signature, else its order, its head, its title."""
    signed = imprint.signature(gathering.content)
    if signed and signed.names:
        return signed.names, "落款"
    if order := imprint.order_of(gathering.content):
        return (order[0],), "标题"
    head = imprint.letterhead(gathering.content)
    if head:
        return head, "版头"
    return imprint.issuers_in_title(gathering.settled("title") or ""), "标题"


def _by_header(gathering: Gathering, register: Register | None) -> list[tuple[Labelled, tuple[str, ...]]]:
    taken = []
    for entry in gathering.header.all("issuers"):
        known = register is not None and register.code_of(entry.value) is not None
        agencies = (entry.value,) if known else imprint.agency_names(entry.value)
        if agencies:
            taken.append((entry, agencies))
        else:
            gathering.conflict(
                "issuer_not_agency",
                f"页头“{entry.label}”写的“{entry.value[:40]}”不是机构名称，像是网站栏目，没有作为发布机构读入。",
            )
    return taken


def _issuers(names: tuple[str, ...], register: Register | None) -> tuple[Issuer, ...]:
    return tuple(
        Issuer(name=name, lead=number == 0, code=register.code_of(name) if register else None)
        for number, name in enumerate(names)
    )


def _same(one: tuple[Issuer, ...], other: tuple[Issuer, ...]) -> bool:
    """Whether two lists name the same agencies, one of them perhaps in short: 区政府办公室, 示例区人民政府办公室."""
    return len(one) == len(other) and all(_alike(a, b) for a, b in zip(one, other, strict=True))


def _alike(one: Issuer, other: Issuer) -> bool:
    a, b = _short(one.name), _short(other.name)
    return (one.code is not None and one.code == other.code) or a.endswith(b) or b.endswith(a)


def _short(name: str) -> str:
    for full, short in _SHORTENED.items():
        name = name.replace(full, short)
    return name


def _remark(gathering: Gathering, register: Register | None) -> None:
    issuers: tuple[Issuer, ...] = gathering.settled("issuers") or ()
    if len(issuers) > 1:
        gathering.note("several_issuers", f"联合发文：{shown(issuer.name for issuer in issuers)}，以第一个为牵头。")
    for issuer in issuers:
        if issuer.code is None and _ABBREVIATED.match(issuer.name):
            gathering.note(
                "issuer_abbreviated", f"发布机构“{issuer.name}”是简称，看不出是哪个地区的，请对应到机构目录。"
            )
        elif issuer.code is None and register is not None:
            gathering.note("issuer_unknown", f"机构目录里没有“{issuer.name}”，请登记或对应。")
