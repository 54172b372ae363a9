"""Reading of documents that we wrote ourselves: a fictional 示例 county."""

from datetime import date

import pytest

from kernel.agencies import Register
from kernel.refused import Refused
from services.publication.reader import read_document, rows_of, summarise_reading
from services.publication.reader.header import labelled
from services.publication.reader.imprint import is_agency_name, issuers_in_title
from services.publication.reader.page import is_residue

NOTICE = """示例县人民政府办公室文件

示政办发[2024]第12号　签发人：示某

示例县人民政府办公室关于印发
《示例县农村饮水安全办法（试行）》的通知

各镇人民政府，县政府各部门：

　　现将《示例县农村饮水安全办法（试行）》印发给你们，请遵照执行。

示例县人民政府办公室
二〇二四年三月一日

（此件公开发布）

抄送：县委办公室。
示例县人民政府办公室　　2024年3月4日印发
"""


def codes(remarks):
    return [remark.code for remark in remarks]


def test_a_notice_without_a_page_header_says_everything_itself():
    it = read_document("通知.txt", NOTICE)
    assert it.fields.title.value == "示例县人民政府办公室关于印发《示例县农村饮水安全办法（试行）》的通知"
    assert it.fields.doc_no.value == "示政办发〔2024〕12号"
    assert it.fields.formed_on.value == date(2024, 3, 1)
    assert it.fields.issued_on.value == date(2024, 3, 4)
    assert it.fields.attribute.value == "主动公开"
    assert it.fields.genre.value == "通知"
    assert [(i.name, i.lead) for i in it.fields.issuers.value] == [("示例县人民政府办公室", True)]
    assert it.conflicts == ()


HORIZONTAL = """您的位置：首页 > 政府信息公开 > 通知
索 引 号：000000000/2024-00012　发布机构：县财政局　公开方式：依申请公开
文　　号：示财〔2024〕3号 成文日期：2024年2月30日 发布日期：2024/3/5 10:20
主题分类：财政、金融、审计/财政 关键词：预算,农业；水利
名　　称：示例县财政局关于下达资金的通知
来源：示例县政府网 【字体：大 中 小】 打印

各镇财政所：
　　现下达资金。

示例县财政局
2024年3月1日
"""


def test_a_header_in_lines_with_full_width_signs():
    it = read_document("资金.txt", HORIZONTAL)
    assert it.fields.index_no.value == "000000000/2024-00012"
    assert it.fields.attribute.value == "依申请公开"
    assert it.fields.doc_no.value == "示财〔2024〕3号"
    assert it.fields.published_on.value == date(2024, 3, 5)
    assert it.fields.keywords.value == ("预算", "农业", "水利")
    assert it.fields.theme.value == "财政、金融、审计/财政"
    assert it.fields.title.value == "示例县财政局关于下达资金的通知"
    assert it.body.startswith("各镇财政所：")


def test_the_same_agency_in_short_and_in_full_is_one_issuer():
    it = read_document("资金.txt", HORIZONTAL)
    assert [issuer.name for issuer in it.fields.issuers.value] == ["示例县财政局"]
    assert it.fields.issuers.where == "落款、页头“发布机构”"


def test_an_impossible_date_is_reported_and_the_possible_one_read():
    it = read_document("资金.txt", HORIZONTAL)
    assert codes(it.conflicts) == ["date_impossible"]
    assert it.fields.formed_on.value == date(2024, 3, 1)


@pytest.mark.parametrize(("published", "conflict"), [("2024-03-01", False), ("2024-02-29", True)])
def test_published_before_it_was_formed(published, conflict):
    text = f"标题：关于示例的通知\n成文日期：2024-03-01\n发布日期：{published}\n\n正文。"
    assert ("published_before_formed" in codes(read_document("a.txt", text).conflicts)) is conflict


@pytest.mark.parametrize(("formed", "conflict"), [("2024-12-31", False), ("2025-01-01", True)])
def test_year_of_the_number_against_the_date(formed, conflict):
    text = f"标题：关于示例的通知\n文号：示政发〔2024〕9号\n成文日期：{formed}\n\n正文。"
    assert ("doc_no_year" in codes(read_document("a.txt", text).conflicts)) is conflict


def test_different_numbers_and_issuers_are_both_kept():
    text = (
        "发布机构：示例县教育局\n文号：示教〔2024〕1号\n示教〔2024〕2号\n示例县财政局关于学费的通知\n正文。\n"
        "示例县财政局\n2024年1月2日"
    )
    it = read_document("a.txt", text)
    assert it.fields.doc_no.value is None
    assert [choice.value for choice in it.fields.doc_no.choices] == ["示教〔2024〕1号", "示教〔2024〕2号"]
    assert it.fields.issuers.value is None
    assert codes(it.conflicts) == ["doc_no_differs", "issuers_differs"]


