"""Reads a document: title, issuers, numbers, dates and the rest, each with its place, and what contradicts itself."""

import re

from kernel.agencies import Register
from kernel.dates import looks_like_date, parse_date
from kernel.numbers import DocumentNumber
from kernel.secrecy import refuse_classified
from services.publication.reader import imprint
from services.publication.reader.contradictions import find_contradictions
from services.publication.reader.gathering import Gathering
from services.publication.reader.header import Labelled, read_header
from services.publication.reader.issuers import gather_issuers
from services.publication.reader.markup import looks_like_markup, markup_text
from services.publication.reader.numbering import document_number, index_number
from services.publication.reader.page import HEAD_LINES, TAIL_LINES, clean, is_residue, lines_of
from services.publication.reader.reading import Issuer, Reading

ATTRIBUTES = {
    "主动公开": "主动公开",
    "公开发布": "主动公开",
    "主动": "主动公开",
    "依申请公开": "依申请公开",
    "申请公开": "依申请公开",
    "不予公开": "不予公开",
    "不公开": "不予公开",
    "免予公开": "不予公开",
}
"""公开方式 as written -> the attribute (国办发〔2016〕80号 一(一): 主动公开, 依申请公开, 不予公开)."""

_PLAIN_FIELDS = ("theme", "genre", "category", "group", "scope")
_VALIDITIES = (("废止", "废止"), ("失效", "失效"), ("无效", "失效"), ("修", "修改"), ("有效", "有效"))
"""Part of what a header says of the validity -> the validity."""
_DATE_FIELDS = ("formed_on", "issued_on", "published_on", "effective_on", "repealed_on")
_LONGEST_FIELD, _LONGEST_TITLE, _LONGEST_SUMMARY = 200, 300, 2_000
_LOCAL_CODE = re.compile(r"(\d{1,3}[A-Za-z]?|[A-Z]\d{1,3})[ .、]?([\u4e00-\u9fff].{0,60})", re.ASCII)
_KEYWORD_PARTS = re.compile(r"[、,，;；\s]+")
_TASK_HEADINGS = re.compile(r"\t?(?:牵头落实单位|牵头单位|责任单位|落实单位)")


def read_document(name: str, text: str, register: Register | None = None) -> Reading:
    """What the text says about itself. `name` is the file's name, `register` knows the agencies' codes.

    Never fails on odd text. Raises `Refused` for a text that carries a secrecy mark (it must not enter the system at
    all), or is longer than `page.MAX_CHARS`.
    """
    gathering = gather(name, text)
    return finish(gathering, register)


def gather(name: str, text: str) -> Gathering:
    """The cleaned lines of a text with its header told apart; nothing is decided yet."""
    cleaned = clean(text)
    refuse_classified(cleaned)
    if looks_like_markup(cleaned):
        cleaned = clean(markup_text(cleaned))
    lines = lines_of(cleaned)
    header = read_header(lines)
    last = len(lines) - TAIL_LINES
    content = [
        line
        for number, line in enumerate(lines)
        if number not in header.used and not ((number < HEAD_LINES or number >= last) and is_residue(line))
    ]
    return Gathering(name=name, lines=lines, header=header, content=content)


def finish(gathering: Gathering, register: Register | None) -> Reading:
    """Reads every field, then looks for contradictions."""
    _header_fields(gathering)
    is_draft = _title(gathering)
    _doc_no(gathering)
    gather_issuers(gathering, register)
    _printed_dates(gathering)
    _rest(gathering)
    body = _body(gathering)
    find_contradictions(gathering, body)
    is_party = _is_party(gathering)
    return Reading(
        name=gathering.name,
        fields=gathering.fields(),
        is_draft=is_draft,
        is_party=is_party,
        body=body,
        conflicts=tuple(gathering.conflicts),
        notes=tuple(gathering.notes),
    )


def _header_fields(gathering: Gathering) -> None:
    for name in _PLAIN_FIELDS:
        for entry in gathering.header.all(name):
            gathering.offer(name, entry.value[:_LONGEST_FIELD], _place(entry))
    for entry in gathering.header.all("validity"):
        _validity(gathering, entry)
    for entry in gathering.header.all("summary"):
        gathering.offer("summary", entry.value[:_LONGEST_SUMMARY], _place(entry))
    for name in _DATE_FIELDS:
        for entry in gathering.header.all(name):
            _header_date(gathering, name, entry)
    for entry in gathering.header.all("index_no"):
        _index_no(gathering, entry)
    for entry in gathering.header.all("attribute"):
        _attribute(gathering, entry.value, _place(entry))
    for entry in gathering.header.all("keywords"):
        words = tuple(word for word in _KEYWORD_PARTS.split(entry.value[:_LONGEST_FIELD]) if word)
        if words:
            gathering.offer("keywords", words, _place(entry))
    for entry in gathering.header.empty():
        gathering.note("header_empty", f"页头“{entry.label}”空着。")


def _place(entry: Labelled) -> str:
    return f"页头“{entry.label}”"


def _header_date(gathering: Gathering, name: str, entry: Labelled) -> None:
    day = parse_date(entry.value) or parse_date(entry.value.split(" ")[0][:40])
    if day:
        gathering.offer(name, day, _place(entry))
    elif looks_like_date(entry.value):
        gathering.conflict("date_impossible", f"页头“{entry.label}”写的日期不存在，没有读入。")
    else:
        gathering.conflict("date_unreadable", f"页头“{entry.label}”写的不是日期，没有读入。")


