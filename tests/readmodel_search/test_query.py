"""The query language, and what it does with input that nobody should send."""

import contextlib
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.refused import Refused
from services.readmodel.search import Contains, Entry, Equals, Phrase, Query, SearchIndex, Words, parse
from services.readmodel.search.query import MAX_CHARACTERS, MAX_CLAUSES, write


@pytest.mark.parametrize(
    ("text", "clauses", "excluded"),
    [
        ("政务公开 考核", (Words("政务公开"), Words("考核")), ()),
        ("“政务 公开”", (Phrase("政务公开"),), ()),
        ('政务 -考核 -"预算 公开"', (Words("政务"),), (Phrase("考核"), Phrase("预算公开"))),
        ("发文机关：财政局", (Contains("issuer", "财政局"),), ()),
        ('發文機關:"财政 局"', (Contains("issuer", "财政局"),), ()),
        ("年份:2018", (Equals("year", ("2018",)),), ()),
        ("年份:2017—2018年", (Equals("year", ("2017", "2018")),), ()),
        ("-有效性:失效 政务", (Words("政务"),), (Equals("validity", ("失效",)),)),
        ("主题:财政 体裁:通知", (Contains("theme", "财政"), Contains("genre", "通知")), ()),
        ("文号:〔2018〕３号", (Contains("doc_no", "(2018)3号"),), ()),
        ("索引号:abc-1", (Contains("index_no", "abc-1"),), ()),
        ("附件:名单", (Words("附件:名单"),), ()),
        ("政务,公开!", (Words("政务,公开"),), ()),
        ('"政务', (Phrase("政务"),), ()),
        ('政务 "" - -- ": 。', (Words("政务"),), ()),
        ("政务 政务", (Words("政务"),), ()),
    ],
)
def test_the_language_is_read(text, clauses, excluded):
    query = parse(text, "public")
    assert (query.clauses, query.excluded) == (clauses, excluded)
    again = parse(write(query), "public")
    assert (again.clauses, again.excluded) == (clauses, excluded)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "query_empty"),
        (" 　\n", "query_empty"),
        ("，。！?*()", "query_empty"),
        ('"" "', "query_empty"),
        ("😀😀", "query_empty"),
        ("年份:去年", "query_year"),
        ("年份:2018-2016", "query_year"),
        ("年份:1000-9999", "query_year"),
        ("政" * (MAX_CHARACTERS + 1), "query_too_long"),
        ("政务" * 500_000, "query_too_long"),
        (" ".join(f"词{n}" for n in range(10_000)), "query_too_long"),
        (" ".join(f"词{n}" for n in range(MAX_CLAUSES + 1)), "query_too_many_terms"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(text, code):
    with pytest.raises(Refused) as refused:
        parse(text, "public")
    assert refused.value.code == code
    assert refused.value.message.endswith("。")


def test_the_largest_permitted_question_is_answered():
    assert parse("政" * MAX_CHARACTERS, "public").clauses == (Words("政" * MAX_CHARACTERS),)
    assert len(parse(" ".join(f"词{n}" for n in range(MAX_CLAUSES)), "public").clauses) == MAX_CLAUSES


@pytest.fixture(scope="module")
def index(generated: list[Entry]):
    index = SearchIndex.open(None)
    index.apply(generated, 1)
    index.commit()
    yield index
    index.close()


@pytest.mark.parametrize(
    "text",
    [
        '"政务 公开',
        "(政务|公开)+.*?[a-z]{1,99}$",
        "text:政务 AND entry:* OR audience:internal",
        "政务~2 公开^1000 [* TO *] {a b}",
        "政务\x00公开\ud800",
        "-政务",
        "政" * MAX_CHARACTERS,
        "政务公开" * (MAX_CHARACTERS // 4),
        " ".join(f"政务{n}" for n in range(MAX_CLAUSES)),
        " ".join(f"-政{n}" for n in range(MAX_CLAUSES)),
        "a" * MAX_CHARACTERS,
        "' OR 1=1; --",
        "<script>alert(1)</script>",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_a_hostile_question_is_answered_in_bounded_time(index, text):
    begun = time.perf_counter()
    page = index.search(parse(text, "public"))
    assert time.perf_counter() - begun < 1
    assert page.total >= 0


@settings(deadline=None)  # the first call reads the dictionary
@given(st.text(max_size=200))
def test_any_text_is_answered_or_refused(index, text):
    with contextlib.suppress(Refused):
        assert index.search(parse(text, "public")).total >= 0


@settings(deadline=None)  # the first call reads the dictionary
@given(st.text(alphabet='政务公开年份:文号-" 2018〔〕，', max_size=40))
def test_what_was_read_can_be_written_and_read_again(text):
    try:
        query = parse(text, "public")
    except Refused:
        return
    again = parse(write(query), "public")
    assert (again.clauses, again.excluded) == (query.clauses, query.excluded)


def test_pages_end_at_a_depth(index):
    last = index.search(Query(audience="public", offset=990, limit=10))
    assert (last.total, len(last.hits)) == (1500, 10)
    for offset, limit in ((991, 10), (-1, 10), (0, 101), (0, 0), (10**12, 10)):
        with pytest.raises(Refused):
            Query(audience="public", offset=offset, limit=limit)


def test_an_unknown_filter_is_refused():
    with pytest.raises(Refused):
        Equals("entry", ("x",))


def test_fields_filter(index_of):
    index = index_of(
        Entry(
            id="1", audience="public", title="预算公开", issuer="示例县财政局", genre="通知", year=2018, validity="有效"
        ),
        Entry(
            id="2", audience="public", title="预算编制", issuer="示例县教育局", genre="意见", year=2019, validity="失效"
        ),
        Entry(id="3", audience="public", title="采购目录", body="预算", year=2020, published_on=date(2020, 1, 1)),
    )

    def ids(text: str) -> set[str]:
        return {hit.id for hit in index.search(parse(text, "public")).hits}

    assert ids("预算") == {"1", "2", "3"}
    assert ids("预算 -编制") == {"1", "3"}
    assert ids("-编制") == {"1", "3"}
    assert ids("预算 发文机关:财政局") == {"1"}
    assert ids("预算 -发文机关:财政局") == {"2", "3"}
    assert ids("年份:2018-2019") == {"1", "2"}
    assert ids("预算 有效性:有效") == {"1"}
    assert ids("体裁:意见") == {"2"}
    assert ids("标题:预算") == {"1", "2"}
    assert ids("购") == {"3"}, "single characters are looked for in titles"
    assert ids("购 预算") == {"1", "2", "3"}, "beside other terms they only lift"
    assert ids("购 年份:2018-2020") == {"3"}, "beside filters they decide"
    assert ids("文号:1") == set()


@pytest.mark.parametrize(
    "typed",
    ["国办发〔2016〕80号", "国办发[2016]80号", "国办发（2016）80号", "国办发(2016) 80 号", "国办发【2016】80号",
     "國辦發［２０１６］８０號", "文号:国办发[2016]80", '"〔2016〕80号"'],
)  # fmt: skip
def test_a_document_number_is_found_in_any_bracket(index_of, typed):
    index = index_of(
        Entry(id="1", audience="public", title="实施细则", doc_no="国办发〔2016〕80 号"),
        Entry(id="2", audience="public", title="别的", doc_no="国办发〔2016〕8号"),
    )
    assert [hit.id for hit in index.search(parse(typed, "public")).hits] == ["1"]