def test_a_cited_number_is_not_its_own():
    text = "示例县2024年工作方案\n一、根据《关于示例的通知》（示政发〔2023〕9号）要求，制定本方案。"
    assert read_document("a.txt", text).fields.doc_no is None


@pytest.mark.parametrize(
    ("title", "draft"),
    [
        ("示例县供水办法（征求意见稿）", True),
        ("示例县供水办法(草案)", True),
        ("示例县供水办法\n（公开征求意见稿）", True),
        ("示例县供水办法（试行）", False),
        ("关于《示例县供水办法（征求意见稿）》公开征求意见的公告", False),
    ],
)
def test_a_draft_is_one_whose_own_title_says_so(title, draft):
    it = read_document("a.txt", f"{title}\n\n第一条 为了供水，制定本办法。")
    assert it.is_draft is draft
    assert ("draft" in codes(it.conflicts)) is draft


@pytest.mark.parametrize(
    ("number", "party"),
    [
        ("示党办字〔2024〕1号", True),
        ("示委发〔2024〕1号", True),
        ("示政发〔2024〕1号", False),
        ("示发改〔2024〕1号", False),
    ],
)
def test_a_party_number_marks_a_party_document(number, party):
    assert read_document("a.txt", f"标题：关于示例的通知\n文号：{number}\n\n正文。").is_party is party


def test_a_list_header_takes_its_values_from_the_next_lines():
    text = "• 索引号：\n\n  000000000/2024-00001\n\n• 文号：\n\n• 发布机构：\n  示例县民政局\n\n关于低保的通告\n正文。"
    it = read_document("a.txt", text)
    assert it.fields.index_no.value == "000000000/2024-00001"
    assert it.fields.issuers.value[0].name == "示例县民政局"
    assert codes(it.notes) == ["header_empty"]
    assert it.fields.title.value == "关于低保的通告"


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("index_no", "索引号：第十二号", "index_no_malformed"),
        ("doc_no", "文号：示政发12号", "doc_no_malformed"),
        ("attribute", "公开方式：网站", "attribute_unknown"),
        ("formed_on", "成文日期：去年", "date_unreadable"),
        ("issuers", "发布机构：通知公告", "issuer_not_agency"),
    ],
)
def test_a_value_that_is_none_is_not_taken(field, text, code):
    it = read_document("a.txt", f"{text}\n标题：关于示例的函\n\n正文。")
    assert getattr(it.fields, field) is None
    assert codes(it.conflicts) == [code]


def test_an_empty_text_has_nothing_and_misses_everything():
    it = read_document("a.txt", "")
    assert it.read == ()
    assert len(it.missing) == 15
    assert it.body == ""


@pytest.mark.parametrize("mark", ["机密★1年", "绝密★长期\n示例县人民政府文件", "秘密★", "密级：机密"])
def test_a_text_with_a_secrecy_mark_is_refused_and_not_repeated(mark):
    with pytest.raises(Refused) as refused:
        read_document("a.txt", f"{mark}\n关于内部事项的通知\n甲乙丙丁")
    assert "甲乙丙丁" not in str(refused.value)


def test_speaking_of_secrets_is_no_mark():
    text = "关于保密教育的通知\n不得泄露国家秘密和商业秘密，按照《中华人民共和国保守国家秘密法》执行。"
    assert read_document("a.txt", text).fields.title.value == "关于保密教育的通知"


def test_summary_and_rows_say_the_same():
    it = read_document("资金.txt", HORIZONTAL)
    summary = summarise_reading(it)
    assert summary["read"]["formed_on"] == {"label": "成文日期", "value": "2024-03-01", "where": "落款"}
    assert summary["missing"]["summary"] == "内容概述"
    rows = rows_of(it)
    assert ("成文日期", "2024-03-01", "落款") in rows
    assert [row[0] for row in rows].count("矛盾") == len(summary["conflicts"]) == 1


def test_summary_of_a_contradiction_gives_choices_and_no_value():
    it = read_document("a.txt", "文号：示教〔2024〕1号\n示教〔2024〕2号\n关于学费的通知\n正文。")
    entry = summarise_reading(it)["read"]["doc_no"]
    assert entry["value"] is None
    assert [choice["value"] for choice in entry["choices"]] == ["示教〔2024〕1号", "示教〔2024〕2号"]
    assert [row[0] for row in rows_of(it)].count("发文字号（待确认）") == 2


