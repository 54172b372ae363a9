"""Documents through the service's own commands, on real servers."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from nats.js.errors import NotFoundError

from chassis.actors import Actor, Cause
from chassis.numbers import Numbers
from chassis.runtime import App
from cli import stock
from contracts.base import Done, Role
from contracts.publication import documents
from contracts.publication import stock as imports
from contracts.publication.record import INLINE_BYTES, Attribute, Changes, PublicDocument
from contracts.supervision import CalendarNotice, CalendarNoticeLoaded
from kernel.calendar import Notice
from kernel.refused import Refused
from services.publication import handlers
from services.publication.numbering import IndexNumbers
from services.publication.service import Publication
from tests.servers import Desk, Servers, started, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
TEXT = "各镇人民政府、街道办事处：\n现将有关事项通知如下。\n一、按时完成。\n示例县财政局\n2026年11月20日"
OLD = TEXT.replace("2026年11月20日", "2019年3月1日")


def with_check_sign(first: str) -> str:
    """Seventeen digits with their check sign: nobody's number, in a division that does not exist."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True))
    return first + "10X98765432"[total % 11]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


@pytest.fixture
def service(app: App[Publication]) -> Publication:
    return app.it


async def draft(desk: Desk, title: str, text: str = TEXT, **details: object) -> str:
    command = documents.Draft(title=title, issuers=("czj",), text=text, details=Changes.model_validate(details))
    done: Done = await desk(command, Done, as_="张起草", agency="czj")
    return done.id


async def clear(desk: Desk, id: str, attribute: Attribute = Attribute.PROACTIVE) -> None:
    reason = {} if attribute is Attribute.PROACTIVE else {"ground": "EX16-PROCESS", "reason": "尚在讨论研究"}
    await desk(documents.SetAttribute(id=id, attribute=attribute, **reason), Done, as_="张起草", agency="czj")
    await desk(documents.ApproveByHead(id=id), Done, as_="李负责", agency="czj")
    await desk(documents.Review(id=id, secrecy=True, wording=True, timing=True), Done, as_="赵审核", agency="bgs")


async def public(desk: Desk, title: str, text: str = TEXT) -> str:
    id = await draft(desk, title, text, formed_on=date(2026, 11, 20))
    await clear(desk, id)
    await desk(documents.Publish(id=id), Done, as_="赵审核", agency="bgs")
    return id


async def file_of(desk: Desk, id: str) -> documents.DocumentFile:
    found: documents.DocumentFile = await desk(documents.GetDocument(id=id), documents.DocumentFile)
    return found


async def told(servers: Servers, id: str, record: str, name: str) -> dict[str, object]:
    """The last event of this name about a document, from the event stream."""
    client = await servers.client("operator")
    subject = f"zwgk.{servers.region}.evt.*.publication.{record}.{name}.v1.{id}"

    async def probe() -> dict[str, object] | None:
        try:
            message = await client.jetstream().get_last_msg("EVENTS", subject)
        except NotFoundError:
            return None
        return json.loads(message.data)["record"]  # type: ignore[no-any-return]

    return await until(probe)  # type: ignore[no-any-return]


