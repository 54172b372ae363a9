"""Where the running platform is: its data folder, or the environment."""

import json
import os
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from pathlib import Path

from kernel.refused import Refused

DATA: ContextVar[Path | None] = ContextVar("DATA", default=None)
DEFAULT = Path(".zwgk")


@dataclass(frozen=True, kw_only=True)
class Place:
    """What `zwgk up` writes into its data folder (`run.json`) when the platform is ready."""

    ready: bool = True
    http: str
    nats: str
    mongo: str
    region: str
    credentials: dict[str, str]
    ops: str = ""
    pid: int = 0

    def text(self) -> str:
        """As it is written, in one line."""
        return json.dumps(asdict(self), ensure_ascii=False)


def folder(data: Path | None) -> Path:
    """`--data`, else `ZWGK_DATA`, else `.zwgk`."""
    return data or Path(os.environ.get("ZWGK_DATA", DEFAULT))


def running(data: Path | None) -> Place:
    """The platform that runs on a data folder; raises `Refused` when none does."""
    path = folder(data) / "run.json"
    try:
        return Place(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise Refused(
            "not_running",
            f"没有在 {folder(data)} 找到正在运行的平台。",
            remedy="请先执行 zwgk up，或用 --data 指定数据目录，或设置 ZWGK_NATS_URL 与凭证。",
        ) from None
