"""What an index holds: audiences, positions, facets, marks, suggestions; many readers beside one writer."""

import logging
import subprocess
import sys
import threading
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.refused import Refused
from services.readmodel.search import Entry, Equals, Query, SearchIndex, parse
from services.readmodel.search.entry import decode, encode
from services.readmodel.search.highlight import Marker
from services.readmodel.search.tokens import fold


def _ids(index: SearchIndex, text: str, audience="public") -> set[str]:
    return {hit.id for hit in index.search(parse(text, audience)).hits}


# audience


def test_a_public_search_never_sees_an_internal_entry(index_of):
    index = index_of(
        Entry(id="p", audience="public", title="政务公开要点", theme="公开"),
        Entry(id="i", audience="internal", title="政务公开内部稿", theme="内部"),
    )
    for text in ("政务公开", '"政务公开"', "内部", "稿", "-要点", "标题:政务", "政务公开内部", "主题:内部"):
        page = index.search(parse(text, "public"))
        assert "i" not in {hit.id for hit in page.hits}
        assert dict(page.facets.get("theme", ())).keys() <= {"公开"}
    assert index.search(Query(audience="public")).total == 1
    assert index.search(Query(audience="internal")).total == 2
    assert _ids(index, "政务公开", "internal") == {"p", "i"}
    assert index.search(parse("内部高", "public")).suggestion is None
    assert index.search(parse("内部高", "internal")).suggestion == "内部稿"


def test_an_entry_that_becomes_internal_leaves_the_public_search(index_of):
    index = index_of(Entry(id="1", audience="public", title="政务公开"))
    index.apply([Entry(id="1", audience="internal", title="政务公开")], 2)
    index.commit()
    assert (_ids(index, "政务"), _ids(index, "政务", "internal")) == (set(), {"1"})


# position


def test_changes_replace_remove_and_repeat(tmp_path: Path):
    index = SearchIndex.open(tmp_path / "i")
    assert (index.position, index.entries) == (0, 0)
    batch = [
        Entry(id="1", audience="public", title="旧的标题"),
        Entry(id="2", audience="public", title="要删除的"),
        Entry(id="1", audience="public", title="新的标题"),
        Entry(id="2", audience="public", removed=True),
    ]
    for _ in range(2):
        index.apply(batch, 4)
        assert index.commit() == 4
        assert (index.entries, _ids(index, "标题")) == (1, {"1"})
        assert _ids(index, "旧的") == _ids(index, "删除") == set()
    index.close()
    again = SearchIndex.open(tmp_path / "i")
    assert (again.position, again.entries) == (4, 1)
    again.close()


def test_what_was_applied_is_seen_after_the_commit(index_of):
    index = index_of(Entry(id="1", audience="public", title="政务"))
    index.apply([Entry(id="2", audience="public", title="政务")], 9)
    assert (index.position, _ids(index, "政务")) == (1, {"1"})
    index.commit()
    assert (index.position, _ids(index, "政务")) == (9, {"1", "2"})


_KILLED = """
import os, sys
from pathlib import Path
from services.readmodel.search import Entry, SearchIndex
index = SearchIndex.open(Path(sys.argv[1]))
index.apply([Entry(id=str(n), audience="public", title="政务公开") for n in range(10)], 10)
index.commit()
index.apply([Entry(id=str(n), audience="public", title="政务公开") for n in range(10, 20)], 20)
os._exit(9)
"""


def test_a_crash_leaves_the_position_of_the_last_commit(tmp_path: Path):
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path / "i")], cwd=root, check=False)
    assert done.returncode == 9
    index = SearchIndex.open(tmp_path / "i")
    assert (index.position, index.search(parse("政务公开", "public")).total) == (10, 10)
    index.apply([Entry(id=str(n), audience="public", title="政务公开") for n in range(5, 20)], 20)
    index.commit()
    assert (index.position, index.entries) == (20, 20)
    index.close()


def _damage(folder: Path, how: str) -> None:
    victim = folder / "meta.json" if how.startswith("meta") else next(folder.glob(f"*.{how}"))
    if how == "meta gone":
        victim.unlink()
    elif how == "meta other":
        victim.write_text(victim.read_text().replace('"by_date"', '"by_hour"'))
    else:
        victim.write_bytes(victim.read_bytes()[:20])