@pytest.mark.parametrize("name", ["示例县人民政府办公室", "中共示例县委办公室", "示例镇人民政府", "县财政局"])
def test_names_of_agencies(name):
    assert is_agency_name(name)


@pytest.mark.parametrize("name", ["政务专题", "通知公告", "各镇人民政府", "关于示例局", "", "局"])
def test_what_is_no_name_of_an_agency(name):
    assert not is_agency_name(name)


def test_issuers_written_together_in_a_title():
    assert issuers_in_title("示例县人民政府办公室示例县财政局关于补贴的通知") == (
        "示例县人民政府办公室",
        "示例县财政局",
    )
    assert issuers_in_title("关于补贴的通知") == ()


def test_labels_of_one_line():
    found = labelled("索引号: 1 发布机构: 示例县财政局 文 号: 关键词: 水")
    assert [(entry.name, entry.value) for entry in found] == [
        ("index_no", "1"),
        ("issuers", "示例县财政局"),
        ("doc_no", ""),
        ("keywords", "水"),
    ]
    assert labelled("正文里说到索引号: 1") == []


@pytest.mark.parametrize(
    "line", ["上一篇：", "字体：大 中 小", "访问次数： 12", "【打印】【关闭】", "首页 > 公开", "|"]
)
def test_residue(line):
    assert is_residue(line)


@pytest.mark.parametrize("line", ["", "打印机采购公告", "关闭矿山的通知", "位置优越。", "来源于群众", "编辑部通知"])
def test_what_is_no_residue(line):
    assert not is_residue(line)


def test_labels_without_a_colon():
    found = labelled("索引号 000000000/2024-1 发布机构 示例县财政局")
    assert [(entry.name, entry.value) for entry in found] == [
        ("index_no", "000000000/2024-1"),
        ("issuers", "示例县财政局"),
    ]
    assert labelled("名称 示例") == []


TITLE_LINES = "示例县人民政府办公室关于印发\n开展基层政务公开\n试点工作方案的通知"


@pytest.mark.parametrize("shown", ["示例县人民政府办公室关于印发", TITLE_LINES.replace("\n", "", 1)])
def test_a_title_over_several_lines_in_header_and_text(shown):
    text = f"标　　题：{shown}\n发文字号：示政办发〔2024〕4号\n\n{TITLE_LINES}\n示政办发〔2024〕4号\n\n各镇：\n现印发。"
    it = read_document("a.txt", text)
    assert it.fields.title.value == TITLE_LINES.replace("\n", "")
    assert it.fields.doc_no.where == "页头“发文字号”、版头"
    assert it.conflicts == ()


def test_an_order_has_its_number_below_its_name():
    it = read_document(
        "a.txt", "示 例 县 人 民 政 府 令\n第12号\n《示例县供水办法》现予公布。\n县长：示某\n2024年3月10日"
    )
    assert it.fields.doc_no.value == "示例县人民政府令第12号"
    assert it.fields.issuers.value[0].name == "示例县人民政府"
    assert it.fields.genre.value == "命令"
    assert it.fields.formed_on.where == "文末日期"
    assert it.conflicts == ()


REGISTER = Register.from_dict(
    {
        "region": {"code": "999901", "name": "示例县"},
        "agencies": [{"code": "czj", "name": "示例县财政局", "aliases": ["县财政局", "金库"], "kind": "department"}],
    }
)


def test_the_register_gives_codes_and_names_what_it_does_not_know():
    assert read_document("资金.txt", HORIZONTAL, REGISTER).fields.issuers.value[0].code == "czj"
    it = read_document("通知.txt", NOTICE, REGISTER)
    assert it.fields.issuers.value[0].code is None
    assert "issuer_unknown" in codes(it.notes)


def test_a_name_that_only_the_register_knows_is_an_agency():
    text = "发布机构：金库\n\n关于示例的通知\n正文。"
    assert read_document("a.txt", text).fields.issuers is None
    assert read_document("a.txt", text, REGISTER).fields.issuers.value[0].code == "czj"


@pytest.mark.parametrize(
    ("written", "validity"),
    [("有效", "有效"), ("已废止", "废止"), ("无效", "失效"), ("已失效", "失效"), ("已修订", "修改")],
)
def test_the_validity_of_a_header(written, validity):
    it = read_document("a.txt", f"有效性：{written}\n\n关于示例的通知\n正文。")
    assert it.fields.validity.value == validity


@pytest.mark.parametrize("written", ["待定", "有效（已废止）"])
def test_a_validity_that_says_nothing_sure_waits_for_a_person(written):
    it = read_document("a.txt", f"有效性：{written}\n\n关于示例的通知\n正文。")
    assert it.fields.validity is None
    assert "validity_unknown" in codes(it.conflicts)
