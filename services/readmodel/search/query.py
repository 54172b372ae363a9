"""The query language: what a person types, read into clauses.

`"…"` is an exact phrase, a minus before a term excludes it, `发文机关:` and its like look into one field, everything
else is found as it stands or by its words. Nothing that is typed is an error; only too much of it is refused.
"""

import re
from dataclasses import dataclass
from typing import Literal

from kernel.refused import Refused
from services.readmodel.search.entry import Audience
from services.readmodel.search.tokens import fold, squeeze, trim

MAX_CHARACTERS = 500
MAX_CLAUSES = 24
MAX_RESULTS = 1000  # how deep a person may page: what stands behind is not read by anybody, but would be computed
MAX_PAGE = 100
_MAX_YEARS = 100

Sort = Literal["relevance", "date"]

FACETS = ("kind", "agency", "issuer", "year", "theme", "genre", "field", "category", "validity", "openness")

_CONTAINED = {
    "title": ("标题",),
    "issuer": ("发文机关", "制发机关", "发布机构", "机关", "单位"),
    "doc_no": ("发文字号", "文号", "字号"),
    "index_no": ("索引号",),
    "theme": ("主题分类", "主题"),
    "genre": ("体裁分类", "体裁"),
}
_EQUAL = {"year": ("年份", "年度"), "validity": ("有效性", "效力"), "openness": ("五公开",)}
_FIELD_OF = {name: field for names in (_CONTAINED, _EQUAL) for field, many in names.items() for name in many}


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text without a gap: found as it stands, or by (nearly) all its words. Folded, without signs around."""

    text: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """An exact phrase, folded and without gaps."""

    text: str


@dataclass(frozen=True, slots=True)
class Contains:
    """A field that contains a text, folded and without gaps."""

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Equals:
    """A facet field (one of FACETS) that has one of the values, as they were indexed."""

    field: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.field not in FACETS:
            raise Refused(
                "filter_unknown", "没有这种筛选条件。", field=self.field, remedy="请从页面列出的筛选项中选择。"
            )


Clause = Words | Phrase | Contains | Equals


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search: every clause of `clauses` must hold, none of `excluded`. `audience` has no default on purpose.

    Raises Refused when the page lies deeper than MAX_RESULTS or is larger than MAX_PAGE.
    """

    audience: Audience
    clauses: tuple[Clause, ...] = ()
    excluded: tuple[Clause, ...] = ()
    sort: Sort = "relevance"
    offset: int = 0
    limit: int = 10
    facets: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_PAGE:
            raise Refused("page_size", f"每页条数应在 1 到 {MAX_PAGE} 之间。", field="limit")
        if self.offset < 0 or self.offset + self.limit > MAX_RESULTS:
            raise Refused(
                "page_too_deep",
                f"只能翻看前 {MAX_RESULTS} 条结果。",
                field="offset",
                remedy="请增加检索词或筛选条件,缩小范围后再翻看。",
            )


_TERM = re.compile(
    r"""\s*(?P<minus>-?)
        (?:(?P<field>[^\s:"-]{2,6}):\s*(?=\S))?
        (?:"(?P<quoted>[^"]*)(?:"|$) | (?P<plain>[^\s"]+))""",
    re.VERBOSE,
)
_NUMBER = re.compile(r"\(\s*\d{4}\s*\)\s*第?\s*\d{1,5}\s*号")
_YEARS = re.compile(r"(\d{4})年?(?:-(\d{4})年?)?")


def parse(
    text: str,
    audience: Audience,
    *,
    filters: tuple[Equals, ...] = (),
    sort: Sort = "relevance",
    offset: int = 0,
    limit: int = 10,
    facets: bool = True,
) -> Query:
    """Read what a person typed. `filters` are facet values that were clicked.

    Raises Refused for a text that is too long, has too many terms, or says nothing at all (and no filter does).
    """
    if len(text) > MAX_CHARACTERS:
        raise Refused(
            "query_too_long", f"检索内容不能超过 {MAX_CHARACTERS} 字。", field="query", remedy="请只保留关键的词句。"
        )
    clauses: list[Clause] = list(filters)
    excluded: list[Clause] = []
    folded = _NUMBER.sub(lambda number: squeeze(number[0]), fold(text))
    for found in _TERM.finditer(folded):
        clause = _clause(found["field"] or "", found["quoted"], found["plain"] or "")
        if clause is not None:
            (excluded if found["minus"] else clauses).append(_excludable(clause) if found["minus"] else clause)
    if len(clauses) + len(excluded) > MAX_CLAUSES + len(filters):
        raise Refused(
            "query_too_many_terms", f"检索词不能超过 {MAX_CLAUSES} 个。", field="query", remedy="请只保留关键的词句。"
        )
    if not clauses and not excluded:
        raise Refused("query_empty", "请输入检索词。", field="query", remedy="可以输入标题中的词、文号或一句话。")
    return Query(
        audience=audience,
        clauses=tuple(dict.fromkeys(clauses)),
        excluded=tuple(dict.fromkeys(excluded)),
        sort=sort,
        offset=offset,
        limit=limit,
        facets=facets,
    )


def write(query: Query) -> str:
    """The terms and fields of a query as a person would type them: `parse` reads the same clauses from it.

    Clicked filters that the query language has no word for are left out: the page keeps them beside the text.
    """
    lines = [_line(clause) for clause in query.clauses] + [f"-{_line(clause)}" for clause in query.excluded]
    return " ".join(line for line in lines if line.strip("-"))


def _line(clause: Clause) -> str:
    match clause:
        case Words(text):
            return text
        case Phrase(text):
            return f'"{text}"'
        case Contains(field, text):
            return f'{_CONTAINED[field][0]}:"{text}"'
        case Equals("year", values):
            return f"{_EQUAL['year'][0]}:{values[0]}-{values[-1]}"
        case Equals(field, values):
            return f'{_EQUAL[field][0]}:"{values[0]}"' if field in _EQUAL else ""


def _clause(name: str, quoted: str | None, plain: str) -> Clause | None:
    """One term as a clause; None for a term of signs alone."""
    field = _FIELD_OF.get(name)
    if field is None:
        if quoted is not None:
            phrase = squeeze(quoted)
            return Phrase(phrase) if trim(phrase) else None
        plain = trim(f"{name}:{plain}" if name else plain)
        return Words(plain) if plain else None
    value = squeeze(quoted if quoted is not None else plain)
    if not trim(value):
        return None
    if field == "year":
        return Equals(field, _years(value))
    return Equals(field, (value,)) if field in _EQUAL else Contains(field, value)


def _excludable(clause: Clause) -> Clause:
    return Phrase(clause.text) if isinstance(clause, Words) else clause


def _years(value: str) -> tuple[str, ...]:
    """`2018` or `2016-2018` as the years that it names."""
    found = _YEARS.fullmatch(value)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if found is None or not 0 <= last - first < _MAX_YEARS:
        raise Refused("query_year", "年份应写成“年份:2018”或“年份:2016-2018”。", field="query")
    return tuple(str(year) for year in range(first, last + 1))
