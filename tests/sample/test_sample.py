"""The sample government: every file parses, references resolve, nothing looks like a real person or place."""

import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from chinese_calendar import is_workday
from pydantic import ValidationError
from selectolax.parser import HTMLParser

from kernel.clock import CST
from sample import data
from sample.offset import Load

FOLDER = Path(data.__file__).parent
FILES = [path for path in FOLDER.rglob("*") if path.suffix in {".json", ".jsonl", ".html"}]
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=CST)
REGION = "999901"

THEMES = {
    "国务院组织机构", "综合政务", "国民经济管理、国有资产监管", "财政、金融、审计", "国土资源、能源",
    "农业、林业、水利", "工业、交通", "商贸、海关、旅游", "市场监管、安全生产监管", "城乡建设、环境保护",
    "科技、教育", "文化、广电、新闻出版", "卫生、体育", "人口与计划生育、妇女儿童工作", "劳动、人事、监察",
    "公安、安全、司法", "民政、扶贫、救灾", "民族、宗教", "对外事务", "港澳台侨工作",
    "国防", "其他",
}  # fmt: skip
OUTCOMES = {
    "OPEN_ALREADY", "OPEN_PROVIDE", "PARTIAL", "NONE_NOT_HELD", "NONE_MUST_CREATE", "NONE_STILL_UNCLEAR",
    "NOPROC_PETITION", "NOPROC_REPEAT", "NOPROC_PUBLICATION", "NOPROC_EXCESS", "NOPROC_CONFIRM",
    "CLOSE_NO_CORRECTION", "CLOSE_FEE_UNPAID", "CLOSE_OTHER", *(f"DENY_{n}" for n in range(1, 9)),
}  # fmt: skip
GROUNDS = {"EX14-SECRET", "EX14-LAW", "EX14-SAFETY", "EX15-THIRD", "EX16-INTERNAL", "EX16-PROCESS", "EX16-CASEFILE"}


def workdays_before(day: date, count: int) -> date:
    while count:
        day -= timedelta(days=1)
        count -= is_workday(day)
    return day


def workdays_between(start: date, end: date, excluded: list[tuple[date, date]]) -> int:
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(is_workday(day) and not any(a <= day <= b for a, b in excluded) for day in days)


def codes() -> set[str]:
    return {agency.code for agency in data.register().agencies}


def organisation_check(eight: str) -> str:
    total = sum(int(sign, 36) * weight for sign, weight in zip(eight, [3, 7, 9, 10, 5, 8, 4, 2], strict=True))
    return "0123456789X0"[11 - total % 11]


def credit_check(seventeen: str) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(sign) * pow(3, place, 31) for place, sign in enumerate(seventeen))
    return alphabet[-total % 31]


def holds(code: str) -> bool:
    return code[16] == organisation_check(code[8:16]) and code[17] == credit_check(code[:17])


def test_the_check_digits_are_those_of_published_codes() -> None:
    assert holds("11441700007280420Y")
    assert holds("113325000026455663")
    assert not holds("113325000026455664")


def test_the_register_stands_for_itself() -> None:
    register = data.register()
    rows = {agency.code: agency for agency in register.agencies}
    assert register.region.code == REGION
    assert len(rows) == len(register.agencies) == 61
    assert len({row.org_code for row in rows.values()}) == len(rows)
    assert "示例" in register.region.name
    for row in rows.values():
        assert "示例" in row.name, row.code
        assert row.org_code[2:8] in {REGION, "999900"}
        assert holds(row.org_code), row.code
        assert set(row.groups) <= set(register.groups)
        assert {row.parent, row.reviewed_by, row.court, *row.successors} <= {None, *rows}, row.code
        assert row.court is None or rows[row.court].kind == "court"
    names = Counter(name for row in rows.values() for name in (row.name, *row.aliases))
    assert max(names.values()) == 1


def test_a_successor_begins_when_its_predecessor_has_ended() -> None:
    rows = {agency.code: agency for agency in data.register().agencies}
    ended = [row for row in rows.values() if row.valid_to is not None]
    assert {row.code for row in ended} == {"gtj", "ghj", "gsj"}
    for row in ended:
        assert row.valid_to is not None
        assert all(rows[next_].valid_from == row.valid_to + timedelta(days=1) for next_ in row.successors)
        assert row.successors