def _index_no(gathering: Gathering, entry: Labelled) -> None:
    number = index_number(entry.value)
    if number:
        gathering.offer("index_no", number, _place(entry))
    else:
        gathering.conflict("index_no_malformed", f"页头“{entry.label}”不是已知格式的索引号，没有读入。")


def _validity(gathering: Gathering, entry: Labelled) -> None:
    """Words that say nothing sure, or two things, are no validity: nothing is taken for valid by default."""
    meant = {validity for part, validity in _VALIDITIES if part in entry.value}
    if len(meant) == 1:
        gathering.offer("validity", meant.pop(), _place(entry))
    else:
        gathering.conflict("validity_unknown", f"{_place(entry)}不是有效、失效、废止、修改之一，没有读入，请人工认定。")


def _attribute(gathering: Gathering, written: str, where: str) -> None:
    attribute = ATTRIBUTES.get(written.strip("。. "))
    if attribute:
        gathering.offer("attribute", attribute, where)
    else:
        gathering.conflict(
            "attribute_unknown", f"{where}不是主动公开、依申请公开、不予公开之一，没有读入，请人工认定。"
        )


def _title(gathering: Gathering) -> bool:
    """Reads the title; whether it is that of a draft."""
    printed = imprint.title_of(gathering.content)
    for entry in gathering.header.all("title"):
        # A header may show only the first line of a long title.
        whole = printed if printed and printed.startswith(entry.value) else entry.value
        gathering.offer("title", imprint.without_stage(whole)[0][:_LONGEST_TITLE], _place(entry))
    stage = imprint.without_stage(printed)[1] if printed else None
    for entry in gathering.header.all("title"):
        stage = stage or imprint.without_stage(entry.value)[1]
    if printed and not gathering.has("title"):
        gathering.offer("title", imprint.without_stage(printed)[0], "正文标题")
    if not gathering.has("title"):
        _title_of_last_resort(gathering)
    stage = stage or imprint.stage_below(gathering.content, gathering.settled("title") or "")
    if stage:
        gathering.conflict("draft", f"本件是{stage}，不是正式文件；确认前不作为现行文件公开或执行。")
    return stage is not None


def _title_of_last_resort(gathering: Gathering) -> None:
    first = next((line for line in gathering.content if line), "")
    if 4 <= len(first) <= 60 and not re.search(r"[。；;：:\t]", first) and re.search(r"[\u4e00-\u9fff]{4}", first):
        gathering.offer("title", imprint.without_stage(first)[0], "正文第一行")
        gathering.conflict("title_uncertain", "没有读到像标题的一行，暂以正文第一行为标题，请人工确认。")


def _doc_no(gathering: Gathering) -> None:
    for entry in gathering.header.all("doc_no"):
        _offer_number(gathering, entry.value, _place(entry), malformed_is_conflict=True)
    for line in [line for line in gathering.content[:HEAD_LINES] if line][:40]:
        _offer_number(gathering, line.partition("签发人")[0], "版头", malformed_is_conflict=False)
    if order := imprint.order_of(gathering.content):
        gathering.offer("doc_no", order[1], "标题下")


def _offer_number(gathering: Gathering, written: str, where: str, *, malformed_is_conflict: bool) -> None:
    number = document_number(written)
    if number is None:
        if malformed_is_conflict:
            gathering.conflict("doc_no_malformed", f"{where}不是完整的发文字号，没有读入。")
        return
    gathering.offer("doc_no", number, where)
    if " " in written.strip():
        gathering.note("doc_no_spaced", f"{where}的发文字号中有空格，已规范为{number}。")


def _printed_dates(gathering: Gathering) -> None:
    signed = imprint.signature(gathering.content)
    if signed:
        gathering.offer("formed_on", signed.signed_on, "落款" if signed.names else "文末日期")
    printed = imprint.printed_on(gathering.content)
    if printed:
        gathering.offer("issued_on", printed, "版记")


def _rest(gathering: Gathering) -> None:
    """Scope, openness, genre, the local code of the theme, and a hint at a table of tasks."""
    title, theme = gathering.settled("title"), gathering.settled("theme")
    if scope := imprint.scope_of(gathering.content):
        gathering.offer("scope", scope, "正文“此件发至”")
    if openness := imprint.openness_of(gathering.content):
        _attribute(gathering, openness, "正文“此件…”")
    if title and not gathering.has("genre") and (genre := imprint.genre_of(title)):
        gathering.offer("genre", genre, "标题")
    if theme and (found := _LOCAL_CODE.fullmatch(theme)):
        gathering.note("theme_local_code", f"主题分类“{theme}”带有本地代码“{found[1]}”，名称是“{found[2]}”。")
    if any(_TASK_HEADINGS.fullmatch(line) for line in gathering.content[:HEAD_LINES]):
        gathering.note("task_table", "本件含任务分工表，其中的任务可以用督查的导入读取。")


def _is_party(gathering: Gathering) -> bool:
    number = gathering.settled("doc_no")
    issuers: tuple[Issuer, ...] = gathering.settled("issuers") or ()
    party = DocumentNumber.parse(number).is_party if number else bool(issuers) and issuers[0].name.startswith("中共")
    if party:
        gathering.note(
            "party_document", "本件是党委文号或由党委机关发文，按党务公开办理，不计入政府信息公开条例的统计。"
        )
    return party


def _body(gathering: Gathering) -> str:
    """The text below the title: without header, residue of the page and the repeated title; single blank lines."""
    title = gathering.settled("title")
    lines = gathering.content
    start = 0
    while start < len(lines) and (not lines[start] or imprint.without_stage(lines[start])[0] == title):
        start += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines[start:])).strip()
