"""Credentials: the platform's own secrets, made once, and one file for each user of the bus."""

import base64
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kernel.refused import Refused


class Credentials(BaseModel):
    """What one user of the bus needs to know. A reader's `stream` and `durable` were made for it."""

    model_config = ConfigDict(frozen=True)
    servers: list[str]
    user: str
    password: str = Field(repr=False)
    inbox_prefix: str
    publish: list[str] = Field(default_factory=list, description="Subjects that it may publish to.")
    stream: str | None = None
    durable: str | None = None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises `Refused` when the file is not there or is not a credentials file."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except OSError:
            raise Refused("credentials_missing", f"找不到凭证文件：{path}", remedy="请确认平台已启动过。") from None
        except ValidationError:
            raise Refused("credentials_damaged", f"凭证文件格式不正确：{path}", remedy="请重新生成。") from None

    def write(self, path: Path) -> None:
        """Write for the owner's eyes only."""
        write_private(path, self.model_dump_json(indent=2))

    def connection(self) -> dict[str, Any]:
        """Arguments for `nats.connect`."""
        return {**self.model_dump(include={"servers", "user", "password"}), "inbox_prefix": self.inbox_prefix}


class Secrets(BaseModel):
    """All secrets of an embedded platform."""

    model_config = ConfigDict(frozen=True)
    passwords: dict[str, str] = Field(repr=False, description="Password by user of the bus.")
    jetstream_key: str = Field(repr=False, description="Encrypts the streams on disk.")
    papers_keys: str = Field(repr=False, description="Keys of the papers: `id:base64`, separated by commas.")
    persons_key: str = Field(repr=False, description="Ed25519 key of the issuer of person tokens, PEM.")
    site_secret: str = Field(repr=False, description="Signs the gateway's cookies and forms.")

    @classmethod
    def made(cls, users: Iterable[str]) -> Self:
        """New secrets."""
        return cls(
            passwords={user: _word() for user in users},
            jetstream_key=_word(),
            papers_keys="1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
            persons_key=_ed25519(),
            site_secret=_word(),
        )

    @classmethod
    def opened(cls, folder: Path, users: Iterable[str]) -> Self:
        """The secrets kept in a data folder, made at first. A user that is new gets a password.

        Raises `Refused` when the folder holds data but no secrets: new keys could not read it.
        """
        path, wanted = folder / "secrets.json", list(users)
        try:
            kept = cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            _refuse_data_without_secrets(folder)
            kept = cls.made(wanted)
        except (OSError, ValidationError):
            message = f"密钥文件无法读取：{path}"
            raise Refused("secrets_damaged", message, remedy="请从备份恢复该文件。") from None
        else:
            missing = [user for user in wanted if user not in kept.passwords]
            if not missing:
                return kept
            kept = kept.model_copy(update={"passwords": {**kept.passwords, **{user: _word() for user in missing}}})
        write_private(path, kept.model_dump_json(indent=2))
        return kept


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    new = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new.unlink(missing_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        raise Refused("folder_unwritable", f"目录不可写：{path.parent}", remedy="请检查目录权限。") from None


def _refuse_data_without_secrets(folder: Path) -> None:
    if any(any((folder / part).glob("*")) for part in ("nats", "mongo")):
        message = f"数据目录中已有数据，但缺少密钥文件：{folder / 'secrets.json'}"
        raise Refused("secrets_missing", message, remedy="请从备份恢复该文件。")


def _word() -> str:
    return "k" + secrets.token_urlsafe(30)  # NATS reads what starts with a digit as a number


def _ed25519() -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # slow to import, used once
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
