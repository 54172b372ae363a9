"""Who issued the document: the agencies of the page header against those that the document itself prints."""

import re

from kernel.agencies import Agency, Register
from services.publication.reader import imprint
from services.publication.reader.gathering import Gathering, shown
from services.publication.reader.header import Labelled
from services.publication.reader.reading import Choice, Issuer

_SHORTENED = {"中共": "", "人民政府": "政府", "委员会": "委", "办公厅": "办", "办公室": "办", "政府办": "府办"}
_ABBREVIATED = re.compile(r"[省市州县区旗镇乡](?:委|人民政府|政府|府)")


def issuers_named(written: str, register: Register | None) -> tuple[Issuer, ...]:
    """The issuers that an import names: one code or name of the register, or names parted by 、 or spaces.

    Raises `Refused` for what looks like a code and is none of the register.
    """
    known = _known(written, register)
    if known is not None:
        return (Issuer(name=known.name, lead=True, code=known.code),)
    if register is not None and written.isascii():
        register.require(written, "issuer")
    return _issuers(tuple(part for part in re.split(r"[、，,；;\s]+", written) if part), register)


def _known(written: str, register: Register | None) -> Agency | None:
    return (register.by_code(written) or register.find(written)) if register is not None else None


def gather_issuers(gathering: Gathering, register: Register | None) -> None:
    """Offers the issuers, the lead first. A value of the header that is no agency is reported, not taken.

    The same agencies written in short and in full are one choice, in the words that stand first: an import's, else the
    document's own, else the header's.
    """
    printed, where = _printed(gathering)
    told = [(_issuers(printed, register), where)] if printed else []
    told += [(_issuers(names, register), f"页头“{entry.label}”") for entry, names in _by_header(gathering, register)]
    for issuers, place in told:
        gathering.offer("issuers", _as_known(gathering, issuers), place)
    _remark(gathering, register)


def _as_known(gathering: Gathering, issuers: tuple[Issuer, ...]) -> tuple[Issuer, ...]:
    """The choice that names the same agencies, if there is one. A source that names the first of them alone (an import
    has one issuer, the document all) is made whole."""
    for number, choice in enumerate(gathering.choices.get("issuers", [])):
        if _same(choice.value, issuers):
            return tuple(choice.value)
        if _same(choice.value, issuers[: len(choice.value)]):
            whole = (*choice.value, *issuers[len(choice.value) :])
            gathering.choices["issuers"][number] = Choice(value=whole, where=choice.where)
            return whole
        if _same(choice.value[: len(issuers)], issuers):
            return tuple(choice.value)
    return issuers


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
        agencies = (entry.value,) if _known(entry.value, register) else imprint.agency_names(entry.value)
        if agencies:
            taken.append((entry, agencies))
        else:
            gathering.conflict(
                "issuer_not_agency",
                f"页头“{entry.label}”写的“{entry.value[:40]}”不是机构名称，像是网站栏目，没有作为发布机构读入。",
            )
    return taken


def _issuers(names: tuple[str, ...], register: Register | None) -> tuple[Issuer, ...]:
    agencies = [_known(name, register) for name in names]
    return tuple(
        Issuer(name=name, lead=number == 0, code=agency.code if agency else None)
        for number, (name, agency) in enumerate(zip(names, agencies, strict=True))
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
    for place, issuer in enumerate(issuers, 1):
        which = f"{gathering.choices['issuers'][0].where}的{f'第 {place} 个' if len(issuers) > 1 else ''}发布机构"
        if issuer.code is None and _ABBREVIATED.match(issuer.name):
            gathering.note("issuer_abbreviated", f"{which}是简称，看不出是哪个地区的，请对应到机构目录。")
        elif issuer.code is None and register is not None:
            gathering.note("issuer_unknown", f"{which}不在机构目录里，请登记或对应。")
