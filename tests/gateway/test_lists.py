"""What the law lists: catalogues, the gazette, notices, interpretations; attachments on their way in and out."""

import asyncio
import csv
import hashlib
import io
import re
from datetime import date
from typing import Any

import httpx
import pytest

from contracts.base import Done, Role
from contracts.publication import catalogue, documents
from contracts.publication.comments import Adoption, AnswerComments, CommentContent, CommentsAnswered, ReadComment
from contracts.publication.doubts import DoubtedDocuments, ListDoubted, RaiseCommentDoubt
from contracts.publication.files import MAX_FILE, MAX_PIECE
from contracts.publication.gazette import Compile, IssueGazette
from contracts.publication.record import Attribute, Metadata
from contracts.publication.showing import SetNotice
from contracts.publication.stock import Given, Import, ImportItem, ImportOutcomes
from kernel.refused import Refused
from services.gateway.comparing import MAX_PARAGRAPH, Piece, compared
from tests.gateway.conftest import Publish
from tests.publication.test_service import clear, draft
from tests.servers import Desk, Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
TEXT = "各镇：\n一、基本要求\n按《示例县古桥保护办法》执行。\n示例县财政局\n2026年11月20日"
ROW = {"编号": "N1", "禁止或许可事项": "建筑垃圾处置", "管理措施": "许可", "设立依据": "条例", "主管部门": "=城管局"}


async def put(desk: Desk, reason: str, **changed: str) -> catalogue.RowOutcome:
    command = catalogue.PutItems(type="negative", agency="czj", rows=(ROW | changed,), reason=reason)
    done: catalogue.RowOutcomes = await desk(
        command, catalogue.RowOutcomes, as_="张起草", agency="czj", roles=[Role.CLERK]
    )
    return done.rows[0]


async def has(web: httpx.AsyncClient, path: str, words: str) -> None:
    async def shown() -> bool:
        return words in (await web.get(path)).text

    await until(shown)


async def announced(web: httpx.AsyncClient, path: str, size: int) -> int:
    """Status of the answer to a body that is only announced."""
    reader, writer = await asyncio.open_connection(web.base_url.host, web.base_url.port)
    writer.write(f"PUT {path} HTTP/1.1\r\nHost: site\r\nContent-Length: {size}\r\n\r\n".encode())
    status = (await asyncio.wait_for(reader.readline(), 10)).split()[1]
    writer.close()
    return int(status)


async def test_a_catalogue_is_listed_with_its_changes_and_downloads(web: httpx.AsyncClient, desk: Desk) -> None:
    first = await put(desk, "首次编制")
    await put(desk, "依据条款补全", 设立依据="条例第十六条")
    types = (await web.get("/catalogues")).text
    assert 'href="/catalogues/negative"' in types
    assert 'href="/catalogues/guide"' in types
    await has(web, "/catalogues/negative", f'href="/catalogues/items/{first.id}"')
    await has(web, "/catalogues/negative?agency=jtj", "没有符合条件的事项。")
    page = (await web.get(f"/catalogues/items/{first.id}")).text
    assert page.index("依据条款补全") < page.index("首次编制")
    assert "条例第十六条" in page
    lines = list(csv.DictReader(io.StringIO((await web.get("/catalogues/negative.csv")).text.lstrip("\ufeff"))))
    assert [(line["事项编号"], line["设立依据"], line["主管部门"]) for line in lines] == [
        (first.id, "条例第十六条", "'=城管局")
    ]
    data = (await web.get("/catalogues/negative.json")).json()
    assert data["items"][0]["cells"]["禁止或许可事项"] == "建筑垃圾处置"
    for path in ("/catalogues/nothing", "/catalogues/nothing.csv", "/catalogues/items/999901-ML-2026-999999"):
        assert (await web.get(path)).status_code == 404