@pytest.mark.parametrize("how", ["meta cut", "meta gone", "meta other", "term", "idx", "pos", "store", "fast"])
def test_a_damaged_folder_begins_again(tmp_path: Path, how: str, caplog):
    index = SearchIndex.open(tmp_path / "i")
    index.apply([Entry(id="1", audience="public", title="政务公开")], 5)
    index.commit()
    index.close()
    _damage(tmp_path / "i", how)
    with caplog.at_level(logging.WARNING):
        index = SearchIndex.open(tmp_path / "i")
    assert (index.position, index.entries) == (0, 0)
    assert how == "meta gone" or "search index emptied" in caplog.text
    index.apply([Entry(id="1", audience="public", title="政务公开")], 5)
    index.commit()
    assert _ids(index, "政务") == {"1"}
    index.close()


def test_text_cut_in_another_way_begins_again(tmp_path: Path, monkeypatch):
    index = SearchIndex.open(tmp_path / "i")
    index.apply([Entry(id="1", audience="public", title="政务公开")], 5)
    index.commit()
    index.close()
    monkeypatch.setattr("services.readmodel.search.folder.token_format", lambda: "another")
    again = SearchIndex.open(tmp_path / "i")
    assert again.position == 0
    again.close()


def test_a_folder_in_use_or_of_something_else_is_left_alone(tmp_path: Path):
    index = SearchIndex.open(tmp_path / "i")
    index.apply([Entry(id="1", audience="public", title="政务公开")], 5)
    index.commit()
    with pytest.raises(Refused) as busy:
        SearchIndex.open(tmp_path / "i")
    assert busy.value.code == "search_index_busy"
    index.close()
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(Refused) as foreign:
        SearchIndex.open(tmp_path)
    assert foreign.value.code == "search_folder_foreign"
    assert (tmp_path / "letters.txt").read_text() == "mine"


# facets and order


def test_facets_count_all_hits_of_the_question(generated, index_of):
    index = index_of(*generated)
    page = index.search(parse("政务公开", "public", filters=(Equals("validity", ("有效",)),), limit=5))
    assert page.total > 5
    inside = [
        e for e in generated if e.validity == "有效" and "政务" in fold(e.title + e.body) and "公开" in e.title + e.body
    ]
    assert page.total == len(inside)
    for name in ("issuer", "theme", "validity"):
        counts: dict[str, int] = {}
        for entry in inside:
            counts[getattr(entry, name)] = counts.get(getattr(entry, name), 0) + 1
        assert page.facets[name] == tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
    assert sum(count for _, count in page.facets["year"]) == page.total
    assert index.search(parse("政务", "public", facets=False)).facets == {}


def test_by_date_the_newest_comes_first_and_pages_do_not_overlap(generated, index_of):
    index = index_of(*generated, Entry(id="undated", audience="public", title="政务"))
    days: list[date] = []
    seen: set[str] = set()
    for offset in range(0, 1000, 100):
        page = index.search(parse("政务", "public", sort="date", offset=offset, limit=100))
        days += [hit.entry.published_on for hit in page.hits if hit.entry.published_on]
        assert not seen & {hit.id for hit in page.hits}
        seen |= {hit.id for hit in page.hits}
    assert days == sorted(days, reverse=True)
    assert "undated" not in seen


# characters


def test_traditional_and_simplified_find_each_other(index_of):
    index = index_of(
        Entry(id="t", audience="public", title="關於開發區環境保護的意見"),
        Entry(id="s", audience="public", title="关于开发区环境保护的意见"),
    )
    for typed in ("開發區", "开发区", '"環境保護"', "環境 意见", "標題:开發"):
        assert _ids(index, typed) == {"t", "s"}


def test_width_case_and_gaps_do_not_matter(index_of):
    index = index_of(Entry(id="1", audience="public", title="ＡＢＣ平台", body="接口　ａｐｉ\n说 明 2018"))
    for typed in ("abc平台", "ABC", "Api说明", "２０１８", "说明2018"):
        assert _ids(index, typed) == {"1"}


