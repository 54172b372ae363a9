"""Limits, headers and problems, for whoever sends what."""

from collections.abc import AsyncIterator

import httpx
import pytest

from services.gateway.edge import MAX_BODY_BYTES

pytestmark = pytest.mark.asyncio(loop_scope="session")
JSON = {"content-type": "application/json"}
SECRET = "不该出现的内容"


def is_problem(response: httpx.Response, status: int, code: str) -> bool:
    body = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == response.status_code == status
    assert body["type"] == f"urn:zwgk:problem:{code}"
    assert body["detail"].endswith("。")
    assert body["remedy"]
    return True


async def test_every_answer_carries_the_headers(web: httpx.AsyncClient) -> None:
    for path in ("/", "/nowhere", "/api/v1/agencies", "/api/v1/nowhere", "/static/style.css", "/robots.txt"):
        headers = (await web.get(path)).headers
        assert "script-src" not in headers["content-security-policy"]
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers
        assert "server" not in headers


async def test_a_body_at_the_limit_is_read_and_one_byte_more_is_413(web: httpx.AsyncClient) -> None:
    at_limit = await web.post("/api/v1/tickets", content=b" " * MAX_BODY_BYTES, headers=JSON)
    assert is_problem(at_limit, 422, "invalid")
    over = await web.post("/api/v1/tickets", content=b" " * (MAX_BODY_BYTES + 1), headers=JSON)
    assert is_problem(over, 413, "too_large")


async def test_a_body_of_undeclared_length_is_counted(web: httpx.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 65536 + 1):
            yield b" " * 65536

    response = await web.post("/api/v1/tickets", content=endless(), headers=JSON)
    assert is_problem(response, 413, "too_large")


async def test_long_addresses_and_headers_are_refused(web: httpx.AsyncClient) -> None:
    assert is_problem(await web.get("/api/v1/search", params={"q": "a" * 5000}), 414, "address_too_long")
    many = {f"x-{number}": "a" * 1000 for number in range(20)}
    assert is_problem(await web.get("/api/v1/agencies", headers=many), 431, "headers_too_large")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v1/requests", {"agency": SECRET * 50, "application": {}}),
        ("/api/v1/requests", {"agency": "bgs", "application": {"applicant_class": SECRET, "applicants": []}}),
        ("/api/v1/tickets", {"kind": SECRET, "title": "x", "content": "y"}),
        ("/api/v1/tickets", {"kind": "咨询", "title": "x", "content": "y", SECRET: 1}),
        ("/api/v1/tickets/follow", {"number": SECRET, "code": "x"}),
        ("/api/v1/requests/follow", SECRET),
    ],
)
async def test_what_is_invalid_is_named_and_never_repeated(web: httpx.AsyncClient, path: str, body: object) -> None:
    response = await web.post(path, json=body)
    assert is_problem(response, 422, "invalid")
    assert SECRET not in response.text


async def test_broken_json_is_a_problem(web: httpx.AsyncClient) -> None:
    response = await web.post("/api/v1/tickets", content="{" + SECRET, headers=JSON)
    assert is_problem(response, 422, "invalid")
    assert SECRET not in response.text


async def test_unknown_paths_and_methods(web: httpx.AsyncClient) -> None:
    assert is_problem(await web.get("/api/v1/nowhere"), 404, "no_such_page")
    assert is_problem(await web.delete("/api/v1/tickets"), 405, "method_not_allowed")
    page = await web.get("/nowhere")
    assert page.status_code == 404
    assert "没有找到" in page.text
    assert 'lang="zh-CN"' in page.text


async def test_who_asks_too_often_has_to_wait(web: httpx.AsyncClient) -> None:
    claim = {"number": "999901-YSQ-2026-999999", "code": "WRONGCODE1"}
    answers = [await web.post("/api/v1/requests/follow", json=claim) for _ in range(32)]
    assert answers[0].status_code == 404
    assert is_problem(answers[-1], 429, "rate_limited")
    assert answers[-1].headers["retry-after"] == "60"


async def test_staff_interfaces_need_a_token(web: httpx.AsyncClient) -> None:
    for path in ("/api/v1/desk", "/api/v1/counts?year=2026", "/api/v1/views/requests.request"):
        response = await web.get(path)
        assert is_problem(response, 401, "token_needed")
        assert response.headers["www-authenticate"] == "Bearer"
        forged = await web.get(path, headers={"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."})
        assert is_problem(forged, 401, "token_invalid")


async def test_the_interface_describes_itself(web: httpx.AsyncClient) -> None:
    description = (await web.get("/api/v1/openapi.json")).json()
    assert description["openapi"].startswith("3.")
    for path, operations in description["paths"].items():
        assert path.startswith("/api/v1/")
        for operation in operations.values():
            assert operation["summary"]
            assert "application/problem+json" in operation["responses"]["4XX"]["content"]
    operations = [each for path in description["paths"].values() for each in path.values()]
    codes = [o["summary"] for o in operations for p in o.get("parameters", ()) if p["name"] == "code"]
    assert set(codes) <= {"办事指南", "核对要求", "核对索要材料"}, "a query code stands in no address"
