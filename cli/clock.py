"""`zwgk clock`: the simulated clock of the embedded platform."""

import re
from datetime import timedelta

import typer

from chassis.clock import SimulatedClock
from cli import place
from cli.options import Json
from cli.place import DATA
from cli.session import guarded, show
from kernel.refused import Refused

app = typer.Typer(no_args_is_help=True)
_STEP = re.compile(r"(?P<n>\d{1,5})(?P<unit>[dhm])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


def _simulated() -> SimulatedClock:
    place.running(DATA.get())
    path = place.folder(DATA.get()) / "clock.json"
    if not path.exists():
        raise Refused("real_clock", "平台使用的是真实时钟。", remedy="请用 zwgk up --clock 时间 启动。")
    return SimulatedClock(path)


@app.command("advance")
def advance(step: str = typer.Argument(help="20d、6h、30m。"), json_: Json = False) -> None:
    """把模拟时钟向前拨。例：zwgk clock advance 20d"""

    def act() -> None:
        found = _STEP.fullmatch(step)
        if found is None:
            raise Refused("step", "步长格式不正确。", field="step", remedy="例：20d、6h、30m。")
        now = _simulated().advance(timedelta(**{_UNITS[found["unit"]]: int(found["n"])}))
        show({"now": now.isoformat()}, json_=json_, columns=[("now", "现在")])

    guarded(act)


@app.command("now")
def now(json_: Json = False) -> None:
    """平台时钟现在的时间。"""
    guarded(lambda: show({"now": _simulated().now().isoformat()}, json_=json_, columns=[("now", "现在")]))
