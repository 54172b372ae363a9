"""What the five real documents yield, each fact as it stands in them."""

from datetime import date

import pytest

from services.publication.reader import decode, read_document


@pytest.fixture
def reading(real):
    def read(document):
        name, data = real(document)
        return read_document(name, decode(data))

    return read


def codes(remarks):
    return [remark.code for remark in remarks]


def test_district_plan_is_a_joint_party_document(reading):
    it = reading("district_plan")
    assert it.fields.title.value == (
        "中共毕节市七星关区委办公室毕节市七星关区人民政府办公室"
        "印发《毕节市七星关区关于全面推进政务公开工作的实施方案》的通知"
    )
    issuers = it.fields.issuers.value
    assert [(issuer.name, issuer.lead) for issuer in issuers] == [
        ("中共毕节市七星关区委办公室", True),
        ("毕节市七星关区人民政府办公室", False),
    ]
    assert it.fields.doc_no.value == "七星党办字〔2017〕78号"
    assert it.fields.doc_no.where == "版头"
    assert it.fields.formed_on.value == date(2017, 6, 30)
    assert it.fields.formed_on.where == "落款"
    assert it.fields.scope.value == "乡、镇、街道、部、委、局"
    assert it.fields.genre.value == "通知"
    assert it.is_party
    assert not it.is_draft
    assert it.fields.theme is None
    assert codes(it.conflicts) == ["column_mismatch", "citation_number_blank"]
    assert "网站工作年报" in it.conflicts[0].message
    assert codes(it.notes) == ["doc_no_spaced", "several_issuers", "party_document"]
    assert it.missing == (
        *("index_no", "issued_on", "published_on", "theme", "category", "attribute", "keywords", "summary", "validity"),
    )


def test_district_plan_keeps_its_text_and_loses_the_page(reading):
    body = reading("district_plan").body
    assert body.startswith("中共毕节市七星关区委办公室\n毕节市七星关区人民政府办公室\n印发《")
    assert body.endswith("(责任单位:区电子政务办、区监察局、区实绩考核办、区督办督查局)")
    for residue in ("天气预报", "您的位置", "字号", "打印", "视力保护色", "上一篇", "下一篇"):
        assert residue not in body


def test_county_division_is_a_draft(reading):
    it = reading("county_division")
    assert it.fields.title.value == "翁源县2018年政务公开工作要点分工方案"
    assert it.is_draft
    assert codes(it.conflicts) == ["draft"]
    assert "征求意见稿" in it.conflicts[0].message
    assert it.read == ("title",)
    assert codes(it.notes) == ["task_table"]
    assert it.body.startswith("（征求意见稿）")


def test_town_points_say_nothing_but_their_title(reading):
    it = reading("town_points")
    assert it.fields.title.value == "2024年梅陇镇政务公开工作要点"
    assert it.read == ("title",)
    assert it.conflicts == ()
    assert not it.is_draft
    assert it.body.endswith("约谈单位负责人并通报。")
    assert "\n一、规范公文信息管理\n1.落实公文公开属性审查。" in it.body


def test_annual_report_header(reading):
    it = reading("annual_report")
    assert it.fields.title.value == "2017年区政府办公室政府信息公开工作年度报告"
    assert it.fields.index_no.value == "008366031/2018-00006"
    assert [issuer.name for issuer in it.fields.issuers.value] == ["区政府办公室"]
    assert it.fields.issued_on.value == date(2018, 2, 23)
    assert it.fields.issued_on.where == "页头“发文日期”"
    assert it.fields.formed_on is None
    assert it.fields.theme.value == "02A文秘工作"
    assert it.fields.keywords.value == ("报告",)
    assert it.fields.doc_no is None
    assert it.fields.summary is None
    assert it.fields.genre.value == "报告"


def test_annual_report_of_an_office_counts_the_whole_district(reading):
    it = reading("annual_report")
    assert codes(it.conflicts) == ["reporting_scope"]
    assert "全区" in it.conflicts[0].message
    empty = [note.message for note in it.notes if note.code == "header_empty"]
    assert empty == ["页头“文号”空着。", "页头“内容概述”空着。"]
    assert "issuer_abbreviated" in codes(it.notes)
    assert "theme_local_code" in codes(it.notes)
    assert "字体" not in it.body[-20:]


def test_city_points_keep_both_dates(reading):
    it = reading("city_points")
    formed = it.fields.formed_on
    assert formed.value is None
    assert [(choice.value, choice.where) for choice in formed.choices] == [
        (date(2018, 7, 12), "页头“成文日期”"),
        (date(2018, 6, 25), "落款"),
    ]
    assert it.fields.published_on.value == date(2018, 7, 12)
    conflict = next(remark for remark in it.conflicts if remark.code == "formed_on_differs")
    assert "2018-07-12" in conflict.message
    assert "2018-06-25" in conflict.message
    assert "17天" in conflict.message


def test_city_points_issuer_is_not_the_column(reading):
    it = reading("city_points")
    assert [issuer.name for issuer in it.fields.issuers.value] == ["义乌市人民政府办公室"]
    assert it.fields.issuers.where == "落款"
    conflict = next(remark for remark in it.conflicts if remark.code == "issuer_not_agency")
    assert "政务专题" in conflict.message
    assert len(it.conflicts) == 2


def test_city_points_header(reading):
    it = reading("city_points")
    assert it.fields.title.value == "关于印发2018年义乌市政务公开工作要点的通知"
    assert it.fields.index_no.value == "330782000000/2018-157280"
    assert it.fields.doc_no.value == "义政办发〔2018〕67号"
    assert it.fields.theme.value == "综合政务/政务公开"
    assert it.fields.genre.value == "通知"
    assert it.fields.attribute.value == "主动公开"
    assert it.body.startswith("各镇人民政府,各街道办事处,市政府各部门:")
    assert it.body.endswith("义乌市人民政府办公室\n\n2018年6月25日")
    for residue in ("点击关闭", "访问次数", "字体大小", "发布时间", "信息索引号"):
        assert residue not in it.body


@pytest.mark.parametrize("document", ["district_plan", "annual_report", "city_points", "town_points"])
def test_gb18030_and_windows_line_ends_read_the_same(real, document):
    name, data = real(document)
    text = decode(data)
    other = decode(text.replace("\n", "\r\n").encode("gb18030"))
    assert read_document(name, other) == read_document(name, text)


def test_nothing_is_both_read_and_missing(real):
    for document in ("district_plan", "county_division", "town_points", "annual_report", "city_points"):
        name, data = real(document)
        it = read_document(name, decode(data))
        assert not set(it.read) & set(it.missing)
