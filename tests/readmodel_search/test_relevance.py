"""How well the search finds, measured against reading everything; the figures are told in the test run."""

import random
from datetime import date

import pytest

from services.readmodel.search import Entry, SearchIndex, parse
from services.readmodel.search.tokens import fold, squeeze, trim


def _holds(entry: Entry, text: str) -> bool:
    parts = (entry.title, entry.body, entry.doc_no, entry.issuer)
    return any(squeeze(fold(text)) in squeeze(fold(part)) for part in parts)


def _substrings(entries: list[Entry], count: int, sizes: range) -> list[str]:
    chance = random.Random(11)
    found: list[str] = []
    while len(found) < count:
        body = squeeze(chance.choice(entries).body)
        size = chance.choice(sizes)
        start = chance.randrange(max(1, len(body) - size))
        text = body[start : start + size]
        if len(text) == size and '"' not in fold(text) and any(char.isalnum() for char in text):
            found.append(text)
    return found


def _ids(index: SearchIndex, text: str) -> set[str]:
    found: set[str] = set()
    for offset in range(0, 1000, 100):
        page = index.search(parse(text, "public", offset=offset, limit=100, facets=False))
        assert page.total <= 1000, "a wider question than this test can count"
        found |= {hit.id for hit in page.hits}
        if offset + 100 >= page.total:
            break
    return found


def _measured(index: SearchIndex, entries: list[Entry], questions: list[str]) -> tuple[float, float]:
    right = found = true = 0
    for question in questions:
        truth = {entry.id for entry in entries if _holds(entry, question)}
        answer = _ids(index, f'"{question}"')
        right, found, true = right + len(truth & answer), found + len(answer), true + len(truth)
    return right / true, right / found


@pytest.mark.parametrize("sizes", [range(2, 3), range(3, 9), range(9, 30)], ids=["2", "3-8", "9-29"])
def test_every_substring_of_the_real_documents_is_found_exactly(seeds, generated, index_of, sizes, told):
    entries = seeds + generated[:700]
    recall, precision = _measured(index_of(*entries), entries, _substrings(seeds, 60, sizes))
    told(f"real documents, {sizes.start}-{sizes.stop - 1} characters: recall {recall:.2f}, precision {precision:.2f}")
    assert (recall, precision) == (1.0, 1.0)


def test_every_substring_of_generated_documents_is_found_exactly(generated, index_of, told):
    entries = generated[:900]
    recall, precision = _measured(index_of(*entries), entries, _substrings(entries, 100, range(2, 12)))
    told(f"generated documents: recall {recall:.2f}, precision {precision:.2f}")
    assert (recall, precision) == (1.0, 1.0)


def test_an_unquoted_text_finds_at_least_what_holds_it_and_puts_that_first(generated, index_of, told):
    entries = generated[:900]
    index = index_of(*entries)
    first = 0.0
    questions = [trim(text) for text in _substrings(entries, 60, range(6, 10))]
    for question in questions:
        truth = {entry.id for entry in entries if _holds(entry, question)}
        page = index.search(parse(question, "public", limit=100))
        assert truth <= {hit.id for hit in page.hits}
        first += page.hits[0].id in truth
    told(f"unquoted: what holds the text stands first in {first / len(questions):.2f}")
    assert first / len(questions) >= 0.95


def test_a_question_in_words_finds_its_document_among_the_real_ones(seeds, generated, index_of, told):
    index = index_of(*seeds, *generated)
    questions = {
        "政务舆情怎么回应": "舆情",
        "依申请公开的办理期限": "申请",
        "政府网站建设管理": "网站",
        "重点领域信息公开": "领域",
        "政策解读方案": "解读",
    }
    good = [
        sum(word in hit.entry.title + " ".join(hit.snippets_html) for hit in page.hits[:5]) / max(1, len(page.hits[:5]))
        for question, word in questions.items()
        for page in [index.search(parse(question, "public"))]
    ]
    told(f"questions in words: share of the first five that speak of it {sum(good) / len(good):.2f}")
    assert min(good) > 0
    assert sum(good) / len(good) >= 0.8


def test_title_and_date_lift_a_hit(index_of):
    body = "本办法规定政务公开工作的考核。"
    index = index_of(
        Entry(id="old", audience="public", title="考核办法", body=body, published_on=date(2009, 1, 1)),
        Entry(id="new", audience="public", title="考核办法", body=body, published_on=date(2024, 1, 1)),
        Entry(id="named", audience="public", title="政务公开办法", body=body, published_on=date(2009, 1, 1)),
    )
    assert [hit.id for hit in index.search(parse("政务公开", "public")).hits] == ["named", "new", "old"]
    assert index.search(parse("政务公开", "public", sort="date")).hits[0].id == "new"