def test_each_flag_of_the_county_stands_and_each_group_has_members() -> None:
    register = data.register()
    flags = Counter(flag for row in register.agencies for flag in row.flags)
    assert flags["issuing_office"] == flags["openness_office"] == flags["hotline_centre"] == 1
    groups = Counter(group for row in register.agencies for group in row.groups)
    assert set(groups) == set(register.groups)
    assert groups["各镇（街道）"] == 8


def test_documents_refer_to_what_exists() -> None:
    documents = data.documents()
    known, numbers = codes(), [document.doc_no for document in documents if document.doc_no]
    assert len(numbers) == len(set(numbers))
    assert len({document.title for document in documents}) == len(documents) == 47
    for document in documents:
        assert {document.issuer, *document.co_issuers} <= known, document.title
        assert {document.repealed_by, document.interprets} - {None} <= set(numbers), document.title
        assert document.theme.partition("/")[0] in THEMES, document.theme
        assert document.doc_no is None or re.fullmatch(r"示[一-龥]+〔20\d\d〕[1-9]\d*号", document.doc_no)


def test_every_category_attribute_and_validity_occurs() -> None:
    documents = data.documents()
    assert {document.category for document in documents} == {
        "概况", "计划总结", "法规公文", "工作动态", "人事", "财政", "其他"
    }  # fmt: skip
    assert {document.attribute for document in documents} == {"主动公开", "依申请公开", "不予公开"}
    assert {document.validity for document in documents} == {"有效", "失效", "废止", "修改"}
    assert {document.openness for document in documents} == {"决策", "执行", "管理", "服务", "结果"}


def test_the_dates_of_documents_are_lawful() -> None:
    for document in data.documents():
        assert date(2019, 1, 1) <= document.formed_on <= NOW.date(), document.title
        assert is_workday(document.formed_on), document.title
        if document.published_on is not None:
            assert document.formed_on <= document.published_on <= NOW.date()
            assert is_workday(document.published_on), document.title
        assert (document.repealed_on is not None) == (document.validity in {"失效", "废止"}), document.title


def test_one_document_was_published_late_and_no_other() -> None:
    """条例26: 20 working days from formation."""
    late = [
        document.title
        for document in data.documents()
        if document.published_on and workdays_between(document.formed_on, document.published_on, []) > 20
    ]
    assert late == ["示例县2025年国民经济和社会发展统计公报（节选）"]


def test_what_is_not_public_has_ground_and_reason_and_was_not_published() -> None:
    for document in data.documents():
        public = document.attribute == "主动公开"
        assert public == (document.published_on is not None) == bool(document.channels)
        assert public == (document.ground is None) == (document.reason is None)
        assert document.ground is None or document.ground in GROUNDS


def test_an_agency_issues_only_while_it_exists() -> None:
    rows = {agency.code: agency for agency in data.register().agencies}
    for document in data.documents():
        row = rows[document.issuer]
        assert row.valid_from <= document.formed_on, document.title
        assert row.valid_to is None or document.formed_on <= row.valid_to, document.title


def test_tasks_name_agencies_or_groups() -> None:
    table, register = data.tasks(), data.register()
    known = codes() | set(register.groups)
    assert [task.no for task in table.tasks] == list(range(1, 22))
    assert table.doc_no in {document.doc_no for document in data.documents()}
    for task in table.tasks:
        assert {task.lead, *task.co} - {None} <= known, task.no
        assert task.each_alone == (task.lead is None), task.no
    assert any(task.due_on is None for task in table.tasks)
    assert any(task.target for task in table.tasks)


def test_requests_stand_in_every_stage() -> None:
    requests = data.requests(NOW, workdays_before)
    known = codes()
    assert len({request.id for request in requests}) == len(requests) == 33
    assert {request.agency for request in requests} <= known
    assert {request.channel for request in requests} >= {"当面", "邮寄", "互联网", "传真"}
    assert len({request.applicant_class for request in requests}) == 6
    assert {request.stage for request in requests} == {
        "arrived", "received", "correction_requested", "processing", "consulting", "reason_requested",
        "fee_pending", "extended", "reply_approved", "replied", "closed",
    }  # fmt: skip


def test_a_request_is_closed_with_an_outcome_or_open_with_steps() -> None:
    for request in data.requests(NOW, workdays_before):
        if request.outcome is None:
            assert request.closed_on is None
            assert request.steps
            assert request.applicant is not None
            assert "示例" in request.applicant.name
            days = [step.on for step in request.steps]
            assert days == sorted(days), request.id
            assert days[-1] <= NOW.date()
        else:
            assert request.outcome in OUTCOMES
            assert request.closed_on is not None
            assert not request.steps


