"""The units of a table against a register."""

from datetime import date, timedelta

import pytest

from kernel.agencies import Register
from services.supervision.reader import map_units, read_task_table

ENDED = date(2019, 3, 31)
LATER = ENDED + timedelta(days=1)
REGISTER = Register.from_dict(
    {
        "region": {"code": "999901", "name": "示例县"},
        "groups": ["县直各部门", "各镇"],
        "agencies": [
            {
                "code": "bgs",
                "name": "示例县人民政府办公室",
                "aliases": ["县府办"],
                "kind": "office",
                "groups": ["县直各部门"],
            },
            {
                "code": "czj",
                "name": "示例县财政局",
                "aliases": ["县财政局"],
                "kind": "department",
                "groups": ["县直各部门"],
            },
            {"code": "yz", "name": "示例甲镇人民政府", "kind": "town", "groups": ["各镇"]},
            {"code": "ez", "name": "示例乙镇人民政府", "kind": "town", "groups": ["各镇"]},
            {
                "code": "gtj",
                "name": "示例县国土资源局",
                "aliases": ["县国土局"],
                "kind": "department",
                "groups": ["县直各部门"],
                "valid_to": ENDED.isoformat(),
                "successors": ["zrzyj"],
            },
            {
                "code": "zrzyj",
                "name": "示例县自然资源局",
                "kind": "department",
                "groups": ["县直各部门"],
                "valid_from": LATER.isoformat(),
            },
            {"code": "old", "name": "县房改办", "kind": "department", "valid_to": ENDED.isoformat()},
        ],
    }
)
TEXT = (
    "方案\n\t1.公开会议。\n\t县府办牵头，县直各部门、县直各部门负责\n\t2.公开清单。\n\t县财政局、县编办、各镇（场）政府负责\n"
    "\t3.公开结果。\n\t县编办牵头，各镇（场）政府负责\n\t4.公开用地。\n\t县国土局、县房改办负责"
)


def test_groups_are_expanded_and_the_lead_is_no_co_operator():
    rows, _ = map_units(read_task_table(TEXT), REGISTER, LATER)
    assert (rows[0].lead_codes, rows[0].co_codes) == (("bgs",), ("czj", "zrzyj"))
    assert [(unit.name, unit.is_group) for unit in rows[0].co] == [("县直各部门", True)]


def test_unknown_names_are_listed_with_their_tasks():
    rows, unknown = map_units(read_task_table(TEXT), REGISTER, LATER)
    assert [(unit.name, unit.tasks) for unit in unknown] == [
        ("县编办", (2, 3)),
        ("各镇（场）政府", (2, 3)),
        ("县房改办", (4,)),
    ]
    assert rows[1].co_codes == ("czj",)
    assert rows[2].lead == ()


def test_what_a_person_has_mapped_is_known():
    rows, unknown = map_units(read_task_table(TEXT), REGISTER, LATER, {"各镇（场）政府": "各镇", "县编办": "bgs"})
    assert [unit.name for unit in unknown] == ["县房改办"]
    assert rows[1].co_codes == ("czj", "bgs", "yz", "ez")
    assert rows[2].lead_codes == ("bgs",)
    assert rows[2].lead[0].name == "县编办"


@pytest.mark.parametrize(("on", "codes"), [(ENDED, ("gtj", "old")), (LATER, ("zrzyj",))])
def test_an_agency_that_has_gone_is_followed_by_its_successor_the_day_after(on, codes):
    rows, _ = map_units(read_task_table(TEXT), REGISTER, on)
    assert rows[3].co_codes == codes


def test_the_real_table_needs_its_own_register(county_division):
    table = read_task_table(county_division)
    rows, unknown = map_units(table, REGISTER, LATER)
    named = {unit.name: unit.tasks for unit in unknown}
    assert len(rows) == 57
    assert "县直各部门" not in named
    assert named["各镇（场）政府办公室"] == (1,)
    assert named["市公共资源交易中心翁源分中心"] == (11, 12, 13)
    assert len(named["各镇（场）政府"]) == 31
    assert named["县编办"] == (3, 30, 32, 34, 35)
