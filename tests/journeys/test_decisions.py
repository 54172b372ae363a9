"""A matter of decision through every stage: catalogue, opinions, reviews, meeting, decision, ledger, evaluation."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.agreement import agree
from tests.journeys.platform import MARK, PHONE, Platform, soon

CLERK = ("--as", "张林业", "--agency", "lyj")
HEAD = ("--as", "李局长", "--agency", "lyj")
SECRETARY = ("--as", "王会务", "--agency", "xzf")
MAYOR = ("--as", "陈县长", "--agency", "xzf")
OFFICE = ("--as", "赵审核", "--agency", "bgs")
LAWYER = ("--as", "钱法制", "--agency", "sfj")
WORDS = f"{MARK}，电话 {PHONE}：请扩大湿地核心区。"


@dataclass
class Matter:
    """The matter and what belongs to it."""

    platform: Platform
    folder: Path
    id: str = ""
    catalogue: str = ""
    meeting: str = ""
    ledger: str = ""
    documents: dict[str, str] = field(default_factory=dict)

    def do(self, group: str, verb: str, *words: str) -> Any:
        return self.platform.zwgk("publication", group, verb, *words)

    def refused(self, group: str, verb: str, *words: str) -> str:
        return self.platform.refused("publication", group, verb, *words)

    def table(self, name: str, *lines: str) -> str:
        path = self.folder / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return str(path)

    def day(self, days: int = 0) -> str:
        return (self.platform.now() + timedelta(days=days)).date().isoformat()

    def public(self) -> dict[str, Any]:
        record: dict[str, Any] = self.platform.get(f"/decisions/{self.id}")
        return record

    def publish_document(self, title: str) -> str:
        """A document of the unit, through its own approvals."""
        zwgk, path = self.platform.zwgk, self.folder / "text.txt"
        path.write_text(f"{title}\n一、保护范围。\n二、保护措施。\n", encoding="utf-8")
        given = ("--title", title, "--issuer", "lyj", "--category", "其他", "--formed-on", self.day())
        id = str(zwgk("publication", "draft", str(path), *given, *CLERK)["id"])
        zwgk("publication", "attribute", id, "主动公开", *CLERK)
        zwgk("publication", "approve", id, "head", *HEAD)
        zwgk("publication", "review", id, "--secrecy", "--wording", "--timing", *OFFICE)
        zwgk("publication", "publish", id, *OFFICE)
        return id


@pytest.fixture(scope="module")
def matter(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Matter:
    return Matter(platform, tmp_path_factory.mktemp("matter"))


def test_it_begins_in_the_catalogue_of_the_year(matter: Matter) -> None:
    year = str(matter.platform.now().year + 1)
    heads = "序号,决策事项名称,承办单位,决策依据,公众参与,专家论证,风险评估,计划完成时间"
    rows = (
        "1,示例湖湿地保护规划,lyj,湿地保护法第十五条,是,是,是,",
        "2,全县排水防涝规划,zjj,城镇排水与污水处理条例,是,,,",
    )
    path = matter.table("目录", heads, *rows)
    put = (path, "--year", year, "--keeper", "xzf", *SECRETARY)
    matter.catalogue = matter.do("decisions", "catalogue", "put", *put)["id"]
    agreed = ("--agreed", "县委常委会第30次会议")
    publish = ("publish", matter.catalogue, *agreed)
    assert "保密审查" in matter.refused("decisions", "catalogue", *publish, *OFFICE)
    matter.do("decisions", "catalogue", *publish, "--secrecy", *OFFICE)
    path = matter.table("目录", heads, rows[0])
    assert "理由" in matter.refused("decisions", "catalogue", "put", path, *put[1:])
    matter.do("decisions", "catalogue", "put", path, *put[1:], "--reason", "第二项并入国土空间规划")
    matter.do("decisions", "catalogue", *publish, "--secrecy", *OFFICE)
    start = ("--title", "示例湖湿地保护规划", "--basis", "湿地保护法第十五条", "--background", "湿地面积连年减少")
    start += ("--proposed-by", "县人大代表建议", "--scope", "plan", "--catalogue", matter.catalogue)
    assert "序号" in matter.refused("decisions", "start", *start, "--entry", "2", *CLERK)
    matter.id = matter.do("decisions", "start", *start, "--entry", "1", *CLERK)["id"]
    soon(lambda: _linked(matter))
    with matter.platform.web() as visitor:
        assert visitor.get(f"/decisions/{matter.id}").status_code == 404
        page = visitor.get(f"/decisions/catalogues/{matter.catalogue}").text
    assert "并入国土空间规划" in page
    assert f"/decisions/{matter.id}" not in page, "what is not public is not linked"


def _linked(matter: Matter) -> bool:
    """The public catalogue leads to the matter."""
    found = matter.platform.get("/decisions/catalogues")["items"]
    mine = next(each for each in found if each["id"] == matter.catalogue)
    return bool(mine["entries"][0]["matter"] == matter.id)


def test_opinions_are_taken_in_answered_and_told(matter: Matter) -> None:
    matter.documents["draft"] = matter.publish_document("示例湖湿地保护规划（征求意见稿）")
    matter.do("decisions", "draft", matter.id, matter.documents["draft"], *CLERK)
    plan = (matter.id, "--until", matter.day(3), "--explanation", "划定核心区和缓冲区，分期退养还湿。")
    plan += ("--contact", "县林业局，示例路1号", "--form", "座谈会")
    matter.do("decisions", "plan", *plan, *CLERK)
    assert "30 日" in matter.refused("decisions", "open", matter.id, "--secrecy", *OFFICE)
    matter.do("decisions", "plan", *plan, "--shorter", "汛期前须完成划定", *CLERK)
    matter.do("decisions", "open", matter.id, "--secrecy", *OFFICE)
    soon(lambda: matter.platform.get("/decisions")["items"][0]["id"] == matter.id)
    assert matter.public()["consultation"]["shorter_reason"] == "汛期前须完成划定"
    _comments(matter)
    matter.platform.advance(4)
    soon(lambda: matter.public()["stage"] == "sorting")
    with matter.platform.web() as visitor:
        late = visitor.post(f"/api/v1/decisions/{matter.id}/comments", json={"text": "来晚了的意见"})
    assert (late.status_code, "征求意见期间" in late.json()["detail"]) == (422, True)
    assert "2 条" in matter.refused("comments", "publish", matter.id, "--secrecy", *OFFICE)
    matter.do("comments", "answer", matter.id, "采纳", "1", "--summary", "扩大核心区", *CLERK)
    refuse = ("answer", matter.id, "不采纳", "2-2", "--summary", "提高补偿标准")
    assert "理由" in matter.refused("comments", *refuse, *CLERK)
    matter.do("comments", *refuse, "--reason", "须执行省定标准", *CLERK)
    matter.do("comments", "publish", matter.id, "--secrecy", *OFFICE)
    soon(lambda: matter.public()["feedback"])
    answers = matter.platform.get(f"/decisions/{matter.id}/answers")["items"]
    assert [(each["no"], each["adoption"], each["reason"]) for each in answers] == [
        (1, "采纳", ""),
        (2, "不采纳", "须执行省定标准"),
    ]
    agree(matter.platform, matter.id)


def _comments(matter: Matter) -> None:
    """By the web, twice with the same key, and from a forum."""
    address = f"/api/v1/decisions/{matter.id}/comments"
    with matter.platform.web() as visitor:
        once = [
            visitor.post(address, json={"text": WORDS, "name": MARK}, headers={"Idempotency-Key": "opinion"}).json()
            for _ in range(2)
        ]
        assert visitor.post(address, json={"text": "x"}).status_code == 422
    assert [each["no"] for each in once] == [1, 1]
    kept = matter.do("comments", "add", matter.id, "座谈会", "--text", f"{MARK}：提高补偿标准", *CLERK)
    assert kept["no"] == 2
    read = matter.do("comments", "read", matter.id, "1", "--purpose", "整理意见", *CLERK)
    assert read["text"] == WORDS
    held = ("座谈会", "--on", matter.day(), "--participants", "20", "--summary", "多数赞成")
    matter.do("decisions", "held", matter.id, *held, *CLERK)


def test_nothing_is_discussed_before_experts_risk_and_law(matter: Matter) -> None:
    today = ("--on", matter.day())
    experts = (matter.id, *today, "--assessor", "示例规划院", "--number", "5", "--conclusion", "科学可行")
    matter.do("decisions", "experts", *experts, "--independent", "--signed", *CLERK)
    risk = (matter.id, *today, "--assessor", "示例评估公司", "--conclusion", "低风险", "--measures", "分期退养")
    matter.do("decisions", "risk", *risk, *CLERK)
    agenda = matter.table(
        "议程",
        "序号,议题,民生领域,公开属性,公开方式,邀请列席,决策事项",
        f"1,审议湿地保护规划,环境保护,,,,{matter.id}",
    )
    now: datetime = matter.platform.now()
    plan = (agenda, "--title", "县政府第30次常务会议", "--type", "政府常务会议", "--at", f"{now:%Y-%m-%dT%H:%M}")
    matter.meeting = matter.do("meetings", "plan", *plan, *SECRETARY)["id"]
    assert "民生领域" in matter.refused("meetings", "approve", matter.meeting, *MAYOR)
    text = Path(agenda).read_text(encoding="utf-8").replace("环境保护,,,", "环境保护,主动公开,网站,市民代表、新闻媒体")
    Path(agenda).write_text(text, encoding="utf-8")
    matter.do("meetings", "revise", matter.meeting, agenda, *SECRETARY)
    matter.do("meetings", "approve", matter.meeting, *MAYOR)
    matter.do("meetings", "live", matter.meeting, "https://live.sample.invalid/30", "--secrecy", *OFFICE)
    said = ("--result", "1=审议通过", "--invited", "市民代表=5/3", "--invited", "新闻媒体=2/2")
    matter.do("meetings", "held", matter.meeting, *said, *SECRETARY)
    discuss = (matter.id, matter.meeting, "通过", "--head-last", "--dissent", "1")
    assert "合法性审查" in matter.refused("decisions", "discuss", *discuss, *CLERK)
    submit = (matter.id, "--until", matter.day(3), "--reason", "汛期前须完成")
    matter.do("decisions", "submit", *submit, *CLERK)
    matter.do("decisions", "review", matter.id, "--lawful", "--note", "权限、程序、内容合法", *LAWYER)
    assert "风险可控" in matter.refused("decisions", "discuss", *discuss, *CLERK)
    matter.do("decisions", "risk", *risk, "--controllable", *CLERK)
    matter.do("decisions", "discuss", *discuss, *CLERK)
    agree(matter.platform, matter.meeting)


def test_the_meeting_the_decision_and_its_execution_are_public(matter: Matter) -> None:
    matter.do("meetings", "publish", matter.meeting, "--secrecy", *OFFICE)
    soon(lambda: matter.platform.get(f"/meetings/{matter.meeting}")["items"])
    (item,) = matter.platform.get(f"/meetings/{matter.meeting}")["items"]
    assert (item["result"], item["adoption_note"][:8]) == ("审议通过", "收到意见 2 条")
    counts = matter.do("meetings", "counts", "--year", str(matter.platform.now().year), "--of", "xzf")["rows"]
    assert next(row for row in counts if row["type"] == "政府常务会议")["with_invitees"] >= 1
    matter.documents["decision"] = matter.publish_document("示例湖湿地保护规划")
    publish = (matter.id, matter.documents["decision"], "--secrecy")
    assert "自己经办" in matter.refused("decisions", "publish", *publish, "--as", "张林业", "--agency", "bgs")
    matter.do("decisions", "publish", *publish, *OFFICE)
    _execute(matter)
    kind = ("第三方评估", "--on", matter.day(), "--result", "湿地面积恢复百分之五")
    own = ("evaluate", matter.id, *kind, "--secrecy", *OFFICE, "--evaluator")
    assert "论证评估" in matter.refused("decisions", *own, "示例规划院")
    matter.do("decisions", *own, "示例大学")
    matter.do("decisions", "archive", matter.id, "2026-JC-001", *CLERK)
    soon(lambda: matter.public()["stage"] == "archived")
    for case in (matter.id, matter.meeting, matter.ledger, matter.catalogue):
        agree(matter.platform, case)


def _execute(matter: Matter) -> None:
    """The ledger: opened, published, commented on, inspected, finished by somebody else."""
    steps = matter.table("步骤", "序号,步骤,责任单位,完成期限", f"1,勘界立标,lyj,{matter.day(30)}")
    plan = (steps, "--title", "湿地保护规划实施", "--source", "重大行政决策", "--reference", "湿地保护规划第三章")
    plan += ("--measure", "勘界", "--measure", "退养", "--duty", "lyj=牵头实施", "--supervision", "拨打12345热线")
    matter.ledger = matter.do("ledgers", "open", *plan, "--matter", matter.id, *CLERK)["id"]
    matter.do("ledgers", "publish", matter.ledger, "--secrecy", *OFFICE)
    matter.do("decisions", "execute", matter.id, "--by", "lyj", "--ledger", matter.ledger, *CLERK)
    soon(lambda: matter.platform.get(f"/ledgers/{matter.ledger}"))
    with matter.platform.web() as visitor:
        taken = visitor.post(f"/api/v1/ledgers/{matter.ledger}/comments", json={"text": WORDS})
    assert taken.status_code == 201, taken.text
    matter.do("comments", "answer", matter.ledger, "采纳", "1", "--summary", "增设界桩", *CLERK)
    matter.do("comments", "publish", matter.ledger, "--note", "已增设", "--secrecy", *OFFICE)
    matter.do("ledgers", "report", matter.ledger, "--text", "界桩已立", "--step", "1", *CLERK)
    matter.do("ledgers", "effect", matter.ledger, "--text", "界线清楚，退养三百亩", *CLERK)
    matter.do("ledgers", "publish", matter.ledger, "--secrecy", *OFFICE)
    result = ("--inspector", "县政府督查室", "--on", matter.day(), "--result", "推进有力", "--secrecy")
    supervisor = ("--as", "孙督查", "--agency", "xzf")
    matter.do("ledgers", "inspect", matter.ledger, "典型", "--unit", "lyj", *result, *supervisor)
    matter.do("ledgers", "finish", matter.ledger, "--note", "现场核实", *supervisor)


def test_everything_is_on_the_public_stream_and_nobody_is_named(matter: Matter) -> None:
    told = matter.platform.bus("operator", _public_events)
    mine = [kind for kind, id, _ in told if id in (matter.id, matter.meeting, matter.ledger, matter.catalogue)]
    for event in (
        "public_decision_catalogue.published",
        "public_decision.consultation_opened",
        "public_decision.feedback_published",
        "public_decision.decision_published",
        "public_decision.evaluation_published",
        "public_meeting.live_announced",
        "public_meeting.published",
        "public_work_ledger.published",
        "public_work_ledger.updated",
        "public_work_ledger.inspection_published",
    ):
        assert f"publication.{event}.v1" in mine
    assert not [kind for kind, _, data in told if MARK in data or PHONE in data]
    with matter.platform.web() as visitor:
        pages = {path: visitor.get(path).text for path in _paths(matter)}
    for path, said in _paths(matter).items():
        assert said in pages[path], path
        assert MARK not in pages[path]
    for path, other in (
        (f"/decisions/catalogues/{matter.catalogue}", f"/decisions/{matter.id}"),
        (f"/decisions/{matter.id}", f"/meetings/{matter.meeting}"),
        (f"/decisions/{matter.id}", f"/ledgers/{matter.ledger}"),
        (f"/ledgers/{matter.ledger}", f"/decisions/{matter.id}"),
    ):
        assert f'href="{other}"' in pages[path], path
    token = matter.platform.run("token", "--role", "supervisor", "--agency", "bgs").stdout.strip()
    with matter.platform.web() as visitor:
        headers = {"Authorization": f"Bearer {token}"}
        view = visitor.get(f"/api/v1/views/publication.decision/{matter.id}", headers=headers).json()["record"]
    assert (view["state"], view["open"]) == ("archived", False)


def _paths(matter: Matter) -> dict[str, str]:
    return {
        "/decisions": "示例湖湿地保护规划",
        f"/decisions/catalogues/{matter.catalogue}": "示例湖湿地保护规划",
        f"/decisions/{matter.id}": "须执行省定标准",
        "/meetings": "县政府第30次常务会议",
        f"/meetings/{matter.meeting}": "市民代表 3 人",
        "/ledgers": "湿地保护规划实施",
        f"/ledgers/{matter.ledger}": "推进有力",
    }


async def _public_events(client: Any) -> list[tuple[str, str, str]]:
    """Every message of the public stream: type, record, body."""
    js = client.jetstream(timeout=10)
    last = (await js.stream_info("PUBLIC")).state.last_seq
    told = []
    for seq in range(1, last + 1):
        try:
            message = await js.get_msg("PUBLIC", seq=seq)
        except Exception:
            continue
        told.append((message.headers["ce-type"], message.headers["ce-subject"], (message.data or b"").decode()))
    return told