async def refused(code: str, asking: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as caught:
        await asking
    assert caught.value.code == code
    return caught.value


async def test_draft_becomes_public_with_its_number_and_its_text(
    servers: Servers, desk: Desk, service: Publication
) -> None:
    id = await draft(desk, "关于示例一的通知", category="法规公文", formed_on=date(2026, 11, 20))
    await clear(desk, id)
    await refused("number_missing", desk(documents.Publish(id=id), Done, as_="赵审核", agency="bgs"))
    await desk(documents.AssignNumber(id=id, doc_no="示财发[2026]第01号"), Done, as_="赵审核", agency="bgs")
    done = await desk(documents.Publish(id=id, channels=("网站", "公报")), Done, as_="赵审核", agency="bgs", key="once")
    again = await desk(
        documents.Publish(id=id, channels=("网站", "公报")), Done, as_="赵审核", agency="bgs", key="once"
    )
    assert (done.state, again.version, again.repeated) == ("published", done.version, True)
    record = PublicDocument.model_validate(await told(servers, id, "public_document", "published"))
    assert (record.text.inline, record.metadata.doc_no) == (TEXT, "示财发〔2026〕1号")
    lead = service.register.require("czj")
    assert record.metadata.index_no is not None
    assert record.metadata.index_no.startswith(f"{lead.org_code}/2026-")
    assert record.days_late == 3
    inside = await told(servers, id, "document", "closed")
    assert TEXT[:20] not in json.dumps(inside, ensure_ascii=False)


async def test_a_draft_begun_twice_is_one(desk: Desk) -> None:
    command = documents.Draft(title="重复", issuers=("czj",), text=TEXT)
    one = await desk(command, Done, as_="张起草", agency="czj", key="begin")
    two = await desk(command, Done, as_="张起草", agency="czj", key="begin")
    assert (one.id, two.repeated) == (two.id, True)


async def test_index_numbers_have_no_gap_and_no_repeat_under_concurrency(desk: Desk) -> None:
    ids = [await draft(desk, f"关于示例{n}的通知", formed_on=date(2026, 11, 20)) for n in range(12)]
    await asyncio.gather(*(clear(desk, id) for id in ids))
    await asyncio.gather(*(desk(documents.Publish(id=id), Done, as_="赵审核", agency="bgs") for id in (*ids, *ids)),
                         return_exceptions=True)  # fmt: skip
    found = [(await file_of(desk, id)).record for id in ids]
    numbers = sorted(int((record.metadata.index_no or "-0").rsplit("-", 1)[1]) for record in found)
    assert numbers == list(range(numbers[0], numbers[0] + 12))


async def test_secrecy_mark_is_refused_at_every_door(desk: Desk, service: Publication) -> None:
    marked = f"机密★10年\n{TEXT}"
    before = await service.documents.count({})
    with pytest.raises(Refused):
        await draft(desk, "标密文件", marked)
    outcomes = await take_in(desk, imports.ImportItem(name="a.txt", content=marked))
    assert outcomes[0].outcome == "refused"
    assert await service.documents.count({}) == before
    id = await draft(desk, "正常文件")
    with pytest.raises(Refused):
        await desk(documents.Revise(id=id, text=marked), Done, as_="张起草", agency="czj")


async def test_personal_data_blocks_and_is_masked_in_one_step(desk: Desk, service: Publication) -> None:
    number = with_check_sign("11000019900307747")
    id = await draft(desk, "处罚决定", f"{TEXT}\n当事人身份证号{number}。", formed_on=date(2026, 11, 20))
    first = (await service.documents.load(id)).state.text.sha256
    await desk(documents.SetAttribute(id=id, attribute=Attribute.PROACTIVE), Done, as_="张起草", agency="czj")
    await desk(documents.ApproveByHead(id=id), Done, as_="李负责", agency="czj")
    signed = documents.Review(id=id, secrecy=True, wording=True, timing=True)
    await refused("personal_data", desk(signed, Done, as_="赵审核", agency="bgs"))
    found = await file_of(desk, id)
    assert found.record.findings == 1
    assert number not in found.model_dump_json()
    await desk(documents.MaskText(id=id), Done, as_="赵审核", agency="bgs")
    assert (await file_of(desk, id)).record.findings == 0
    assert await service.texts.bring(first) is None
    done = await desk(signed, Done, as_="赵审核", agency="bgs")
    assert done.state == "cleared"
    stored = await service.documents.entries(id)
    assert number not in json.dumps(stored, ensure_ascii=False)


async def test_personal_data_in_a_title_is_refused(desk: Desk) -> None:
    await refused("personal_data_in_field", draft(desk, f"关于{with_check_sign('11000019900307747')}的决定"))


async def test_text_is_for_everyone_only_once_public(desk: Desk) -> None:
    text = f"{TEXT}\n只此一份。"
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    id = await draft(desk, "正文权限", text, formed_on=date(2026, 11, 20))
    ask = documents.GetText(sha256=sha256)
    outsider = {"as_": "旁人", "agency": "jyj", "roles": [Role.CLERK]}
    await refused("not_found", desk(ask, documents.TextContent, **outsider))
    own = await desk(ask, documents.TextContent, as_="张起草", agency="czj", roles=[Role.CLERK])
    assert own.text == text
    await clear(desk, id)
    await desk(documents.Publish(id=id), Done, as_="赵审核", agency="bgs")
    assert (await desk(ask, documents.TextContent, **outsider)).text == text


async def test_correction_keeps_the_old_version(servers: Servers, desk: Desk) -> None:
    id = await public(desk, "有误的文件")
    corrected = f"{TEXT}\n更正。"
    await desk(documents.Correct(id=id, reason="漏了一段", text=corrected), Done, as_="赵审核", agency="bgs")
    record = PublicDocument.model_validate(await told(servers, id, "public_document", "corrected"))
    assert record.text.inline == corrected
    (older,) = record.versions
    assert (await desk(documents.GetText(sha256=older.text.sha256), documents.TextContent)).text == TEXT


async def test_long_text_travels_by_its_digest(servers: Servers, desk: Desk) -> None:
    fits, long = "短" * (INLINE_BYTES // 3), "长" * (INLINE_BYTES // 3 + 1)
    short_id, long_id = await public(desk, "正好的文件", fits), await public(desk, "很长的文件", long)
    record = PublicDocument.model_validate(await told(servers, short_id, "public_document", "published"))
    assert record.text.inline == fits
    record = PublicDocument.model_validate(await told(servers, long_id, "public_document", "published"))
    assert (record.text.inline, record.text.bytes) == (None, len(long.encode()))
    assert (await desk(documents.GetText(sha256=record.text.sha256), documents.TextContent)).text == long


async def take_in(desk: Desk, *items: imports.ImportItem, confirm: bool = False) -> tuple[imports.ImportOutcome, ...]:
    answer = await desk(
        imports.Import(items=items, confirm=confirm), imports.ImportOutcomes, as_="钱导入", agency="bgs"
    )
    return answer.items  # type: ignore[no-any-return]


def line(n: int, **changes: object) -> imports.ImportItem:
    given = {
        "title": f"关于存量{n}的通知",
        "body": f"第{n}件。{OLD}",
        "issuer": "czj",
        "formed_on": "2019-03-01",
        "published_on": "2019-03-04",
        "attribute": "主动公开",
    }
    kept = {key: value for key, value in (given | changes).items() if value is not None}
    return imports.ImportItem(name=f"x.jsonl:{n}", form="jsonl", content=json.dumps(kept, ensure_ascii=False))


async def test_import_takes_each_content_once_and_keeps_it_internal(desk: Desk) -> None:
    one, two = await take_in(desk, line(1), line(1))
    assert (one.outcome, two.outcome) == ("imported", "exists")
    (again,) = await take_in(desk, line(1))
    assert (again.outcome, again.id) == ("exists", one.id)
    record = (await file_of(desk, one.id or "")).record
    assert (record.state, record.published_at) == ("imported", None)
    (confirmed,) = await take_in(desk, line(1), confirm=True)
    assert confirmed.outcome == "published"


async def test_confirming_person_publishes_only_what_lacks_nothing(desk: Desk) -> None:
    number = with_check_sign("11000019900307747")
    items = (
        line(10),
        line(11, attribute=None),
        line(12, body=f"身份证号{number}\n{OLD}"),
        line(13, index_no="11999900990000017T/2019-00007"),
        line(14, index_no="11999900990000017T/2019-00007"),
        imports.ImportItem(name="bad", form="jsonl", content="{"),
    )
    outcomes = await take_in(desk, *items, confirm=True)
    assert Counter(outcome.outcome for outcome in outcomes) == {"published": 2, "imported": 3, "refused": 1}
    assert [outcome.code for outcome in outcomes] == [
        None,
        "attribute_missing",
        "personal_data",
        None,
        "index_no_taken",
        "line_not_json",
    ]
    assert (await file_of(desk, outcomes[3].id or "")).record.metadata.index_no == "11999900990000017T/2019-00007"
    page = await desk(imports.ImportReport(limit=100), imports.WaitingPage)
    waiting = {item.id: item.lacks for item in page.items}
    assert waiting[outcomes[1].id] == ("缺公开属性",)
    command = imports.ConfirmImport(id=outcomes[1].id or "", attribute=Attribute.PROACTIVE)
    assert (await desk(command, Done, as_="赵审核", agency="bgs")).state == "published"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"title": "关于某人{}补助的通知"}, "标题"),
        ({"issuer": "某人{}"}, "发布机构"),
        ({"theme": "某人{}"}, "主题分类"),
        ({"index_no": "{}/2019-00001"}, "索引号"),
    ],
)
async def test_personal_data_in_a_field_of_a_line_is_listed_and_keeps_it_internal(
    desk: Desk, changes: dict[str, str], place: str
) -> None:
    number = with_check_sign("11000019900307747")
    given = {key: text.format(number) for key, text in changes.items()}
    (told,) = await take_in(desk, line(60, body=f"{place}的正文一段。", **given), confirm=True)
    assert (told.outcome, told.code, told.findings, told.found_in) == ("imported", "personal_data", 1, (place,))
    assert number not in told.model_dump_json()
    file = await file_of(desk, told.id or "")
    assert [(each.place, each.kind) for each in file.findings] == [(place, "居民身份证号")]
    assert number not in file.model_dump_json()
    await desk(documents.MaskText(id=told.id or ""), Done, as_="赵审核", agency="bgs")
    assert (await file_of(desk, told.id or "")).findings == ()


