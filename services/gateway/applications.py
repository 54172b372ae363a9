"""The form of an application for information, filled anew or corrected: its fields, what it lacks, what it says."""

from typing import Any

from contracts.requests.terms import ApplicantClass, ApplicationKind, Route
from services.gateway.forms import Form

APPLICANT = {"name": "name", "id_document": "id_document", "contact": "contact", "address": "address"}
AGENT = {
    "agent_name": "name",
    "agent_id_document": "id_document",
    "agent_contact": "contact",
    "agent_authority": "authority",
}
JOINT = tuple({f"{theirs}_{n}": theirs for theirs in APPLICANT} for n in (2, 3))
"""Joint applicants whom the form takes; more of them apply by the interface, at the counter or by post."""
ASKED_FOR = {
    "kind": "kind",
    "description": "description",
    "form": "form",
    "route": "route",
    "applicant_class": "applicant_class",
    "assistance": "assistance",
}
REQUIRED = {
    "agency": "请选择受理机构。",
    "name": "请填写姓名或者名称。",
    "id_document": "请填写身份证明。",
    "contact": "请填写联系方式。",
    "description": "请填写所需信息的名称、文号或者其他特征。",
    "form": "请选择获取信息的方式。",
}
"""条例第二十九条: what an application must contain."""
FIELDS = {
    "agency": "agency",
    "application.applicant_class": "applicant_class",
    **{f"application.applicants.0.{theirs}": ours for ours, theirs in APPLICANT.items()},
    **{f"application.agent.{theirs}": ours for ours, theirs in AGENT.items()},
    **{f"application.{theirs}": ours for ours, theirs in ASKED_FOR.items()},
}


def lacking(form: Form, *, agency: bool) -> dict[str, str]:
    """What an application must say and this form does not, by field; a new one names the agency too."""
    wanted = {name: said for name, said in REQUIRED.items() if agency or name != "agency"}
    empty = {name: said for name, said in wanted.items() if not form.get(name)}
    return empty | {
        ours: "共同申请人也应当填写姓名、身份证明和联系方式。"
        for names in JOINT
        for ours, theirs in names.items()
        if form.picked(names) and theirs in REQUIRED and not form.get(ours)
    }


def written(form: Form) -> dict[str, Any]:
    """The application as the form has it."""
    agent = form.picked(AGENT)
    joint = [picked for names in JOINT if (picked := form.picked(names))]
    application = {**form.picked(ASKED_FOR), "applicants": [form.picked(APPLICANT), *joint]}
    application["suggests_publication"] = form.get("suggests_publication") == "on"
    return application | ({"agent": agent} if agent else {})


def choices() -> dict[str, Any]:
    """What the fields of the form offer."""
    return {
        "classes": list(ApplicantClass),
        "kinds_of_request": list(ApplicationKind),
        "joint": range(2, len(JOINT) + 2),
        "routes": list(Route),
    }
