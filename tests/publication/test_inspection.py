"""双随机、一公开: anyone can repeat the draw from what was published, conflicts are left out, results are public."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from chassis.runtime import App
from cli.inspections import Proof, verified
from cli.place import DATA, Place
from cli.publication import app as publication_app
from contracts.base import Done, Role
from contracts.publication import inspection as c
from contracts.publication.catalogue import PutItem, PutItems, RemoveItem, RowOutcomes
from contracts.publication.catalogue_clocks import DecideDisclosure, StartClock
from kernel.calendar import Calendar, end_of_day
from kernel.clock import CST
from kernel.refused import Refused
from services.publication.domain.facts import Official
from services.publication.inspection import domain
from services.publication.inspection.domain import RandomDraw
from services.publication.inspection.drawing import Lists, commit, digest_of, draw
from services.publication.service import Publication
from tests.publication.test_catalogue import PENALTY
from tests.publication.test_service import refused, told
from tests.servers import Desk, Servers, started

pytestmark = pytest.mark.asyncio(loop_scope="session")
CALENDAR = Calendar.shipped()
NOW = datetime(2026, 10, 20, 9, 0, tzinfo=CST)
SUN, ZHOU = Official(id="sun", name="孙", agency="scj"), Official(id="zhou", name="周", agency="scj")
SEED = "5b" * 32
LISTS = Lists(
    {f"S{n}": f"示例商户{n}" for n in range(20)},
    {f"I{n}": f"示例检查员{n}" for n in range(5)},
    frozenset({("I0", f"S{n}") for n in range(20)} | {("I1", "S3")}),
)


def opened(per_subject: int = 2, wanted: int = 6) -> RandomDraw:
    fixed = domain.DrawFixed(
        id="c-1",
        title="餐饮抽查",
        matter="m-1",
        agency="scj",
        agencies=("scj",),
        subjects=len(LISTS.subjects),
        inspectors=len(LISTS.inspectors),
        wanted=wanted,
        per_subject=per_subject,
        lists_sha256=digest_of(LISTS.lines()),
        commitment=commit(SEED),
        inspect_by=date(2026, 10, 30),
        results_by=CALENDAR.due(date(2026, 10, 30), 20),
        by=SUN,
        at=NOW,
    )
    return domain.KIND.fold(None, domain.fix(fixed, NOW))


def drawn(state: RandomDraw, public: str = "") -> RandomDraw:
    picks = draw(LISTS, SEED, public, state.fixed.wanted, state.fixed.per_subject)
    source = "示例公告" if public else ""
    return domain.KIND.fold(state, domain.carry_out(state, LISTS, picks, SEED, public, source, ZHOU, NOW))


def by_hand(lines: list[str], seed: str, public: str, wanted: int, per: int) -> list[tuple[str, list[str]]]:
    """The program of docs/random-draw.md, which knows nothing of ours."""

    def h(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    at = [lines.index(mark) for mark in ("# subjects", "# inspectors", "# conflicts")]
    subjects = [line.split("\t")[0] for line in lines[at[0] + 1 : at[1]]]
    inspectors = [line.split("\t")[0] for line in lines[at[1] + 1 : at[2]]]
    conflicts = {tuple(line.split("\t")) for line in lines[at[2] + 1 :]}
    key = h(f"{seed}\n{h(''.join(line + chr(10) for line in lines))}\n{public}")
    load, found = dict.fromkeys(inspectors, 0), []
    for s in sorted(subjects, key=lambda s: h(f"{key}\n{s}"))[:wanted]:
        free = [i for i in inspectors if (i, s) not in conflicts]
        chosen = sorted(free, key=lambda i: (load[i], h(f"{key}\n{s}\n{i}")))[:per]
        for i in chosen:
            load[i] += 1
        found.append((s, chosen))
    return found


HEXADECIMAL = st.text("0123456789abcdef", min_size=64, max_size=64)


@settings(max_examples=20, deadline=None)
@given(HEXADECIMAL, st.text(max_size=8), st.integers(1, 20), st.integers(1, 3))
async def test_anyone_can_repeat_a_draw_from_what_was_published(seed: str, public: str, wanted: int, per: int) -> None:
    ours = draw(Lists.read(LISTS.lines()), seed, public, wanted, per)
    assert [(each.subject, list(each.inspectors)) for each in ours] == by_hand(LISTS.lines(), seed, public, wanted, per)
    assert len({each.subject for each in ours}) == wanted
    assert all((one, each.subject) not in LISTS.conflicts for each in ours for one in each.inspectors)
    load = [sum(one in each.inspectors for each in ours) for one in ("I2", "I3", "I4")]
    assert max(load) - min(load) <= per


async def test_the_seed_decides_and_every_subject_is_as_likely() -> None:
    seeds = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(400)]
    counts = dict.fromkeys(LISTS.subjects, 0)
    for seed in seeds:
        for each in draw(LISTS, seed, "", 5, 1):
            counts[each.subject] += 1
    assert 60 < min(counts.values()) <= max(counts.values()) < 140  # 100 expected, 4.6 standard deviations


async def test_a_subject_in_conflict_with_all_gets_fewer_inspectors_and_no_second_draw() -> None:
    lists = Lists({"S": "甲"}, {"I": "乙", "J": "丙"}, frozenset({("I", "S")}))
    assert draw(lists, SEED, "", 1, 2)[0].inspectors == ("J",)
    state = drawn(opened(per_subject=5))
    assert all(each.short for each in domain.record(state).drawn)
    assert domain.carry_out(state, LISTS, [], SEED, "", "", ZHOU, NOW) == []
    with pytest.raises(Refused) as caught:
        domain.void(state, "重新抽取", SEED, ZHOU, NOW)
    assert caught.value.code == "drawn"


async def test_the_seed_is_committed_before_and_public_after() -> None:
    state = opened()
    told_before = domain.tell(state, [state.fixed])
    assert [event.type() for event in told_before] == [
        "publication.draw.committed.v1",
        "publication.draw_work.changed.v1",
    ]
    assert SEED not in told_before[0].model_dump_json()
    for by, seed, public, code in (
        (SUN, SEED, "", "same_person"),
        (ZHOU, "00" * 32, "", "seed_differs"),
        (ZHOU, SEED, "7", "source_missing"),
    ):
        with pytest.raises(Refused) as caught:
            domain.carry_out(state, LISTS, [], seed, public, "", by, NOW)
        assert caught.value.code == code
    assert domain.record(drawn(state)).seed == SEED
    voided = domain.KIND.fold(state, domain.void(state, "名录库有误", SEED, ZHOU, NOW))
    assert (domain.record(voided).seed, domain.record(voided).voided_for) == (SEED, "名录库有误")


async def test_an_offline_check_finds_every_change() -> None:
    record, lines = domain.record(drawn(opened(), "0815")), tuple(LISTS.lines())
    assert all(holds for _, holds in verified(Proof(draw=record, lists=lines)))
    other = record.drawn[0].model_copy(update={"inspectors": ("I0",)})
    for proof in (
        Proof(draw=record.model_copy(update={"seed": "00" * 32}), lists=lines),
        Proof(draw=record.model_copy(update={"public_value": "0816"}), lists=lines),
        Proof(draw=record.model_copy(update={"drawn": (other, *record.drawn[1:])}), lists=lines),
        Proof(draw=record, lists=(lines[0], *lines[2:])),
    ):
        assert not all(holds for _, holds in verified(proof))
    with pytest.raises(Refused):
        Lists.read(["不是名单"])


def result(state: RandomDraw, place: int = 0, **changes: Any) -> c.InspectionResult:
    assert state.drawn
    given = {"subject": state.drawn.picks[place].subject, "inspected_on": date(2026, 10, 28), "outcome": "未发现问题"}
    return c.InspectionResult.model_validate(given | changes)


@pytest.mark.parametrize(("day", "late"), [(date(2026, 11, 25), 0), (date(2026, 11, 26), 1)])
async def test_a_result_is_late_after_twenty_working_days(day: date, late: int) -> None:
    """Local rules: twenty working days after the inspection (C)."""
    state = drawn(opened())
    now = datetime.combine(day, NOW.timetz())
    state = domain.KIND.fold(state, domain.give_results(state, [result(state)], ZHOU, now, CALENDAR))
    (subject,) = [each for each in domain.record(state).drawn if each.result]
    assert (subject.days_late, subject.published_on) == (late, day)
    assert domain.give_results(state, [result(state)], ZHOU, now, CALENDAR) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": "没有"}, "not_drawn"),
        ({"inspected_on": date(2026, 12, 1)}, "in_future"),
        ({"inspected_on": date(2026, 10, 19)}, "before_draw"),
        ({"outcome": "发现问题已责令改正"}, "found_missing"),
    ],
)
async def test_a_wrong_result_is_refused(changes: dict[str, Any], code: str) -> None:
    state = drawn(opened())
    with pytest.raises(Refused) as caught:
        domain.give_results(state, [result(state, **changes)], ZHOU, NOW + timedelta(days=20), CALENDAR)
    assert caught.value.code == code


async def test_results_that_are_missing_become_overdue_once() -> None:
    state = drawn(opened(wanted=1))
    end = end_of_day(state.fixed.results_by)
    assert domain.KIND.tick(state, end - timedelta(seconds=1), CALENDAR) == []
    over = domain.KIND.fold(state, domain.KIND.tick(state, end, CALENDAR))
    assert (domain.work(over).overdue, domain.KIND.tick(over, end, CALENDAR)) == (True, [])
    done = domain.KIND.fold(over, domain.give_results(over, [result(over)], ZHOU, end, CALENDAR))
    assert (domain.work(done).open, domain.work(done).state, domain.alarm(done)) == (False, "published", None)


CLERK: dict[str, Any] = {"as_": "孙市监", "agency": "scj", "roles": [Role.CLERK]}
HEAD: dict[str, Any] = {"as_": "周局长", "agency": "scj", "roles": [Role.HEAD]}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def app(servers: Servers) -> AsyncIterator[App[Publication]]:
    files = {name: str(path) for name, path in servers.files.items()}
    where = Place(http="", nats=servers.nats.url, mongo=servers.mongo.url, region=servers.region, credentials=files)
    (servers.folder.path / "run.json").write_text(where.text())
    async with started(servers, ["publication"]) as serving:
        yield serving.apps[0]


async def registers(desk: Desk) -> str:
    """Subjects, inspectors and a matter in their lists; the matter's number."""
    subjects = tuple(
        {
            "对象编号": f"示例{n:03d}",
            "对象名称": f"示例餐饮店{n}",
            "对象类别": "法人及非法人组织",
            "行业类别": "餐饮服务" if n < 30 else "药品经营",
            "监管部门": "示例县市监局",
            "状态": "注销或停业" if n == 0 else "在业",
        }
        for n in range(40)
    )
    inspectors = tuple(
        {
            "执法证号": f"示{n}",
            "姓名": f"示例{n}",
            "所在单位": "示例县市监局",
            "状态": "在岗",
            "回避对象编号": "示例001、示例002",
        }
        for n in range(4)
    )
    for type, rows in (("inspected", subjects), ("inspectors", inspectors)):
        answer = await desk(PutItems(type=type, agency="scj", rows=rows, reason="建库"), RowOutcomes, **CLERK)
        assert {(row.outcome, row.reason) for row in answer.rows} == {("added", None)}
    values = {
        "name": "餐饮服务食品安全", "basis": "食品安全法", "organ": "示例县市监局", "content": "经营许可、进货查验",
        "way": "实地检查", "ratio": "20%", "frequency": "每年一次",
    }  # fmt: skip
    put = PutItem(type="inspections", agency="scj", values=values, reason="编制")
    return str((await desk(put, Done, **CLERK)).id)