@settings(deadline=None)  # the first call reads the dictionary
@given(st.text())
def test_folding_keeps_every_offset_and_settles_at_once(text):
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_no_phrase_spans_two_parts(index_of):
    index = index_of(
        Entry(id="1", audience="public", title="政务", body="公开", attachments_text="目录", issuer="示例局")
    )
    for spanning in ("政务公开", "务公", "公开目录", "开目录", "务公开"):
        assert _ids(index, f'"{spanning}"') == set()
    assert _ids(index, "目录") == {"1"}


# marks


def test_marks_stand_in_the_original_text(index_of):
    body = "前言。" * 60 + "關於\n政務　公開的<b>规定</b>，" + "后文。" * 60
    index = index_of(Entry(id="1", audience="public", title="<i>政務公開</i>", body=body))
    hit = index.search(parse("政务公开", "public")).hits[0]
    assert hit.title_html == "&lt;i&gt;<mark>政務公開</mark>&lt;/i&gt;"
    (snippet,) = hit.snippets_html
    assert "<mark>政務　公開</mark>的&lt;b&gt;" in snippet
    assert snippet.startswith("…")
    assert snippet.endswith("…")
    assert hit.entry.body == ""


def test_a_passage_of_an_attachment_is_shown_where_the_body_has_none(index_of):
    index = index_of(Entry(id="1", audience="public", title="通知", body="见附件", attachments_text="责任清单一览"))
    assert index.search(parse("责任清单", "public")).hits[0].snippets_html == ("<mark>责任清单</mark>一览",)
    assert index.search(parse("通知", "public")).hits[0].snippets_html == ("见附件",)


@settings(deadline=None)  # the first call reads the dictionary
@given(st.text(alphabet="政務公开<>&\"' \n，a", max_size=300), st.text(alphabet="政务公开a<&", min_size=1, max_size=6))
def test_without_marks_the_html_is_the_text(text, typed):
    try:
        marker = Marker.of(parse(typed, "public"))
    except Refused:
        return
    html = marker.mark(text)
    assert unescape(html.replace("<mark>", "").replace("</mark>", "")) == text
    assert html.count("<mark>") == html.count("</mark>")
    for passage in marker.passages([text]):
        assert unescape(passage.replace("<mark>", "").replace("</mark>", "")).strip("…") in text


# did you mean


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("政物公开", "政务公开"),
        ("政公务开", "政务公开"),
        ("政公开", "政务公开"),
        ("政务公公开", "政务公开"),
        ("政物公开 有效性:有效", '政务公开 有效性:"有效"'),
        ("政务公开 火星", "政务公开"),
        ("完全无关紧要", None),
    ],
)
def test_what_is_not_found_brings_a_suggestion_that_is(index_of, typed, meant):
    index = index_of(Entry(id="1", audience="public", title="政务公开工作要点", validity="有效"))
    page = index.search(parse(typed, "public"))
    assert (page.total, page.suggestion) == (0, meant)
    if meant:
        assert index.search(parse(meant, "public")).total == 1


# threads and storage


def test_many_readers_beside_one_writer(index_of):
    index = index_of(Entry(id="0", audience="public", title="政务公开", body="政务公开"))
    errors: list[BaseException] = []
    stop = threading.Event()

    def read() -> None:
        last = 0
        try:
            while not stop.is_set():
                page = index.search(parse("政务公开", "public"))
                assert page.total >= max(last, page.position)
                last = page.total
        except BaseException as error:
            errors.append(error)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for n in range(2, 30):
        index.apply([Entry(id=str(n), audience="public", title="政务公开")], n)
        index.commit()
    stop.set()
    for reader in readers:
        reader.join()
    assert errors == []
    assert index.entries == 29


@settings(deadline=None)  # the first call reads the dictionary
@given(
    st.builds(
        Entry, id=st.text(min_size=1), audience=st.just("public"), title=st.text(), published_on=st.none() | st.dates()
    )
)
def test_an_entry_is_stored_as_it_is(entry):
    assert decode(encode(entry)) == entry