def test_closed_requests_were_answered_in_time() -> None:
    """条例33: 20 working days, extended once by at most 20; excluded days do not count."""
    for request in data.requests(NOW, workdays_before):
        if request.closed_on is None:
            continue
        start = request.corrected_on or request.received_on
        assert start is not None
        excluded = [(part.start, part.end) for part in request.excluded]
        assert workdays_between(start, request.closed_on, excluded) <= 20 + request.extended_days, request.id


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 10, 8), date(2026, 1, 4)])
def test_two_open_requests_are_overdue_and_one_ends_on_the_load_day(day: date) -> None:
    now = datetime(day.year, day.month, day.day, 9, tzinfo=CST)
    counts = [
        workdays_between(request.received_on, day, [])
        for request in data.requests(now, workdays_before)
        if request.stage == "processing" and request.received_on
    ]
    assert sorted(counts) == [18, 20, 23, 26]


def test_the_ledger_line_has_the_fields_of_the_import() -> None:
    (line,) = (r.ledger() for r in data.requests(NOW, workdays_before) if r.outcome == "DENY_4")
    assert set(line) == {
        "id", "agency", "received_on", "channel", "applicant_class", "outcome", "closed_on", "extended_days",
        "corrected_on", "excluded", "fee", "reviews",
    }  # fmt: skip
    assert line["excluded"] == [{"from": "2026-03-16", "to": "2026-04-03"}]
    assert line["reviews"][0]["kind"] == "reconsideration"


def test_tickets_repeat_only_with_a_higher_revision() -> None:
    tickets = data.tickets(NOW, workdays_before)
    seen: dict[tuple[str, str], int] = {}
    callers: dict[tuple[str, str], data.SampleCaller | None] = {}
    for ticket in tickets:
        assert ticket.occurred_at <= ticket.received_at <= NOW
        assert ticket.revision == seen.get((ticket.source, ticket.ticket_no), 0) + 1
        seen[ticket.source, ticket.ticket_no] = ticket.revision
        callers.setdefault((ticket.source, ticket.ticket_no), ticket.caller)
        assert ticket.caller == callers[ticket.source, ticket.ticket_no]
    assert len(tickets) == 40
    assert Counter(seen.values()) == {1: 33, 2: 2, 3: 1}
    assert {ticket.kind for ticket in tickets} == {"咨询", "求助", "投诉", "举报", "建议", "表扬"}
    assert {ticket.lead for ticket in tickets} - {None} <= codes()


def test_a_ticket_is_taken_no_further_than_triage_without_a_unit() -> None:
    for ticket in data.tickets(NOW, workdays_before):
        assert (ticket.stage == "arrived") == (ticket.lead is None), ticket.ticket_no


def test_a_complaint_is_not_led_by_a_unit_that_it_names() -> None:
    names = {agency.code: (agency.name, *agency.aliases) for agency in data.register().agencies}
    accusing = [t for t in data.tickets(NOW, workdays_before) if t.kind in {"投诉", "举报"}]
    named = [t for t in accusing if any(name in t.title + t.content for units in names.values() for name in units)]
    assert any("城管局" in ticket.title for ticket in named)
    for ticket in named:
        assert not any(name in ticket.title + ticket.content for name in names.get(ticket.lead or "", ()))


def test_three_first_reports_on_one_place_within_a_week_make_a_burst() -> None:
    recent = [t for t in data.tickets(NOW, workdays_before) if NOW - t.received_at < timedelta(days=7)]
    places = Counter((ticket.category, str(ticket.location)) for ticket in recent if ticket.revision == 1)
    assert [n for (_, location), n in places.items() if location != "None"] == [3]


def test_the_bus_message_has_no_empty_field_and_names_its_zone() -> None:
    for ticket in data.tickets(NOW, workdays_before):
        message = ticket.message()
        assert None not in message.values()
        assert not {"lead", "stage"} & set(message)
        assert message["received_at"].endswith("+08:00")
        assert json.loads(json.dumps(message)) == message


def test_posts_hold_near_duplicates_on_invalid_hosts() -> None:
    posts = data.posts(NOW, workdays_before)
    assert len(posts) == len({post.url for post in posts}) == 25
    assert all(re.fullmatch(r"https://[a-z.]+\.sample\.invalid/p/\d{4}", post.url) for post in posts)
    assert all(post.posted_at < NOW for post in posts)
    openings = Counter(re.sub(r"^【.*?】", "", post.text)[:12] for post in posts)
    assert sum(n > 1 for n in openings.values()) == 4