async def test_an_unknown_issuer_is_told_by_its_field(desk: Desk) -> None:
    (told,) = await take_in(desk, line(70, body="正文一段。", issuer="不存在的某某中心"))
    assert [note.code for note in told.notes] == ["issuer_unknown"]
    assert "不存在的某某中心" not in told.model_dump_json()
    assert "issuer" in told.notes[0].message
    (odd,) = await take_in(desk, line(71, colour="红"))
    assert (odd.code, "红" in (odd.reason or ""), "第 " in (odd.reason or "")) == ("field_unknown", False, True)


INDEX_NUMBERS = (
    "008366031/2018-00006",
    "00250239-7/2025-00413",
    "11440700007280420Y/2021-00050",
    "11341702486344515H/202110-00013",
    "11341702486344515H/202111-00013",
    "330782000000/2018-157280",
    "01527918X-2020-153077",
    "TCXXGK-2020-011721",
)
"""One of each form of 索引号 that is seen (rules 7.2); two of them differ by the month alone."""


async def test_a_document_keeps_the_index_number_that_it_carries(desk: Desk) -> None:
    lines = [line(80 + n, index_no=number) for n, number in enumerate(INDEX_NUMBERS)]
    told = await take_in(desk, *lines, confirm=True)
    assert [each.outcome for each in told] == ["published"] * len(INDEX_NUMBERS)
    kept = [(await file_of(desk, each.id or "")).record.metadata.index_no for each in told]
    assert tuple(kept) == INDEX_NUMBERS


