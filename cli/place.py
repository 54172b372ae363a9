"""Where the running platform is: its data folder, or the environment."""

import json
import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from kernel.refused import Refused

DEFAULT = Path(".zwgk")


class Place(BaseModel):
    """What `zwgk up` writes into its data folder (`run.json`) when the platform is ready."""

    model_config = ConfigDict(frozen=True)
    ready: bool = True
    http: str
    nats: str
    mongo: str
    region: str
    credentials: dict[str, str]
    ops: str = ""
    pid: int = 0


def folder(data: Path | None) -> Path:
    """`--data`, else `ZWGK_DATA`, else `.zwgk`."""
    return data or Path(os.environ.get("ZWGK_DATA", DEFAULT))


def running(data: Path | None) -> Place:
    """The platform that runs on a data folder; raises `Refused` when none does."""
    path = folder(data) / "run.json"
    try:
        return Place.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, ValidationError):
        raise Refused(
            "not_running",
            f"没有在 {folder(data)} 找到正在运行的平台。",
            remedy="请先执行 zwgk up，或用 --data 指定数据目录，或设置 ZWGK_NATS_URL 与凭证。",
        ) from None
