"""The units of a table against a register."""

from services.supervision.reader import map_units, read_task_table

AGENCIES = {"县府办": "bgs", "县财政局": "czj", "县教育局": "jyj"}
GROUPS = {"县直各部门": ("bgs", "czj", "jyj"), "各镇": ("yz", "ez")}
TEXT = (
    "方案\n\t1.公开会议。\n\t县府办牵头，县直各部门、县直各部门负责\n\t2.公开清单。\n\t县财政局、县编办、各镇（场）政府负责\n"
    "\t3.公开结果。\n\t县编办牵头，各镇（场）政府负责"
)


class Register:
    def code_of(self, name):
        return AGENCIES.get(name)

    def members_of(self, group):
        return GROUPS.get(group)


def test_groups_are_expanded_and_the_lead_is_no_co_operator():
    rows, _ = map_units(read_task_table(TEXT), Register())
    assert (rows[0].lead_codes, rows[0].co_codes) == (("bgs",), ("czj", "jyj"))
    assert [(unit.name, unit.is_group) for unit in rows[0].co] == [("县直各部门", True)]


def test_unknown_names_are_listed_with_their_tasks():
    rows, unknown = map_units(read_task_table(TEXT), Register())
    assert [(unit.name, unit.tasks) for unit in unknown] == [("县编办", (2, 3)), ("各镇（场）政府", (2, 3))]
    assert rows[1].co_codes == ("czj",)
    assert rows[2].lead == ()


def test_what_a_person_has_mapped_is_known():
    rows, unknown = map_units(read_task_table(TEXT), Register(), {"各镇（场）政府": "各镇", "县编办": "县府办"})
    assert unknown == ()
    assert rows[1].co_codes == ("czj", "bgs", "yz", "ez")
    assert rows[2].lead_codes == ("bgs",)


def test_the_real_table_needs_its_own_register(county_division):
    table = read_task_table(county_division)
    rows, unknown = map_units(table, Register())
    named = {unit.name: unit.tasks for unit in unknown}
    assert len(rows) == 57
    assert "县直各部门" not in named
    assert named["各镇（场）政府办公室"] == (1,)
    assert named["市公共资源交易中心翁源分中心"] == (11, 12, 13)
    assert len(named["各镇（场）政府"]) == 31
    assert named["县编办"] == (3, 30, 32, 34, 35)