async def test_a_draw_from_the_registers_to_its_results(
    servers: Servers, desk: Desk, app: App[Publication], tmp_path: Path
) -> None:
    matter = await registers(desk)
    wanted = c.OpenDraw(
        matter=matter,
        title="餐饮服务抽查",
        agencies=("scj",),
        categories=("餐饮服务",),
        percent=20,
        inspect_by=date(2026, 12, 15),
    )
    await refused("ratio", desk(wanted.model_copy(update={"count": 3}), Done, **CLERK))
    id = (await desk(wanted, Done, key="draw-1", **CLERK)).id
    assert (await desk(wanted, Done, key="draw-1", **CLERK)).id == id
    committed = await told(servers, id, "draw", "committed")
    assert (committed["subjects"], committed["wanted"], committed["seed"]) == (29, 6, None)
    carry = c.CarryOutDraw(id=id, public_value="0815", public_source="示例公告")
    await refused("same_person", desk(carry, Done, **CLERK))
    await refused("other_agency", desk(carry, Done, as_="旁人", agency="czj", roles=[Role.CLERK]))
    await desk(carry, Done, **HEAD)
    record = c.Draw.model_validate(await told(servers, id, "draw", "carried_out"))
    page = await desk(c.GetDrawList(id=id), c.DrawListPage, roles=[Role.CITIZEN])
    again = by_hand(list(page.lines), record.seed or "", "0815", 6, 2)
    assert [(each.subject, list(each.inspectors)) for each in record.drawn] == again
    assert commit(record.seed or "") == committed["commitment"]
    short = [each.subject for each in record.drawn if each.short]
    assert set(short) == {each.subject for each in record.drawn} & {"示例001", "示例002"}
    path = tmp_path / "抽取.json"
    assert "已写入" in await zwgk(servers, "export", id, str(path))
    assert json.loads(await zwgk(servers, "verify", str(path), "--json"))[2]["holds"]
    await results(servers, desk, id, record)


