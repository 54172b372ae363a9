"""Headless Chromium, driven through its own pipe (DevTools protocol): no driver program, no library."""

import asyncio
import base64
import itertools
import json
import os
import shutil
from pathlib import Path
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)
SECONDS = 20.0


def found() -> str | None:
    """Path of a Chromium on this machine."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Chromium:
    """One browser with one page."""

    def __init__(self, profile: Path) -> None:
        self._profile = profile
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self._session: str | None = None
        self._document: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        down, self._out = os.pipe()
        self._in, up = os.pipe()
        # The browser reads its commands from descriptor 3 and answers on 4.
        command = f'exec "$0" "$@" 3<&{down} 4>&{up}'
        arguments = (found() or "", *FLAGS, f"--user-data-dir={self._profile}", "about:blank")
        quiet = asyncio.subprocess.DEVNULL
        self._process = await asyncio.create_subprocess_exec(
            "bash", "-c", command, *arguments, pass_fds=(down, up), stdout=quiet, stderr=quiet
        )
        os.close(down)
        os.close(up)
        reader = asyncio.StreamReader(limit=2**26)
        self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self._in, "rb")
        )
        self._task = asyncio.create_task(self._listen(reader))
        targets = await self("Target.getTargets")
        page = next(each for each in targets["targetInfos"] if each["type"] == "page")
        attached = await self("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        await asyncio.gather(self("Page.enable"), self("DOM.enable"), self("Accessibility.enable"))
        return self

    async def __aexit__(self, *failure: object) -> None:
        self._session = None
        await self("Browser.close")
        await self._process.wait()
        self._task.cancel()
        self._transport.close()
        os.close(self._out)

    async def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one command; its result."""
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        return await asyncio.wait_for(self._waiting[number], SECONDS)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        while True:
            message = json.loads((await reader.readuntil(b"\0"))[:-1])
            if waiting := self._waiting.pop(message.get("id", 0), None):
                if "error" in message:
                    waiting.set_exception(RuntimeError(message["error"]["message"]))
                else:
                    waiting.set_result(message["result"])
            elif message.get("method") == "Page.loadEventFired":
                self._loaded.set()

    async def open(self, address: str) -> None:
        """Go to an address and wait until it is loaded."""
        self._loaded.clear()
        await self("Page.navigate", url=address)
        await asyncio.wait_for(self._loaded.wait(), SECONDS)

    async def without_script(self) -> None:
        await self("Emulation.setScriptExecutionDisabled", value=True)

    async def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        await self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    async def find(self, selector: str) -> list[int]:
        """Nodes on the page."""
        root = (await self("DOM.getDocument", depth=0))["root"]["nodeId"]
        return list((await self("DOM.querySelectorAll", nodeId=root, selector=selector))["nodeIds"])

    async def one(self, selector: str) -> int:
        """The first such node."""
        nodes = await self.find(selector)
        assert nodes, f"nothing on the page is {selector}"
        return nodes[0]

    async def html(self, selector: str = "html") -> str:
        return str((await self("DOM.getOuterHTML", nodeId=await self.one(selector)))["outerHTML"])

    async def fill(self, selector: str, text: str) -> None:
        """Type into a field as a person does."""
        await self("DOM.focus", nodeId=await self.one(selector))
        await self("Input.insertText", text=text)

    async def pick(self, selector: str, steps: int = 1) -> None:
        """Choose from a list, so many entries below the present one."""
        await self("DOM.focus", nodeId=await self.one(selector))
        for _ in range(steps):
            await self.press("ArrowDown", 40)

    async def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            text = "\r" if key == "Enter" and kind == "keyDown" else ""
            await self("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text=text)

    async def click(self, selector: str) -> None:
        """Press a button or link and wait for the page behind it."""
        self._loaded.clear()
        await self("DOM.focus", nodeId=await self.one(selector))
        await self.press("Enter", 13)
        await asyncio.wait_for(self._loaded.wait(), SECONDS)

    async def scrolls_sideways(self) -> bool:
        metrics = await self("Page.getLayoutMetrics")
        return bool(metrics["cssContentSize"]["width"] > metrics["cssLayoutViewport"]["clientWidth"])

    async def box(self, selector: str) -> tuple[float, float]:
        """Width and height of a node in pixels."""
        model = (await self("DOM.getBoxModel", nodeId=await self.one(selector)))["model"]
        return float(model["width"]), float(model["height"])

    async def style(self, selector: str) -> dict[str, str]:
        """Computed style of a node."""
        await self("CSS.enable")
        found = await self("CSS.getComputedStyleForNode", nodeId=await self.one(selector))
        return {each["name"]: each["value"] for each in found["computedStyle"]}

    async def picture(self, path: Path) -> bytes:
        """A picture of the whole page, kept at `path`."""
        data = base64.b64decode((await self("Page.captureScreenshot", captureBeyondViewport=True))["data"])
        await asyncio.to_thread(path.write_bytes, data)
        return data