async def test_an_issue_of_the_gazette_is_listed_and_downloaded(
    web: httpx.AsyncClient, desk: Desk, publish: Publish
) -> None:
    id = await publish("关于公报的办法", TEXT, doc_no="示政办发〔2026〕81号", category="法规公文")
    issued = await desk(IssueGazette(documents=(id,)), Done, as_="赵审核", roles=[Role.REVIEWER])
    await has(web, "/gazette", f'href="/gazette/{issued.id}"')
    page = (await web.get(f"/gazette/{issued.id}")).text
    assert f'href="/documents/{id}"' in page
    for form in re.findall(rf'href="/gazette/{issued.id}/(\w+)"', page):
        file = await web.get(f"/gazette/{issued.id}/{form}")
        assert file.headers["content-disposition"].startswith("attachment;")
        assert int(file.headers["content-length"]) == len(file.content) > 0
    assert (await web.get(f"/gazette/{issued.id}/json")).json()
    assert (await web.get(f"/gazette/{issued.id}/pdf")).content.startswith(b"%PDF-")
    assert (await web.get(f"/gazette/{issued.id}/doc")).status_code == 404
    await has(web, f"/documents/{id}", f'href="/gazette/{issued.id}"')
    listed = (await web.get("/api/v1/gazette", params={"limit": 50})).json()
    assert [line["documents"] for line in listed["items"] if line["id"] == issued.id] == [1]
    one = (await web.get(f"/api/v1/gazette/{issued.id}")).json()
    assert [item["document"] for item in one["items"]] == [id]
    for each in one["downloads"]:
        file = await web.get(each["url"])
        assert file.headers["content-type"] == each["media_type"]
        assert hashlib.sha256(file.content).hexdigest() == each["sha256"]
    assert {each["form"] for each in one["downloads"]} == {"html", "json", "pdf"}
    assert (await web.get("/api/v1/gazette/999901-GB-2026-99")).status_code == 404
    made = await desk(Compile(), Done, as_="赵审核", roles=[Role.REVIEWER])
    await has(web, "/gazette", f'href="/gazette/{made.id}"')
    compiled = (await web.get("/api/v1/gazette", params={"kind": "compilation"})).json()
    assert made.id in [line["id"] for line in compiled["items"]]


async def test_interpretation_leads_both_ways(web: httpx.AsyncClient, publish: Publish) -> None:
    policy = await publish("关于古渡保护的通知", TEXT.replace("古桥", "古渡"), doc_no="示政办发〔2026〕82号")
    material = await publish("古渡保护的解读", TEXT.replace("古桥", "渡口"), interprets=("示政办发〔2026〕82号",))
    await has(web, f"/documents/{policy}", f'href="/documents/{material}"')
    await has(web, f"/documents/{material}", f'href="/documents/{policy}"')
    unrelated = await publish("关于无关事项的通知", TEXT.replace("古桥", "古亭"))
    assert "解读" not in re.sub(r"<meta[^>]*>", "", (await web.get(f"/documents/{unrelated}")).text)


async def test_a_notice_takes_objections_while_it_runs(web: httpx.AsyncClient, desk: Desk) -> None:
    id = await draft(desk, "拟命名单位公示", TEXT.replace("古桥", "古楼"), formed_on=date(2026, 11, 20))
    notice = SetNotice(id=id, until=date(2026, 11, 30), contact="县财政局办公室")
    await desk(notice, Done, as_="张起草", agency="czj")
    await clear(desk, id)
    await desk(documents.Publish(id=id), Done, as_="赵审核", agency="bgs")
    await has(web, "/notices", f'href="/documents/{id}"')
    assert f'href="/documents/{id}"' not in (await web.get("/notices?show=ended")).text
    page = (await web.get(f"/documents/{id}/objection")).text
    token, key = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("form_token", "command_key"))
    assert token
    assert key
    sent = {"form_token": token[1], "command_key": key[1], "objector": "示例丁", "text": "名单有误"}
    wrong = await web.post(f"/documents/{id}/objection", data=sent | {"text": ""})
    assert (wrong.status_code, "请写明异议和理由。" in wrong.text) == (422, True)
    for _ in range(2):
        done = await web.post(f"/documents/{id}/objection", data=sent)
        assert "第 1 件异议" in done.text
    await has(web, f"/documents/{id}", "1 件，已答复 0 件")
    assert "示例丁" not in (await web.get(f"/documents/{id}")).text
    without = await web.post(f"/documents/{id}/objection", data=sent | {"form_token": "x"})
    assert without.status_code == 403
    other = (await desk(Import(items=(ImportItem(name="a", form="given", content="短文", given=Given(
        metadata=Metadata(title="不在公示的通知", issuers=("bgs",), formed_on=date(2026, 11, 20)),
        attribute=Attribute.PROACTIVE, published_on=date(2026, 11, 20))),), confirm=True),
        ImportOutcomes, roles=[Role.REVIEWER])).items[0].id  # fmt: skip
    await has(web, f"/documents/{other}", "不在公示的通知")
    assert (await web.get(f"/documents/{other}/objection")).status_code == 422


async def test_a_corrected_text_is_compared(web: httpx.AsyncClient, desk: Desk, publish: Publish) -> None:
    id = await publish("关于对照的通知", TEXT.replace("古桥", "古塔"))
    new = TEXT.replace("古桥", "古寨")
    await desk(documents.Correct(id=id, reason="名称有误", text=new), Done, as_="赵审核", roles=[Role.REVIEWER])
    await has(web, f"/documents/{id}", "与现行文本比较")
    path = re.search(r'href="([^"]+/changes)"', (await web.get(f"/documents/{id}")).text)
    assert path
    page = (await web.get(path[1])).text
    assert re.search(r"<del>.*塔</del>.*<ins>.*寨</ins>", page)
    assert "一、基本要求" in page