async def results(servers: Servers, desk: Desk, id: str, record: c.Draw) -> None:
    """Of one subject nothing was found, of another something with a penalty that is public."""
    today = servers.clock.now().date()
    named = {"document_no": "示市监罚〔2026〕99号", "name": "违法经营"}
    start = StartClock(type="penalties", agency="scj", act="publish", begun_on=today, values=named)
    clock = (await desk(start, Done, **CLERK)).id
    await desk(DecideDisclosure(id=clock, public=True, reason="涉及餐饮安全"), Done, **HEAD)
    values = PENALTY | named | {"decided_on": str(today), "display_until": "2027-06-01"}
    penalty = (await desk(PutItem(type="penalties", agency="scj", values=values, reason="公示"), Done, **CLERK)).id
    first, second = record.drawn[0].subject, record.drawn[1].subject
    found = c.RecordResults(
        id=id,
        results=(
            c.InspectionResult(subject=first, inspected_on=today, outcome="未发现问题"),
            c.InspectionResult(
                subject=second, inspected_on=today, outcome="发现问题待后续处理", found="超过保质期", penalty=penalty
            ),
        ),
    )
    wrong = found.results[1].model_copy(update={"penalty": record.matter})
    await refused("other_type", desk(found.model_copy(update={"results": (wrong,)}), Done, **CLERK))
    firm = values | {"document_no": "示市监罚〔2026〕98号", "party_class": "法人及非法人组织", "party": "别的公司"}
    start = StartClock(
        type="penalties", agency="scj", act="publish", begun_on=today, values={name: firm[name] for name in named}
    )
    clock = (await desk(start, Done, **CLERK)).id
    await desk(DecideDisclosure(id=clock, public=True, reason="涉及餐饮安全"), Done, **HEAD)
    other = (await desk(PutItem(type="penalties", agency="scj", values=firm, reason="公示"), Done, **CLERK)).id
    wrong = found.results[1].model_copy(update={"penalty": other})
    await refused("other_party", desk(found.model_copy(update={"results": (wrong,)}), Done, **CLERK))
    await desk(RemoveItem(id=other, reason="决定已被撤销"), Done, **CLERK)
    await refused("display_ended", desk(found.model_copy(update={"results": (wrong,)}), Done, **CLERK))
    await desk(found, Done, **CLERK)
    public = await told(servers, id, "draw", "results_published")
    assert [each["result"]["penalty"] for each in public["drawn"] if each["result"]] == [None, penalty]  # type: ignore[attr-defined]
    work = await told(servers, id, "draw_work", "changed")
    assert (work["results"], work["drawn"], work["waits_for"]) == (2, 6, "公布检查结果")
    (listed,) = [each for each in (await desk(c.ListDraws(), c.DrawPage)).draws if each.id == id]
    assert (listed.state, listed.drawn) == ("drawn", ())


async def zwgk(servers: Servers, *words: str) -> str:
    def call() -> str:
        DATA.set(servers.folder.path)
        result = CliRunner().invoke(publication_app, ["inspection", *words])
        assert result.exit_code == 0, result.output
        return result.stdout

    return await asyncio.to_thread(call)