def test_the_site_has_its_planted_flaws_and_no_other_dead_link() -> None:
    (site,) = data.sites(NOW, workdays_before).sites
    pages = data.site_pages(site, NOW, workdays_before)
    assert {path.relative_to(FOLDER / site.folder).as_posix() for path in FILES if path.suffix == ".html"} == set(pages)
    trees = {path: HTMLParser(text) for path, text in pages.items()}
    links = {
        (path, (node.attributes["href"] or "").lstrip("/"))
        for path, tree in trees.items()
        for node in tree.css("a[href]")
    }
    dead = {(path, target) for path, target in links if target not in pages}
    assert dead == {(flaw.path, flaw.target) for flaw in site.planted if flaw.flaw == "dead_link"}
    blank = {column.path for column in site.columns if not trees[column.path].css("main li")}
    assert blank == {flaw.path for flaw in site.planted if flaw.flaw == "blank_column"}
    dated = {
        path: ((tag.attributes["content"] or "")[:10], shown.text())
        for path, tree in trees.items()
        if (tag := tree.css_first('meta[name="PubDate"]')) and (shown := tree.css_first("main time"))
    }
    assert len(dated) == 5
    wrong = {path for path, (tag, shown) in dated.items() if tag != shown}
    assert wrong == {flaw.path for flaw in site.planted if flaw.flaw == "wrong_date"}
    assert not any("{{" in text for text in pages.values())


def test_sites_and_accounts_have_known_owners() -> None:
    sites = data.sites(NOW, workdays_before)
    owners = {x for site in sites.sites for x in (site.owner, site.operator)}
    owners |= {x for account in sites.accounts for x in (account.owner, account.operator)}
    assert owners | {column.keeper for column in sites.sites[0].columns} <= codes()
    idle = [a.name for a in sites.accounts if a.status == "正常" and (NOW.date() - a.last_post_on).days > 14]
    assert idle == ["示例县样桥镇"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_looks_like_the_data_of_a_real_person(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text), "mobile"
    assert not re.search(r"(?<![0-9A-Za-z])[1-9]\d{5}(18|19|20)\d{9}[0-9Xx](?![0-9A-Za-z])", text), "identity number"
    assert not re.search(r"(?<!\d)[3-6]\d{15,18}(?!\d)", text), "bank card"
    assert not re.search(r"(?<!\d)(?!0000-)0\d{2,3}-\d{7,8}", text), "fixed line"
    assert not re.search(r"\.(gov\.cn|com|cn|org|net)\b", text), "real domain"


def test_credit_codes_inside_documents_hold() -> None:
    found = [c for d in data.documents() for c in re.findall(r"(?<![0-9A-Z])9199990[0-9A-Z]{11}(?![0-9A-Z])", d.body)]
    assert len(found) == 2
    assert all(holds(code) for code in found)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-03-01", date(2026, 3, 1)),
        ("0d", date(2026, 10, 8)),
        ("-1d", date(2026, 10, 7)),
        ("-1wd", date(2026, 9, 30)),
        ("-2wd", date(2026, 9, 29)),
    ],
)
def test_an_offset_counts_calendar_or_working_days(written: str, day: date) -> None:
    assert Load(datetime(2026, 10, 8, 9, tzinfo=CST), workdays_before).day(written) == day


def test_a_moment_is_never_after_now() -> None:
    load = Load(NOW, workdays_before)
    assert load.moment("0d 23:00") == NOW
    assert load.moment("-1d 23:00") == datetime(2026, 11, 22, 23, tzinfo=CST)
    assert load.moment("-90m") == NOW - timedelta(minutes=90)


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Load(datetime(2026, 11, 23, 9), workdays_before).day("-1d")  # noqa: DTZ001


def test_a_record_with_a_wrong_type_or_an_unknown_field_is_refused() -> None:
    raw = json.loads((FOLDER / "documents.jsonl").read_text(encoding="utf-8").splitlines()[0])
    with pytest.raises(ValidationError):
        data.SampleDocument.model_validate_json(json.dumps({**raw, "category": "杂项"}))
    with pytest.raises(ValidationError):
        data.SampleDocument.model_validate_json(json.dumps({**raw, "extra": 1}))
