"""The pages as people meet them: no script, a keyboard, a small screen."""

import itertools
import re
from pathlib import Path

import pytest

from contracts.base import Role
from tests.browser.chromium import Chromium
from tests.gateway.conftest import Publish
from tests.servers import Servers, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
TEXT = "各镇：\n一、总体要求\n请按时完成村道养护。\n2026年11月20日"
PAGES = (
    "/",
    "/guide",
    "/catalogue",
    "/catalogues",
    "/catalogues/guide",
    "/gazette",
    "/answers",
    "/decisions",
    "/meetings",
    "/ledgers",
    "/notices",
    "/search?q=养护",
    "/requests/new",
    "/requests/follow",
    "/tickets/new",
    "/tickets/follow",
    "/sign-in",
    "/nowhere",
)
WIDE, PHONE = (1280, 900), (360, 740)
CONTRAST = 4.5


def luminance(colour: str) -> float:
    """Relative luminance of `rgb(…)` (WCAG 2.1)."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


async def test_contrast_is_counted_as_the_standard_does() -> None:
    assert round(contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)")) == 21
    assert (
        contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)")
        < CONTRAST
        < contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)")
    )


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_can_be_read_by_everyone(chromium: Chromium, site: str, path: str) -> None:
    await chromium.size(*WIDE)
    await chromium.open(site + path)
    html = await chromium.html()
    assert '<html lang="zh-CN">' in html
    assert "<script" not in html
    assert " style=" not in html
    assert " onclick=" not in html
    assert html.index('class="skip"') < html.index("<header")
    assert len(await chromium.find("main")) == 1
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for field in re.findall(r"<(?:input|select|textarea) (?![^>]*hidden)[^>]*>", html):
        name = re.search(r'id="([^"]+)"', field)
        assert name, field
        assert f'for="{name[1]}"' in html
    assert all('scope="' in head for head in re.findall(r"<th[^e][^>]*>", html))
    assert all(" alt=" in image for image in re.findall(r"<img[^>]*>", html))


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_fits_a_phone(chromium: Chromium, site: str, path: str) -> None:
    await chromium.size(*PHONE, mobile=True)
    await chromium.open(site + path)
    assert not await chromium.scrolls_sideways()


async def test_texts_stand_out_from_their_ground(chromium: Chromium, site: str) -> None:
    await chromium.size(*WIDE)
    await chromium.open(site + "/requests/new")
    white = "rgb(255, 255, 255)"
    for selector, ground in (
        (".card label", white),
        (".hint", white),
        (".must", white),
        (".lead", (await chromium.style("body"))["background-color"]),
        ("button", (await chromium.style("button"))["background-color"]),
        (".brand", (await chromium.style(".top"))["background-color"]),
        (".bottom a", (await chromium.style(".bottom"))["background-color"]),
    ):
        assert contrast((await chromium.style(selector))["color"], ground) >= CONTRAST, selector


async def test_the_keyboard_skips_to_the_text_and_shows_where_it_is(chromium: Chromium, site: str) -> None:
    await chromium.size(*WIDE)
    await chromium.open(site + "/catalogue")
    await chromium.press("Tab", 9)
    skip = await chromium.style(".skip")
    assert skip["top"] == "0px"
    assert (skip["outline-style"], skip["outline-width"]) == ("solid", "3px")


async def test_a_document_is_found_by_its_words(
    chromium: Chromium, site: str, publish: Publish, tmp_path: Path
) -> None:
    id = await publish("关于村道养护的通知", TEXT, doc_no="示政办发〔2026〕72号")
    await chromium.size(*WIDE)

    async def listed() -> bool:
        await chromium.open(site + "/search?q=村道养护")
        return id in await chromium.html("main")

    await until(listed)
    await chromium.open(site + "/")
    assert "关于村道养护的通知" in await chromium.html("main")
    await chromium.fill("#q", "村道养护")
    await chromium.click(".search button")
    assert "<mark>" in await chromium.html(".hits")
    await chromium.click(f'.hits a[href="/documents/{id}"]')
    assert "示政办发〔2026〕72号" in await chromium.html(".metadata")
    assert "总体要求" in await chromium.html(".text .part")
    assert (await chromium.picture(tmp_path / "document.png")).startswith(b"\x89PNG")
    await chromium("Emulation.setEmulatedMedia", media="print")
    assert (await chromium.style(".top"))["display"] == "none"
    assert (await chromium.style(".sheet"))["display"] == "block"
    await chromium("Emulation.setEmulatedMedia", media="")


async def test_a_citizen_applies_and_follows(chromium: Chromium, site: str) -> None:
    await chromium.size(*PHONE, mobile=True)
    await chromium.open(site + "/requests/new")
    await chromium.pick("#agency", 2)
    await chromium.fill("#name", "示例丙")
    await chromium.fill("#id_document", "护照 E00000002")
    await chromium.fill("#contact", "0000-5559004")
    await chromium.fill("#description", "2025年村道养护支出")
    await chromium.pick("#form")
    await chromium.click("main button[type=submit]")
    number = re.search(r">([\w-]+)<", await chromium.html("#number"))
    assert number
    assert "-YSQ-" in number[1]
    await chromium.click("main button[type=submit]")
    assert number[1] in await chromium.html(".facts")
    frames = await chromium("Page.getNavigationHistory")
    assert all("code" not in entry["url"] for entry in frames["entries"])


async def test_staff_sign_in_and_see_what_waits(chromium: Chromium, site: str, servers: Servers) -> None:
    await chromium.size(*WIDE)
    await chromium.open(site + "/desk")
    await chromium.fill("#token", servers.token("李督查", [Role.SUPERVISOR]))
    await chromium.click("main button[type=submit]")
    desk = await chromium.html("main")
    for part in ("已超期", "即将到期", "其他在办", "李督查"):
        assert part in desk
    await chromium.click(".inline button")
    await chromium.open(site + "/desk")
    assert await chromium.find("#token")
