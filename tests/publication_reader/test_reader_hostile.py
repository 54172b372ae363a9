"""Odd, hostile and very long texts: never an error, never long."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.refused import Refused
from services.publication.reader import decode, read_document, read_jsonl_line, rows_of, summarise_reading, text_of
from services.publication.reader.page import MAX_CHARS

PIECES = st.sampled_from(
    [
        *(
            "索引号",
            "发布机构",
            "文 号",
            "成文日期",
            "公开方式",
            "内容概述",
            "：",
            ":",
            "\n",
            "\t",
            " ",
            "\u3000",
            "\xa0",
            "•",
        ),
        *(
            "2018-07-12",
            "2018年2月30日",
            "二〇一八年十二月一日",
            "示政发〔2018〕 号",
            "示政发〔2018〕6 号",
            "示例县人民政府",
            "办公室",
        ),
        *(
            "关于印发",
            "的通知",
            "（征求意见稿）",
            "（此件公开发布）",
            "(此件发至",
            "上一篇：",
            "字体：",
            "<p>",
            "</div>",
            "\x00",
            "\ud800",
        ),
        *(
            "一、",
            "1.",
            "。",
            "政务专题",
            "您的位置:首页 » 年报",
            "印发",
            "★",
            "\r",
            "\u202e",
            "|",
            "【",
            "】",
            "牵头单位",
        ),
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join)


def readable(text):
    """The reading; None where the text happens to carry a secrecy mark, the only refusal of a short text."""
    try:
        return read_document("a.txt", text)
    except Refused as refused:
        if refused.code != "classified":
            raise
        return None


@given(TEXTS)
def test_no_text_is_too_odd(text):
    it = readable(text)
    if it is None:
        return
    assert set(it.read).isdisjoint(it.missing)
    assert len(it.body) <= len(text)
    it.body.encode()
    summarise_reading(it)
    rows_of(it)


@given(TEXTS)
def test_a_body_has_one_kind_of_line_break_and_no_unseen_characters(text):
    it = readable(text)
    if it is not None:
        assert not {"\r", "\x00", "\u202e", "\ufeff", "\xa0"} & set(it.body)
        assert "\n\n\n" not in it.body


@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.html", "a.docx"]))
def test_no_bytes_are_too_odd(data, name):
    try:
        text, _ = text_of(name, data)
    except Refused:
        return
    assert isinstance(text, str)


@given(st.binary(max_size=200))
def test_decoding_refuses_or_answers(data):
    try:
        text = decode(data)
    except Refused:
        return
    assert len(text) <= len(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_is_too_odd(value):
    with pytest.raises(Refused):
        read_jsonl_line(json.dumps(value))


@pytest.mark.parametrize(
    "unit",
    [
        "甲",
        " ",
        "\n",
        "\t",
        "（",
        "〔2018〕 ",
        "办公室",
        "2018年",
        "2018年6月25日\n",
        "索引号:",
        "文 ",
        "首页>",
        "一、甲 ",
        "示例县局\n",
        "<p>",
        "《",
    ],
)
def test_reading_takes_time_in_proportion(unit):
    text = unit * (400_000 // len(unit))
    start = time.perf_counter()
    try:
        read_document("a.txt", text)
    except Refused as refused:
        if refused.code != "page_too_large":
            raise
    assert time.perf_counter() - start < 5


def test_the_longest_text_is_read_and_one_more_character_refused():
    assert read_document("a.txt", "甲" * MAX_CHARS).body
    with pytest.raises(Refused) as refused:
        read_document("a.txt", "甲" * (MAX_CHARS + 1))
    assert refused.value.code == "text_too_long"