async def test_texts_are_compared_by_paragraph_and_sign() -> None:
    assert compared("甲\n乙丙\n丁", "甲\n乙戊\n丁\n己") == [
        [Piece("same", "甲")],
        [Piece("same", "乙"), Piece("out", "丙"), Piece("in", "戊")],
        [Piece("same", "丁")],
        [Piece("in", "己")],
    ]
    long = "长" * (MAX_PARAGRAPH + 1)
    assert compared(long, long + "。") == [[Piece("out", long), Piece("in", long + "。")]]


async def test_a_clerk_sends_an_attachment_that_anyone_fetches(
    web: httpx.AsyncClient, desk: Desk, servers: Servers
) -> None:
    id = await draft(desk, "带附件的通知", TEXT.replace("古桥", "古堡"), formed_on=date(2026, 11, 20))
    path, body = f"/api/v1/documents/{id}/attachments", ("第一名：示例单位\n" * 40_000).encode()
    clerk = {"Authorization": f"Bearer {servers.token('张起草', [Role.CLERK], 'czj')}"}
    assert len(body) > MAX_PIECE
    assert (await web.put(path, params={"name": "名单.txt"}, content=body)).status_code == 401
    sent = await web.put(path, params={"name": "名单.txt"}, content=body, headers=clerk, timeout=60)
    assert (sent.status_code, sent.json()["id"]) == (200, id)
    assert await announced(web, f"{path}?name=a.txt", MAX_FILE + 1) == 413
    for given, code in (({"name": "b.txt", "sha256": "0" * 64}, "digest_differs"), ({"name": ""}, "invalid")):
        refused = await web.put(path, params=given, content=b"abc", headers=clerk)
        assert (refused.status_code, refused.json()["title"]) == (422, code)
    await clear(desk, id)
    await desk(documents.Publish(id=id), Done, as_="赵审核", agency="bgs")
    await has(web, f"/documents/{id}", "名单.txt")
    address = re.search(r'href="([^"]+/attachments/[^"]+)"', (await web.get(f"/documents/{id}")).text)
    assert address
    for prefix in ("", "/api/v1"):
        file = await web.get(prefix + address[1])
        assert (file.content, file.headers["content-disposition"][:11]) == (body, "attachment;")
    assert (await web.get(f"/documents/{id}/attachments/{'0' * 64}")).status_code == 404


async def test_the_guide_names_the_guides(web: httpx.AsyncClient, publish: Publish) -> None:
    id = await publish("示例县财政局信息公开指南", "一、信息分类\n二、获取方式", category="概况")
    await has(web, "/guide", f'href="/documents/{id}"')


async def test_anyone_asks_what_a_policy_means(web: httpx.AsyncClient, desk: Desk, publish: Publish) -> None:
    """The words are a paper until somebody of the unit has dealt with them; the doubt is in that person's words."""
    id = await publish(
        "关于古亭补助的通知", TEXT.replace("古桥", "古阁"), doc_no="示财规〔2026〕91号", category="法规公文"
    )
    await has(web, f"/documents/{id}", f'href="/documents/{id}/question"')
    other = await publish("古阁修缮进展", TEXT.replace("古桥", "古台"))
    assert (await web.get(f"/documents/{other}/question")).status_code == 422
    page = (await web.get(f"/documents/{id}/question")).text
    token, key = (re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("form_token", "command_key"))
    assert token
    assert key
    sent = {"form_token": token[1], "command_key": key[1], "text": "示例戊问：第二条是什么意思？"}
    assert (await web.post(f"/documents/{id}/question", data=sent | {"text": ""})).status_code == 422
    for _ in range(2):
        assert "疑问已收到" in (await web.post(f"/documents/{id}/question", data=sent)).text
    assert (await web.post(f"/api/v1/documents/{id}/comments", json={"text": "何时发放？"})).json()["no"] == 2
    clerk: dict[str, Any] = {"as_": "张起草", "agency": "bgs"}
    read = ReadComment(id=id, no=1, purpose="查看疑问")
    assert (await desk(read, CommentContent, **clerk)).text == sent["text"]
    listed: DoubtedDocuments = await desk(ListDoubted(agency="bgs"), DoubtedDocuments)
    assert [(each.doubts, each.unread) for each in listed.documents if each.id == id] == [(0, 2)]
    await desk(RaiseCommentDoubt(id=id, no=1, point="第二条的含义"), Done, **clerk)
    aside = AnswerComments(id=id, nos=(2,), summary="发放时间", adoption=Adoption.NOT_ADOPTED, reason="文件已写明")
    await desk(aside, CommentsAnswered, **clerk)
    listed = await desk(ListDoubted(agency="bgs"), DoubtedDocuments)
    assert [(each.doubts, each.unread) for each in listed.documents if each.id == id] == [(1, 0)]
    with pytest.raises(Refused):
        await desk(read, CommentContent, **clerk)