@pytest.mark.parametrize(
    ("said", "outcome", "validity", "doubt"),
    [
        ({"repealed_on": "2026-11-23"}, "published", "废止", None),
        ({"repealed_on": "2026-11-24"}, "published", "有效", None),
        ({"repealed_on": "2026-11-24", "validity": "废止"}, "imported", "废止", "ends_in_future"),
        ({"repealed_on": "2020-01-01", "validity": "有效"}, "imported", "有效", "validity_differs"),
        ({"repealed_on": "2001-01-01", "validity": "废止"}, "imported", "废止", "ended_before_formed"),
    ],
)
async def test_a_date_of_repeal_is_never_shown_beside_valid(
    desk: Desk, said: dict[str, str], outcome: str, validity: str, doubt: str | None
) -> None:
    (told,) = await take_in(desk, line(62, body=f"正文：{said}", **said), confirm=True)
    metadata = (await file_of(desk, told.id or "")).record.metadata
    assert (told.outcome, metadata.validity.value) == (outcome, validity)
    assert [each.code for each in told.conflicts] == ([doubt] if doubt else [])
    if said == {"repealed_on": "2026-11-24"}:
        assert (metadata.valid_until, metadata.ended_on) == (date(2026, 11, 23), None)


async def test_words_outside_the_fixed_lists_are_noted(desk: Desk) -> None:
    fine, odd = await take_in(desk, line(63, theme="综合政务\\政务公开"), line(64, theme="随便写的", category="随便"))
    assert (await file_of(desk, fine.id or "")).record.metadata.theme == "综合政务/政务公开"
    assert {"theme_unknown", "category_unknown"} <= {each.code for each in odd.notes}


async def test_an_unknown_channel_refuses_its_line_and_is_not_repeated(desk: Desk) -> None:
    fine, wrong = await take_in(desk, line(40, channels=["网站", "公报"]), line(41, channels=["网站", "火星台"]))
    assert (fine.outcome, wrong.outcome, wrong.name, wrong.code) == (
        "imported",
        "refused",
        "x.jsonl:41",
        "unknown_channel",
    )
    assert "第 2 个" in (wrong.reason or "")
    assert "火星台" not in (wrong.reason or "")


