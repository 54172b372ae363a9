"""The agency register: names, validity, successors, groups, and what it refuses."""

from datetime import date
from typing import Any

import pytest

from kernel.agencies import KINDS, Register
from kernel.refused import Refused
from sample import data

TODAY = date(2026, 11, 22)
REFORM = date(2019, 3, 31)


def agency(code: str, name: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "kind": "department"} | more


def rows() -> list[dict[str, Any]]:
    return [
        agency("xzf", "示例县人民政府", kind="government", aliases=["县政府"]),
        agency("bgs", "示例县人民政府办公室", kind="office", parent="xzf", flags=["issuing_office"]),
        agency(
            "gtj", "示例县国土资源局", parent="xzf", groups=["县直各部门"], valid_to="2019-03-31", successors=["zrj"],
        ),
        agency("lyj", "示例县林业局", parent="xzf", groups=["县直各部门"], valid_to="2010-12-31", successors=["gtj"]),
        agency(
            "zrj", "示例县自然资源局（林业局）", aliases=["县自然资源局"], parent="xzf", groups=["县直各部门"],
            valid_from="2019-04-01", reviewed_by="xzf",
        ),
        agency("yqz", "样桥镇人民政府", kind="township", parent="xzf", groups=["各镇"]),
    ]  # fmt: skip


def register(changed: list[dict[str, Any]] | None = None, region: str = "999901") -> Register:
    return Register.from_dict(
        {"region": {"code": region, "name": "示例县"}, "groups": ["县直各部门", "各镇"], "agencies": changed or rows()}
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("示例县人民政府", "xzf"),
        (" 示例县　人民政府 ", "xzf"),
        ("县政府", "xzf"),
        ("示例县自然资源局(林业局)", "zrj"),
        ("示例县自然资源局【林业局】", "zrj"),
        ("示例县国土资源局", "gtj"),
    ],
)
def test_find(name: str, code: str) -> None:
    found = register().find(name)
    assert found is not None
    assert found.code == code


def test_what_is_not_known() -> None:
    held = register()
    assert held.find("示例县") is None
    assert held.by_code("xxx") is None
    with pytest.raises(Refused) as caught:
        held.require("xxx", "lead")
    assert (caught.value.code, caught.value.field) == ("unknown_agency", "lead")


def test_the_last_day_of_an_agency_and_the_day_after() -> None:
    held = register()
    gone = held.require("gtj")
    assert gone.in_force(REFORM)
    assert not gone.in_force(date(2019, 4, 1))
    assert [each.code for each in held.successors("gtj", REFORM)] == ["gtj"]
    assert [each.code for each in held.successors("gtj", date(2019, 4, 1))] == ["zrj"]
    assert [each.code for each in held.successors("lyj", TODAY)] == ["zrj"]
    assert "gtj" not in {each.code for each in held.in_force(TODAY)}


def test_groups_and_flags() -> None:
    held = register()
    assert [each.code for each in held.expand("县直 各部门", TODAY)] == ["zrj"]
    assert [each.code for each in held.expand("县直各部门", REFORM)] == ["gtj"]
    assert held.is_group("县直各部门")
    assert not held.is_group("各乡")
    assert held.expand("各乡", TODAY) == ()
    assert [each.code for each in held.flagged("issuing_office", TODAY)] == ["bgs"]
    assert len(held) == 6
    assert {each.code for each in held} == {row["code"] for row in rows()}


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("yqz", {"code": "xzf"}),
        ("yqz", {"code": "YQZ"}),
        ("yqz", {"name": ""}),
        ("yqz", {"kind": "村"}),
        ("yqz", {"parent": "none"}),
        ("yqz", {"court": "none"}),
        ("yqz", {"reviewed_by": "none"}),
        ("yqz", {"successors": ["none"]}),
        ("yqz", {"groups": ["各乡"]}),
        ("yqz", {"aliases": ["县政府"]}),
        ("yqz", {"parent": "yqz"}),
        ("xzf", {"parent": "yqz"}),
        ("zrj", {"successors": ["lyj"]}),
        ("zrj", {"successors": ["zrj"]}),
        ("zrj", {"valid_to": "2019-03-31"}),
        ("zrj", {"valid_from": "2019-02-29"}),
        ("yqz", {"surprise": 1}),
    ],
)
def test_refused(code: str, changes: dict[str, Any]) -> None:
    changed = [row | changes if row["code"] == code else row for row in rows()]
    with pytest.raises(Refused) as caught:
        register(changed)
    assert caught.value.code == "register"


@pytest.mark.parametrize(
    "wrong", [{}, {"agencies": []}, {"region": None, "agencies": []}, {"region": {}, "agencies": 1}]
)
def test_no_register(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Register.from_dict(wrong)


def test_a_region_that_cannot_be() -> None:
    with pytest.raises(Refused) as caught:
        register(region="000001")
    assert caught.value.field == "region"


def test_the_sample_government_is_a_register() -> None:
    held = Register.from_dict(data.agencies())
    assert held.find("县政府办") is held.by_code("bgs")
    assert held.expand("县直各部门", TODAY)
    assert {agency.kind for agency in held} <= set(KINDS)
