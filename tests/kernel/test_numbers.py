"""索引号, 发文字号, credit and organisation codes, identity numbers, regions, text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.numbers import (
    CreditCode,
    DocumentNumber,
    IdentityNumber,
    IndexNumber,
    IndexScheme,
    OrganisationCode,
    id_check_sign,
)
from kernel.refused import Refused
from kernel.region import Region
from kernel.text import SAME_LENGTH, clean, compact, fold, key


@pytest.mark.parametrize(
    ("text", "scheme", "org", "year", "seq"),
    [
        ("008366031/2018-00006", IndexScheme.ORG9_SLASH, "008366031", 2018, 6),
        ("000014349/2017-00110", IndexScheme.ORG9_SLASH, "000014349", 2017, 110),
        ("01404053X/2021-00490", IndexScheme.ORG9_SLASH, "01404053X", 2021, 490),
        ("002489401/2025-276512", IndexScheme.ORG9_SLASH, "002489401", 2025, 276512),
        ("00250239-7/2025-00413", IndexScheme.ORG_DASH_SLASH, "00250239-7", 2025, 413),
        ("11440700007280420Y/2021-00050", IndexScheme.USCC_SLASH, "11440700007280420Y", 2021, 50),
        ("11370812004339255B/2020-22849", IndexScheme.USCC_SLASH, "11370812004339255B", 2020, 22849),
        ("330782000000/2018-157280", IndexScheme.AREA12_SLASH, "330782000000", 2018, 157280),
        ("01527918X-2020-153077", IndexScheme.ORG9_DASH, "01527918X", 2020, 153077),
        ("TCXXGK-2020-011721", IndexScheme.LOCAL, "TCXXGK", 2020, 11721),
        ("　００８３６６０３１／２０１８－００００６", IndexScheme.ORG9_SLASH, "008366031", 2018, 6),
    ],
)
def test_index_number(text: str, scheme: IndexScheme, org: str, year: int, seq: int) -> None:
    read = IndexNumber.parse(text)
    assert (read.scheme, read.org, read.year, read.seq) == (scheme, org, year, seq)
    assert IndexNumber.parse(str(read)) == read


def test_index_number_with_month() -> None:
    assert IndexNumber.parse("11341702486344515H/202110-00013").month == 10
    with pytest.raises(Refused):
        IndexNumber.parse("11341702486344515H/202113-00013")


@pytest.mark.parametrize("text", ["", "008366031/2018-006", "00836603/2018-00006", "008366031/1818-00006", "文件"])
def test_index_number_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        IndexNumber.parse(text)
    assert caught.value.code == "index_number_malformed"
    assert not text or text not in caught.value.message


def test_index_number_made() -> None:
    assert str(IndexNumber.make("008366031", 2018, 6)) == "008366031/2018-00006"
    assert str(IndexNumber.make("TCXXGK", 2020, 11721, width=6)) == "TCXXGK-2020-011721"
    assert str(IndexNumber.make("11440700007280420Y", 2021, 100000)) == "11440700007280420Y/2021-100000"


@given(st.integers(2000, 2099), st.integers(1, 9_999_999))
def test_index_number_made_is_read_again(year: int, seq: int) -> None:
    assert (IndexNumber.make("008366031", year, seq).year, IndexNumber.make("008366031", year, seq).seq) == (year, seq)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("义政办发〔2018〕67号", "义政办发〔2018〕67号"),
        ("义政办发[2018]67号", "义政办发〔2018〕67号"),
        ("义政办发［2018］第067号", "义政办发〔2018〕67号"),
        ("国办发明电（2021）11号", "国办发明电〔2021〕11号"),
        ("七星党办字〔2017〕78 号", "七星党办字〔2017〕78号"),
        ("翁府办【２０１８】１２号", "翁府办〔2018〕12号"),
        ("川府（公开）办函(2021)51号", "川府（公开）办函〔2021〕51号"),
        ("国务院令第711号", "国务院令第711号"),
        ("国务院令0711号", "国务院令第711号"),
    ],
)
def test_document_number(text: str, canonical: str) -> None:
    assert DocumentNumber.parse(text).canonical == canonical
    assert DocumentNumber.parse(canonical).canonical == canonical


@pytest.mark.parametrize(
    "text",
    ["", "〔2017〕 号", "泸纳府办函〔2017〕号", "义政办发2018 67号", "义政办发〔18〕67号", "义政办发〔2018〕0号"],
)
def test_document_number_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        DocumentNumber.parse(text)
    assert caught.value.code == "document_number_malformed"


@pytest.mark.parametrize(
    "code", ["七星党办字", "县委发", "义委办发", "中发", "中办发", "委发", "县纪委发", "市委", "党组发"]
)
def test_party_numbers(code: str) -> None:
    assert DocumentNumber.parse(f"{code}〔2020〕1号").is_party


@pytest.mark.parametrize(
    "code", ["义政办发", "国办发明电", "浙发改委发", "县卫健委发", "国资委发", "翁府办", "国发", "梅府"]
)
def test_government_numbers(code: str) -> None:
    assert not DocumentNumber.parse(f"{code}〔2020〕1号").is_party


@pytest.mark.parametrize(
    "text", ["11441700007280420Y", "113325000026455663", "91350100M000100Y43", "１１４４１７００００７２８０４２０y"]
)
def test_credit_code(text: str) -> None:
    assert CreditCode.parse(text).text == compact(text).upper()


def test_credit_code_refused() -> None:
    with pytest.raises(Refused) as caught:
        CreditCode.parse("11441700007280421Y")
    assert caught.value.code == "credit_code_check"
    with pytest.raises(Refused) as caught:
        CreditCode.parse("1144170000728042IY")
    assert caught.value.code == "credit_code_malformed"


def test_credit_code_parts() -> None:
    code = CreditCode.parse("11441700007280420Y")
    assert (code.division, code.organisation) == ("441700", "007280420")


def test_organisation_code() -> None:
    assert str(OrganisationCode.parse("007280420")) == "00728042-0"
    assert OrganisationCode.parse("D2143569-X").text == "D2143569X"
    with pytest.raises(Refused):
        OrganisationCode.parse("00728042-1")
    with pytest.raises(Refused):
        OrganisationCode.parse("0072804")


def test_identity_number() -> None:
    number = IdentityNumber.parse("11010519491231002x")
    assert number.born == date(1949, 12, 31)
    assert number.masked == "110*************2X"
    assert "19491231" not in repr(number)
    assert IdentityNumber.parse("440524188001010014").born == date(1880, 1, 1)
    assert IdentityNumber.parse("110105491231002").born == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("110105194912310021", "id_check"),
        ("990105194912310025", "id_province"),
        ("110105194902310020", "id_date"),
        ("11010519491231002", "id_malformed"),
        ("110105491331002", "id_date"),
    ],
)
def test_identity_number_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        IdentityNumber.parse(text)
    assert caught.value.code == code
    assert text not in caught.value.message


def test_identity_number_born_today_and_tomorrow() -> None:
    first = "11010520261122001"
    text = first + id_check_sign(first)
    assert IdentityNumber.parse(text, today=date(2026, 11, 22)).born == date(2026, 11, 22)
    with pytest.raises(Refused):
        IdentityNumber.parse(text, today=date(2026, 11, 21))


def test_region() -> None:
    assert Region.parse("330782", "义乌市").province == "浙江"
    assert Region.parse("999901").is_example
    for wrong in ("33078", "3307822", "100000", "330a82"):
        with pytest.raises(Refused):
            Region.parse(wrong)


def test_text() -> None:
    assert fold("\ufeff２０２６年　１月\r\nＡｂ，（甲）\u200b乙") == "2026年 1月\nAb，（甲）乙"
    assert clean("标题  \n\n\n\n正文　\n") == "标题\n\n正文"
    assert key(" 县 政府（办）") == key("县政府(办)")
    assert fold("⾏政") == "行政"


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert clean(clean(text)) == clean(text)
    assert len(text.translate(SAME_LENGTH)) == len(text)
