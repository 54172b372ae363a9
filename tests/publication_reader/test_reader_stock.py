"""Stock documents as JSON lines."""

import json
from datetime import date

import pytest

from kernel.agencies import Register
from kernel.refused import Refused
from services.publication.reader import read_jsonl_line

LINE = {"title": "示例县供水办法", "body": "第一条 为了供水，制定本办法。", "issuer": "示例县水利局"}


def line(**more):
    return json.dumps(LINE | more, ensure_ascii=False)


def test_a_short_line_is_enough():
    it = read_jsonl_line(line(), "stock.jsonl:1")
    assert it.name == "stock.jsonl:1"
    assert it.fields.title.value == "示例县供水办法"
    assert it.fields.title.where == "导入行“title”"
    assert it.fields.issuers.value[0].name == "示例县水利局"
    assert it.body == LINE["body"]
    assert it.conflicts == ()


def test_a_full_line():
    it = read_jsonl_line(
        line(
            doc_no="示水[2019]第4号",
            index_no="000000000/2019-00004",
            category="法规公文",
            theme="国土资源、能源/水资源",
            formed_on="2019-03-01",
            published_on="2019年3月4日",
            channels=["网站", "公报", "网站"],
            attribute="主动公开",
            validity="废止",
            repealed_on="2023-07-01",
        )
    )
    assert it.fields.doc_no.value == "示水〔2019〕4号"
    assert it.fields.published_on.value == date(2019, 3, 4)
    assert it.fields.channels.value == ("网站", "公报")
    assert it.fields.validity.value == "废止"
    assert it.fields.repealed_on.value == date(2023, 7, 1)


def test_what_the_line_leaves_out_is_read_from_the_body():
    body = "示水〔2019〕4号\n现印发。\n示例县水利局\n2019年3月1日\n（此件公开发布）"
    it = read_jsonl_line(line(body=body, doc_no=None))
    assert it.fields.formed_on.value == date(2019, 3, 1)
    assert it.fields.doc_no.value == "示水〔2019〕4号"
    assert it.fields.attribute.value == "主动公开"
    assert it.fields.issuers.where == "导入行“issuer”、落款"


def test_what_line_and_body_say_differently_is_kept_twice():
    it = read_jsonl_line(line(body="现印发。\n示例县水利局\n2019年3月1日", formed_on="2019-03-02"))
    assert it.fields.formed_on.value is None
    assert [remark.code for remark in it.conflicts] == ["formed_on_differs"]


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"title": ""}, "field_missing", "title"),
        ({"title": None}, "field_missing", "title"),
        ({"body": " "}, "field_missing", "body"),
        ({"issuer": 7}, "field_type", "issuer"),
        ({"title": "长" * 301}, "field_too_long", "title"),
        ({"formed_on": "2019-02-29"}, "field_date", "formed_on"),
        ({"published_on": 20190301}, "field_type", "published_on"),
        ({"repealed_on": "将来"}, "field_date", "repealed_on"),
        ({"attribute": "公告"}, "field_choice", "attribute"),
        ({"validity": "大概"}, "field_choice", "validity"),
        ({"doc_no": "示水2019-4"}, "field_number", "doc_no"),
        ({"index_no": "第一"}, "field_number", "index_no"),
        ({"channels": "网站"}, "field_type", "channels"),
        ({"channels": [1]}, "field_type", "channels"),
        ({"formedon": "2019-02-28"}, "field_unknown", None),
    ],
)
def test_a_wrong_line_names_its_field(more, code, field):
    with pytest.raises(Refused) as refused:
        read_jsonl_line(line(**more))
    assert (refused.value.code, refused.value.field) == (code, field)
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("written", "code"),
    [("", "line_not_json"), ("{", "line_not_json"), ("[]", "line_not_object"), ("[" * 200_000, "line_not_json")],
)
def test_what_is_no_line(written, code):
    with pytest.raises(Refused) as refused:
        read_jsonl_line(written)
    assert refused.value.code == code


def test_a_title_of_the_longest_kind_is_taken():
    assert len(read_jsonl_line(line(title="长" * 300)).fields.title.value) == 300


REGISTER = Register.from_dict(
    {
        "region": {"code": "999901", "name": "示例县"},
        "agencies": [
            {"code": "slj", "name": "示例县水利局", "kind": "department"},
            {"code": "czj", "name": "示例县财政局", "kind": "department"},
        ],
    }
)


def test_an_issuer_by_its_code():
    it = read_jsonl_line(line(issuer="slj"), register=REGISTER)
    assert [(i.name, i.code, i.lead) for i in it.fields.issuers.value] == [("示例县水利局", "slj", True)]


def test_a_code_that_the_register_does_not_know_is_refused():
    with pytest.raises(Refused) as refused:
        read_jsonl_line(line(issuer="xxx"), register=REGISTER)
    assert (refused.value.code, refused.value.field) == ("unknown_agency", "issuer")


def test_a_joint_document_has_more_issuers_than_the_line():
    body = "现印发。\n示例县水利局  示例县财政局\n2019年3月1日"
    it = read_jsonl_line(line(issuer="slj", body=body), register=REGISTER)
    assert [(i.code, i.lead) for i in it.fields.issuers.value] == [("slj", True), ("czj", False)]
    assert it.conflicts == ()


def test_another_lead_in_the_body_is_a_conflict():
    it = read_jsonl_line(line(issuer="czj", body="现印发。\n示例县水利局\n2019年3月1日"), register=REGISTER)
    assert [remark.code for remark in it.conflicts] == ["issuers_differs"]


def test_a_classified_line_is_refused():
    with pytest.raises(Refused) as refused:
        read_jsonl_line(line(body="机密★1年\n内部事项"))
    assert refused.value.code == "classified"