async def test_many_are_confirmed_together_and_what_lacks_something_says_so(desk: Desk) -> None:
    taken = await take_in(desk, *(line(n) for n in range(50, 55)), line(55, attribute=None))
    command = imports.ConfirmImports(ids=(*(each.id or "" for each in taken), "999901-GW-2026-999999"))
    answer = await desk(command, imports.ImportOutcomes, as_="赵审核", agency="bgs")
    assert [each.outcome for each in answer.items] == ["published"] * 5 + ["refused"] * 2
    assert [each.code for each in answer.items[5:]] == ["attribute_missing", "not_found"]
    numbers = [(await file_of(desk, each.id or "")).record.metadata.index_no or "" for each in taken[:5]]
    last = [int(number.rsplit("-", 1)[1]) for number in numbers]
    assert last == list(range(last[0], last[0] + 5))


async def test_only_an_authorised_person_confirms(desk: Desk) -> None:
    command = imports.Import(items=(line(30),), confirm=True)
    await refused("forbidden", desk(command, imports.ImportOutcomes, roles=[Role.CLERK]))


async def test_batches_are_packed_by_number_and_bytes() -> None:
    small = [imports.ImportItem(name=str(n), content="短") for n in range(250)]
    assert [len(pack) for pack in stock.packs(small)] == [100, 100, 50]
    large = [imports.ImportItem(name=str(n), content="长" * 60_000) for n in range(5)]
    assert [len(pack) for pack in stock.packs(large)] == [2, 2, 1]


async def test_folder_is_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="gb18030")
    (tmp_path / "b.jsonl").write_text('{"title": "一"}\n\n{"title": "二"}\n', encoding="utf-8")
    (tmp_path / "c.exe").write_bytes(b"MZ")
    (tmp_path / "d.txt").write_text(f"绝密★30年\n{TEXT}", encoding="utf-8")
    (tmp_path / "e.txt").write_text("", encoding="utf-8")
    found = [(each.name, type(each).__name__) for path in stock.sources([tmp_path]) for each in stock.items(path)]
    assert found == [
        ("a.txt", "ImportItem"),
        ("b.jsonl:1", "ImportItem"),
        ("b.jsonl:3", "ImportItem"),
        ("c.exe", "ImportOutcome"),
        ("d.txt", "ImportOutcome"),
        ("e.txt", "ImportOutcome"),
    ]
    with pytest.raises(Refused):
        stock.sources([tmp_path / "nowhere"])


async def test_two_processes_claim_without_gap_or_repeat(app: App[Publication]) -> None:
    stores = [app.runtime.collection(name) for name in ("numbers", "counters")]
    ours, theirs = (IndexNumbers(Numbers(*stores)) for _ in range(2))
    batches = [[f"k{batch}-{n}" for n in range(batch % 4 + 1)] for batch in range(16)]
    shared = ["same-1", "same-2"]
    claims = [
        (ours if place % 2 else theirs).claim({("ZZXXGK", 2026): [*batch, *shared]})
        for place, batch in enumerate(batches)
    ]
    results = await asyncio.gather(*claims)
    numbers: dict[str, set[str]] = {}
    for result in results:
        for key, number in result.items():
            numbers.setdefault(key, set()).add(number)
    assert all(len(each) == 1 for each in numbers.values())
    seen = sorted(int(next(iter(each)).rsplit("-", 1)[1]) for each in numbers.values())
    assert seen == list(range(1, len(numbers) + 1))


async def test_holiday_notice_moves_running_limits(desk: Desk, service: Publication, servers: Servers) -> None:
    id = await draft(desk, "期限跨年的文件", formed_on=date(2026, 12, 10))
    await desk(documents.SetAttribute(id=id, attribute=Attribute.PROACTIVE), Done, as_="张起草", agency="czj")
    before = (await file_of(desk, id)).record
    assert before.provisional
    days = (("01-01", "01-05"), ("02-05", "02-11"), ("04-05", "04-05"), ("05-01", "05-05"), ("06-09", "06-09"),
            ("09-15", "09-15"), ("10-01", "10-07"))  # fmt: skip
    rest = [{"name": "节日", "first": f"2027-{first}", "last": f"2027-{last}"} for first, last in days]
    notice = Notice.model_validate({"year": 2027, "number": "测试通知", "rest": rest})
    event = CalendarNoticeLoaded(
        record=CalendarNotice(id="notice-2027", year=2027, number="测试通知", notice_json=notice.model_dump_json())
    )
    cause = Cause(Actor("service", "supervision"), "notice", servers.clock.now())
    await handlers.on.events[CalendarNoticeLoaded](service, event, cause)
    after = (await file_of(desk, id)).record
    assert not after.provisional
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at > before.due_at
