"""Which agencies a matter touches, read from the register by place and subject."""

from datetime import date

from kernel.agencies import Agency, Register
from services.opinion.domain.responsible import Proposal, propose
from services.opinion.domain.subjects import label_of, subjects

_LOCAL = ("township", "subdistrict")


def townships(register: Register, places: list[str], on: date) -> list[Agency]:
    """Townships and subdistricts named in the places."""
    local = [agency for agency in register.in_force(on) if agency.kind in _LOCAL]
    return [agency for agency in local if any(name in place for name in _names(agency) for place in places)]


def departments(register: Register, subject: str, on: date) -> list[Agency]:
    """Departments in charge of a subject, by their usual name."""
    if subject not in subjects():
        return []
    usual = subjects()[subject].department
    return [
        agency
        for agency in register.in_force(on)
        if agency.kind not in ("superior", "court") and any(name.endswith(usual) for name in _names(agency))
    ]


def _names(agency: Agency) -> tuple[str, ...]:
    return (agency.name, *agency.aliases)


def proposal(register: Register, places: list[str], subject: str, on: date) -> Proposal:
    """Who should answer for a matter in these places and on this subject."""
    local = [agency.code for agency in townships(register, places, on)]
    return propose(local, [agency.code for agency in departments(register, subject, on)])


def place_name(register: Register, places: list[str], on: date) -> str:
    """The place as an event may name it: a township, never a house or a neighbourhood; else the region."""
    local = townships(register, places, on)
    return min(_names(local[0]), key=len) if len(local) == 1 else register.region_name


def title_of(place: str, subject: str) -> str:
    """Title of an event that posts have opened; made of place and subject, so it holds no word of a post."""
    return f"{place}{label_of(subject) or '社会'}问题舆情"
