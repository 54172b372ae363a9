"""What anyone may read."""

from datetime import date

import httpx
import pytest

from contracts.base import Done, Role
from contracts.publication import documents as c
from contracts.publication.record import Leak
from tests.gateway.conftest import Publish
from tests.servers import Desk, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
TEXT = "各镇：\n一、基本要求\n按《示例县古桥保护办法》执行，<b>不得</b>擅自拆除。\n示例县人民政府办公室\n2026年11月20日"


async def test_a_document_is_shown_with_its_tags(web: httpx.AsyncClient, publish: Publish) -> None:
    id = await publish("关于加强古桥保护的通知", TEXT, doc_no="示政办发〔2026〕71号", theme="文化、广电、新闻出版/文物")
    page = (await web.get(f"/documents/{id}")).text
    for shown in (
        "示政办发〔2026〕71号",
        "索引号",
        "示例县人民政府办公室",
        "2026-11-20",
        "有效",
        "&lt;b&gt;不得&lt;/b&gt;",
    ):
        assert shown in page
    assert "<b>" not in page
    assert "<script" not in page
    for tag in (
        '<meta name="SiteName" content="示例县政府信息公开平台">',
        '<meta name="ColumnType" content="政策文件">',
        '<meta name="ArticleTitle" content="关于加强古桥保护的通知">',
        '<meta name="PubDate" content="2026-11-20 00:00">',
        '<meta name="ContentSource" content="示例县人民政府办公室">',
    ):
        assert tag in page
    assert "noindex" not in page


async def test_every_field_of_a_document_is_shown_and_in_the_open_data(
    web: httpx.AsyncClient, publish: Publish
) -> None:
    fields = {
        "issued_on": date(2026, 11, 19),
        "summary": "概述古榕的保护",
        "scope": "各镇及古榕周边单位",
        "group": "重点领域/文物",
        "channels": ("网站", "公报"),
        "keywords": ("古榕", "修缮"),
        "effective_on": date(2026, 12, 1),
        "valid_until": date(2031, 11, 30),
        "openness": "决策",
    }
    id = await publish("关于加强古榕保护的通知", TEXT.replace("古桥", "古榕"), **fields)
    page = (await web.get(f"/documents/{id}")).text
    said = [str(word) for value in fields.values() for word in (value if isinstance(value, tuple) else (value,))]
    assert [word for word in (*said, "公开方式", "主动公开") if word not in page] == []

    async def listed() -> bool:
        found = (await web.get("/api/v1/catalogue.csv?agency=bgs")).text.splitlines()
        return any(id in line and all(word in line for word in said) for line in found)

    await until(listed)


async def test_catalogue_and_home_lead_to_it(web: httpx.AsyncClient, publish: Publish) -> None:
    id = await publish("关于目录入口的通知", TEXT.replace("古桥", "古道"), theme="综合政务")
    for path in ("/", "/catalogue", "/catalogue?genre=通知&agency=bgs&year=2026"):

        async def listed(path: str = path) -> bool:
            return f'href="/documents/{id}"' in (await web.get(path)).text

        await until(listed)
    assert f'href="/documents/{id}"' not in (await web.get("/catalogue?year=1999")).text
    found = (await web.get("/api/v1/catalogue", params={"agency": "bgs", "limit": 1})).json()
    assert len(found["items"]) == 1
    page = await web.get("/catalogue", params={"cursor": "gICA"})
    assert page.status_code == 422


async def test_the_public_home_knows_nothing_of_limits(web: httpx.AsyncClient) -> None:
    page = (await web.get("/")).text
    for word in ("超期", "到期", "办理台"):
        assert word not in page


async def test_the_search_marks_what_it_found(web: httpx.AsyncClient, publish: Publish) -> None:
    id = await publish("关于渡口安全检查的通知", "各镇：\n对全县义渡渡口进行检查。<img src=x>\n2026年11月20日")

    async def found() -> bool:
        return id in (await web.get("/search", params={"q": "义渡渡口"})).text

    await until(found)
    page = (await web.get("/search", params={"q": "义渡渡口"})).text
    assert "<mark>" in page
    assert "<img src=x" not in page
    assert 'content="noindex"' in page
    empty = (await web.get("/search", params={"q": '"><script>alert(1)</script>'})).text
    assert "<script>" not in empty
    hits = (await web.get("/api/v1/search", params={"q": "义渡渡口", "genre": "通知"})).json()
    assert [hit["id"] for hit in hits["hits"]] == [id]


async def test_a_corrected_document_keeps_its_old_text_readable(
    web: httpx.AsyncClient, publish: Publish, desk: Desk
) -> None:
    id = await publish("关于更正的通知", TEXT.replace("古桥", "古塔"))
    right = TEXT.replace("古桥", "古城墙")
    command = c.Correct(id=id, reason="名称有误", text=right)
    await desk(command, Done, as_="赵审核", roles=[Role.REVIEWER])

    async def corrected() -> bool:
        return "古城墙" in (await web.get(f"/documents/{id}")).text

    await until(corrected)
    document = (await web.get(f"/api/v1/documents/{id}")).json()
    old = document["versions"][0]["text"]["sha256"]
    page = (await web.get(f"/documents/{id}/versions/{old}")).text
    assert "古塔" in page
    assert "名称有误" in page
    assert (await web.get(f"/documents/{id}/versions/{'0' * 64}")).status_code == 404
    text = (await web.get(f"/api/v1/documents/{id}/text")).json()
    assert text["text"] == right


async def test_a_withdrawn_document_is_gone(web: httpx.AsyncClient, publish: Publish, desk: Desk) -> None:
    id = await publish("关于将被撤下的通知", TEXT.replace("古桥", "古井"))
    command = c.Withdraw(id=id, leak=Leak.PERSONAL)
    await desk(command, Done, as_="赵审核", roles=[Role.REVIEWER])

    async def gone() -> bool:
        return (await web.get(f"/documents/{id}")).status_code == 410

    await until(gone)
    assert "古井" not in (await web.get(f"/documents/{id}")).text
    problem = await web.get(f"/api/v1/documents/{id}")
    assert problem.status_code == 410
    assert problem.json()["type"] == "urn:zwgk:problem:withdrawn"


async def test_internal_records_are_not_found_by_the_public(web: httpx.AsyncClient, publish: Publish) -> None:
    id = await publish("关于内外有别的通知", TEXT.replace("古桥", "古窑"))
    assert (await web.get(f"/api/v1/views/publication.public_document/{id}")).status_code == 200
    assert (await web.get(f"/api/v1/views/publication.document/{id}")).status_code == 404


async def test_robots_may_read_documents(web: httpx.AsyncClient) -> None:
    text = (await web.get("/robots.txt")).text
    assert "Disallow: /desk" in text
    assert "Disallow: /documents" not in text
