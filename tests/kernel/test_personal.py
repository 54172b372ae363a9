"""Personal data: found where it stands, not found where it is none, masked, in linear time."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.personal import TITLES, Finding, Kind, mask, mask_all, require_impersonal, scan
from kernel.refused import Refused


def kinds(text: str, allowed: frozenset[str] = frozenset()) -> list[Kind]:
    return [finding.kind for finding in scan(text, allowed)]


@pytest.mark.parametrize(
    ("text", "kind", "masked"),
    [
        ("张三，身份证号11010519491231002X，低保", Kind.ID_CARD, "110*************2X"),
        ("身份证：１１０１０５１９４９１２３１００２Ｘ", Kind.ID_CARD, "110*************2X"),
        ("身份证 110105 19491231 002X", Kind.ID_CARD, "110*************2X"),
        ("110105-1949-1231-002x", Kind.ID_CARD, "110*************2X"),
        ("1101051949\u200b1231002X", Kind.ID_CARD, "110*************2X"),
        ("身份证110105491231002", Kind.ID_CARD_15, "110**********02"),
        ("电话:13800138000。", Kind.MOBILE, "138****8000"),
        ("电话:１３８００１３８０００", Kind.MOBILE, "138****8000"),
        ("+86 138 0013 8000", Kind.MOBILE, "138****8000"),
        ("138-0013-8000", Kind.MOBILE, "138****8000"),
        ("1380013 8000", Kind.MOBILE, "138****8000"),
        ("1 3 8 0 0 1 3 8 0 0 0", Kind.MOBILE, "138****8000"),
        ("手机138\u200b0013\u200b8000", Kind.MOBILE, "138****8000"),
        ("李四13800138000", Kind.MOBILE, "138****8000"),
        ("TEL13800138000", Kind.MOBILE, "138****8000"),
        ("开户行 卡号6222021234567890123 ", None, ""),
        ("卡号：6228480402564890018", Kind.BANK_CARD, "***************0018"),
        ("6228 4804 0256 4890 018", Kind.BANK_CARD, "***************0018"),
        ("护照号码E12345678", Kind.PASSPORT, "E******78"),
        ("护照：EA1234567", Kind.PASSPORT, "E******67"),
        ("车牌号浙G12345", Kind.PLATE, "浙G*****"),
        ("车辆 浙G·D12345", Kind.PLATE, "浙G*****"),
        ("联系电话_138.0013.8000", Kind.MOBILE, "138****8000"),
        ("电话13800138000余先生", Kind.MOBILE, "138****8000"),
        ("1\t1\t0\t1\t0\t5\t1\t9\t4\t9\t1\t2\t3\t1\t0\t0\t2\tX", Kind.ID_CARD, "110*************2X"),
        ("手机\t1\t3\t8\t0\t0\t1\t3\t8\t0\t0\t0\t备注", Kind.MOBILE, "138****8000"),
        ("SFZ11010519491231002X", Kind.ID_CARD, "110*************2X"),
        ("港澳居民来往内地通行证H12345678", Kind.PASSPORT, "H******78"),
        ("台胞证 12345678", Kind.PASSPORT, "1*****78"),
        ("外国人永久居留身份证 CHN110081090101", Kind.PASSPORT, "C************01"),
        ("车牌浙AD12345", Kind.PLATE, "浙A*****"),
        ("户籍地址：示例省示例市城关镇人民路88号", Kind.HOME_ADDRESS, "**号"),
        ("现住址 样桥镇金桂花园8栋1203", Kind.HOME_ADDRESS, "**栋**"),
        ("家住示例镇和平路12号幸福花园3幢2单元501室", Kind.HOME_ADDRESS, "**幢**单元**室"),
        ("住址：示例镇上村3组24号", Kind.HOME_ADDRESS, "**组**号"),
    ],
)
def test_found(text: str, kind: Kind | None, masked: str) -> None:
    found = scan(text)
    if kind is None:
        assert found == []
        return
    assert [finding.kind for finding in found] == [kind]
    assert found[0].masked == masked
    assert mask(text) == text[: found[0].start] + masked + text[found[0].end :]
    assert scan(mask(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "统一社会信用代码：113325000026455663",
        "91350100M000100Y43",
        "索引号：11440700007280420Y/2021-00050",
        "索引号：008366031/2018-13800138000",
        "002489401/2025-276512",
        "流水号2026111113800138000999",
        "单号 99-20261122-13800138000",
        "工单编号2026-13800138000",
        "收入13800138000元，支出13800138000.55元",
        "0.13800138000",
        "总数 13 800 138 000 人",
        "身份证号11010519491231001X",
        "身份证号110105190002290017",
        "文号 义政办发〔2018〕67号",
        "邮编 322000 电话 0579-85555555",
        "咨询电话：0830-4250655（工作日）",
        "合同编号E12345678",
        "京ICP备12345678号 京公网安备11010502012345号",
        "地址：示例县示范路7号行政中心3号楼305室",
        "地址：示例县城关镇人民路88号3楼302室",
        "办公地址：示例县城关镇县前街21号",
        "受理地点：示例县市民中心B座5楼501室",
        "政府采购编号ZJ-13800138000-01",
        "152 3001 4502 310",
        "1\t3\t8\t0\t0\t1\t3\t8\t0\t0\t0",
        "编号：P12345678",
        "施工许可证编号：330782202601150101",
        "项目代码：2601-330782-04-01-123456",
        "账号：1208020009201234567",
        "第3组12号议案",
        "330782000000/2018-157280",
        "2026-11-22 09:30:00 至 2026-12-22 18:00:00",
        "6222 0212 3456 7890 123",
    ],
)
def test_not_found(text: str) -> None:
    assert scan(text) == []


def test_published_office_numbers_are_allowed() -> None:
    text = "值班手机 138-0013-8000，投诉 13800138001"
    assert kinds(text) == [Kind.MOBILE, Kind.MOBILE]
    assert [finding.start for finding in scan(text, frozenset({"13800138000"}))] == [text.index("13800138001")]


def test_fixed_lines_count_in_lists_of_persons_only() -> None:
    assert kinds("办公室电话 0579-85555555") == []
    assert kinds("张三 13800138000 0579-85555555") == [Kind.MOBILE, Kind.LANDLINE]
    assert kinds("张三 13800138000\n办公室 0579-85555555") == [Kind.MOBILE]
    assert kinds("家庭电话0579-85555555") == [Kind.LANDLINE]
    assert kinds("张三 13800138000 0579-85555555", frozenset({"057985555555"})) == [Kind.MOBILE]


def test_a_list_of_persons() -> None:
    text = "姓名 身份证 电话\n张三 11010519491231002X 13800138000\n李四 440524188001010014 13900139000"
    assert kinds(text) == [Kind.ID_CARD, Kind.MOBILE, Kind.ID_CARD, Kind.MOBILE]
    assert mask(text) == ("姓名 身份证 电话\n张三 110*************2X 138****8000\n李四 440*************14 139****9000")


def test_the_head_of_a_column_says_where_people_live() -> None:
    text = "姓名\t家庭住址\t备注\n张三\t示例镇上村123号\t5号\n李四\t示例镇下街9号\t\n共2人\n王五\t示例镇下街9号"
    assert mask(text) == text.replace("123号", "**号").replace("9号", "**号", 1)
    assert scan("姓名\t单位地址\n张三\t示例镇下街9号") == []


def test_two_numbers_side_by_side() -> None:
    assert kinds("11010519491231002X/13800138000") == [Kind.ID_CARD, Kind.MOBILE]
    assert kinds("13800138000、13900139000/13700137000") == [Kind.MOBILE, Kind.MOBILE, Kind.MOBILE]
    assert kinds("12 110105194912310021 11010519491231002X") == [Kind.ID_CARD]


def test_findings_carry_no_value() -> None:
    found = scan("张三 11010519491231002X 13800138000")
    assert "19491231" not in repr(found)
    assert "0013" not in repr(found)
    assert set(TITLES) == set(Kind)


def test_findings_of_another_text_are_refused() -> None:
    with pytest.raises(Refused):
        mask("短", [Finding(Kind.MOBILE, 0, 11, "138****8000", "high")])


@pytest.mark.parametrize(
    "text", ["示例镇上村11010519491231002X3组24号", "浙A12345/13800138000", "住址：西路88号、东路9号"]
)
def test_nothing_is_left_where_one_ran_into_another(text: str) -> None:
    assert scan(mask_all(text)) == []
    assert not any(number in mask_all(text) for number in ("19491231", "0013", "88号", "9号"))


@given(st.text(alphabet="0123456789Xx -/１２张三路号室\n\u200b京A.+", max_size=200))
def test_any_text(text: str) -> None:
    found = scan(text)
    assert all(0 <= a.start < a.end <= len(text) for a in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    mask(text, found)


@pytest.mark.parametrize(
    "unit",
    [
        "1",
        "1 ",
        "13",
        "1-",
        "1101051949 ",
        "110105 19491231 00",
        "浙A1234",
        "路1号",
        "0579-8555555",
        "1组",
        "镇1",
        "住址\t",
        "住址\t1号\n",
        "a/",
        "通行证A1",
    ],
)
def test_linear_time_on_a_megabyte(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    begin = time.process_time()
    scan(text)
    assert time.process_time() - begin < (0.5 if unit == "1" else 5)


def test_a_field_with_personal_data_is_refused_by_name() -> None:
    require_impersonal(reason="材料不全", note="")
    with pytest.raises(Refused) as refused:
        require_impersonal(reason="请联系手机13800138000")
    assert (refused.value.code, refused.value.field) == ("personal_data", "reason")
    assert "138" not in str(refused.value)
