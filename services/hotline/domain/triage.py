"""What rules propose at the door: category, limit, emergency, outside matters. A person decides."""

import re
from collections.abc import Iterable
from importlib.resources import files

from pydantic import BaseModel

from contracts.hotline.terms import Matter, TicketKind, Urgency
from kernel.agencies import Agency
from kernel.personal import scan


class _Emergency(BaseModel):
    number: str
    reason: str
    words: tuple[str, ...]


class _Outside(BaseModel):
    id: str
    place: str
    words: tuple[str, ...]


class Rules(BaseModel):
    """Word lists of the door (`rules.json`)."""

    note: str
    channels: frozenset[str]
    categories: dict[str, tuple[str, ...]]
    utility: tuple[str, ...]
    emergencies: tuple[_Emergency, ...]
    outside: tuple[_Outside, ...]
    information_request: tuple[str, ...]
    duties: dict[str, tuple[str, ...]]


RULES = Rules.model_validate_json(files(__package__).joinpath("rules.json").read_text(encoding="utf-8"))
ABOUT_OFFICES = frozenset({TicketKind.COMPLAINT, TicketKind.REPORT})
DEPARTMENTS = frozenset({"department", "vertical", "outpost"})
LOCAL = frozenset({"township", "subdistrict"})
_AREA = re.compile(r"^[^\d\s]{2,8}?(?:街道|镇|乡)")


def emergencies(text: str) -> tuple[str, ...]:
    """Numbers (110, 119, 120, 122) that a text belongs to by the word list (国办发〔2020〕53号: such matters are
    passed on at once). Sorted."""
    return tuple(sorted(rule.number for rule in RULES.emergencies if _first(rule.words, text)))


def transfer_notice(numbers: Iterable[str]) -> str:
    """What the emitter is told at once about an emergency."""
    return (
        f"疑似紧急警情，请立即三方通话转接 {'、'.join(numbers)}，并保持通话至对方接听；"
        "本平台同时告警值班台，待人工确认移交。"
    )


def matter_of(kind: TicketKind, urgency: Urgency, text: str) -> Matter:
    """The limit that the rules propose."""
    if urgency is Urgency.EXTREME:
        return Matter.URGENT
    if _first(RULES.utility, text):
        return Matter.UTILITY
    if urgency is Urgency.HIGH:
        return Matter.URGENT
    return Matter.SIMPLE if kind is TicketKind.CONSULT else Matter.ORDINARY


def area(place: str | None) -> str | None:
    """The town or subdistrict at the head of a place; nothing of an address, nothing where in doubt."""
    found = _AREA.match(place or "")
    return found[0] if found and not scan(found[0]) else None


def hints(kind: TicketKind, category: str | None, text: str) -> tuple[str, ...]:
    """Proposals with their reasons. The words shown are those of our lists, never the caller's."""
    proposals: list[str] = []
    if category is None:
        for name, words in RULES.categories.items():
            if word := _first(words, text):
                proposals.append(f"建议分类“{name}”：内容含“{word}”")
                break
    for rule in RULES.outside:
        if word := _first(rule.words, text):
            proposals.append(f"可能不属受理范围：内容含“{word}”，可告知向{rule.place}反映")
    if word := _first(RULES.information_request, text):
        proposals.append(f"可能是政府信息公开申请：内容含“{word}”，可告知申请途径；本工单不启动法定期限")
    return tuple(proposals)


def named(kind: TicketKind, text: str, names: dict[str, str]) -> tuple[str, ...]:
    """Agencies that a complaint or report names: perhaps the accused, perhaps not; a person decides.

    `names` maps every name and alias to its agency code.
    """
    if kind not in ABOUT_OFFICES:
        return ()
    return tuple(sorted({code for name, code in names.items() if name in text}))


def in_charge(category: str | None, area: str | None, agencies: Iterable[Agency]) -> tuple[tuple[str, str], ...]:
    """Units in charge by the duty catalogue, with the reason: departments by the usual words of their names, then the
    town or subdistrict of the matter (属地). A person decides."""
    usual, known = RULES.duties.get(category or "", ()), list(agencies)
    found = {
        agency.code: f"职责目录：“{category}”由名称含“{word}”的单位办理"
        for word in usual
        for agency in known
        if agency.kind in DEPARTMENTS and word in agency.name
    }
    local = {each.code: f"属地：{area}" for each in known if area and each.kind in LOCAL and area in each.name}
    return tuple((found | local).items())


def _first(words: Iterable[str], text: str) -> str | None:
    return next((word for word in words if word in text), None)
