"""What an office may set without touching code: a folder with its settings and its templates.

`settings.json`: `{"default": {"internal": 15, "warn_left": [5, 1]}, "agencies": {"zrzyj": {"internal": 12}}}`: working
days of the own limit, and working days left at which the office is warned. A template stands in `templates/NAME.txt`,
or for one agency in `templates/AGENCY/NAME.txt`; what is not there comes with the program.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from kernel.refused import Refused
from services.requests.domain.state import Policy

MAX_TEMPLATE_BYTES = 64 * 1024
_NAME = re.compile(r"[a-z0-9_]{1,60}")
PACKAGED = Path(__file__).parent / "templates"


class Overlay(BaseSettings):
    """Where the office's folder is: `ZWGK_REQUESTS_PATH`."""

    model_config = SettingsConfigDict(env_prefix="ZWGK_REQUESTS_", extra="ignore", frozen=True)
    path: Path | None = None


class _Own(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    internal: Annotated[int, Field(ge=1, le=19)] | None = None
    warn_left: Annotated[tuple[Annotated[int, Field(ge=0, le=19)], ...], Field(max_length=10)] | None = None


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    default: _Own = _Own()
    agencies: dict[str, _Own] = Field(default_factory=dict)


@dataclass(frozen=True)
class Configuration:
    """The policies and templates of the agencies of one platform."""

    folder: Path | None = None
    _file: _File = field(default_factory=_File)

    @classmethod
    def read(cls, folder: Path | None) -> "Configuration":
        """Raises `Refused` for a file that cannot be understood; a folder without the file has defaults."""
        path = folder / "settings.json" if folder else None
        if path is None or not path.is_file():
            return cls(folder)
        try:
            return cls(folder, _File.model_validate(json.loads(path.read_text(encoding="utf-8"))))
        except (ValueError, ValidationError):
            raise Refused(
                "requests_settings",
                "依申请公开的设置文件内容不正确。",
                remedy="请核对 ZWGK_REQUESTS_PATH 下的 settings.json。",
            ) from None

    def policy(self, agency: str) -> Policy:
        """What holds for an agency's new requests."""
        given = self._file.default.model_dump(exclude_none=True)
        own = self._file.agencies.get(agency, _Own()).model_dump(exclude_none=True)
        return Policy(**(given | own))

    def template(self, agency: str, names: tuple[str, ...]) -> str:
        """The first template that exists: by name, the agency's own before the platform's before the packaged one."""
        own = [self.folder / "templates" / agency, self.folder / "templates"] if self.folder else []
        for name in names:
            if not _NAME.fullmatch(name):
                break
            for folder in (*own, PACKAGED):
                path = folder / f"{name}.txt"
                if path.is_file():
                    return _text(path)
        raise Refused("no_template", "没有这种文书的模板。", remedy="请联系运维补充模板。")


def _text(path: Path) -> str:
    raw = path.read_bytes()
    if len(raw) > MAX_TEMPLATE_BYTES:
        raise Refused("template_size", "文书模板过大。", remedy="请精简模板。")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("template_text", "文书模板不是UTF-8文本。", remedy="请另存为UTF-8编码。") from None
