"""Papers: names, contacts, numbers and free text of citizens. Encrypted, read by an audited command, erasable.

They never enter facts, events, logs or traces; a fact refers to a paper by its id and a keyed digest.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel

from chassis.actors import Actor
from chassis.store import Collection, Document
from chassis.together import Together
from kernel.refused import Refused

P = TypeVar("P", bound=BaseModel)


class Keys:
    """AES-256 keys by id. The first encrypts, all decrypt, so that keys can be rotated. Text: `id:base64,id:base64`."""

    def __init__(self, text: str) -> None:
        self._keys: dict[str, bytes] = {}
        for pair in filter(None, text.split(",")):
            key_id, _, encoded = pair.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if not key_id or len(key) != 32:
                raise Refused(
                    "papers_keys", "案卷密钥格式不正确，应为“编号:32字节base64”。", remedy="请检查 ZWGK_PAPERS_KEYS。"
                )
            self._keys[key_id] = key
        if not self._keys:
            raise Refused("papers_keys", "未配置案卷密钥。", remedy="请设置 ZWGK_PAPERS_KEYS。")
        self.current = next(iter(self._keys))
        self._digesting = self._keys[list(self._keys)[-1]]

    def seal(self, plain: bytes, bound_to: str) -> Document:
        """Encrypt; `bound_to` (the paper's id) is authenticated with it."""
        nonce = os.urandom(12)
        sealed = AESGCM(self._keys[self.current]).encrypt(nonce, plain, bound_to.encode())
        return {"key": self.current, "nonce": nonce, "sealed": sealed}

    def unseal(self, stored: Mapping[str, bytes | str], bound_to: str) -> bytes:
        """Raises `Refused` when the key is unknown or the bytes were changed."""
        key = self._keys.get(str(stored["key"]))
        if key is None:
            raise Refused("papers_key_unknown", "案卷所用密钥未配置。", remedy="请恢复旧密钥后重试。")
        try:
            return AESGCM(key).decrypt(bytes(stored["nonce"]), bytes(stored["sealed"]), bound_to.encode())  # type: ignore[arg-type]
        except InvalidTag:
            raise Refused("papers_damaged", "案卷内容校验不通过。", remedy="请从备份恢复。") from None

    def digest(self, text: str) -> str:
        """Keyed digest (HMAC-SHA-256, hexadecimal): tells equal values apart from others without revealing them.
        The last key of the list makes it, so that a rotation leaves digests as they are."""
        return hmac.new(self._digesting, text.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Paper:
    """A paper to be kept: its id, the case it belongs to, what it is, and the content."""

    id: str
    case: str
    kind: str
    content: BaseModel


class Papers:
    """The papers store of one service."""

    def __init__(self, papers: Collection, audit: Collection, keys: Keys) -> None:
        self._papers = papers
        self._audit = audit
        self.keys = keys
        self._keep = Together(self._keep_all)

    async def put(self, papers: Sequence[Paper], now: datetime) -> None:
        """Keep papers before the case that refers to them is committed. Putting one again keeps the first."""
        await self._keep(
            [
                {
                    "_id": paper.id,
                    "case": paper.case,
                    "kind": paper.kind,
                    "at": now,
                    **self.keys.seal(paper.content.model_dump_json().encode(), paper.id),
                }
                for paper in papers
            ]
        )

    async def _keep_all(self, groups: Sequence[Sequence[Document]]) -> list[None]:
        await self._papers.insert_many([document for group in groups for document in group])
        return [None for _ in groups]

    async def read(self, id: str, kind: type[P], actor: Actor, purpose: str, now: datetime) -> P:
        """The content of a paper; who read it and why is kept first. Raises `Refused` when it is gone."""
        await self._audit.insert_one({"paper": id, "by": actor.as_fact(), "purpose": purpose, "at": now})
        stored = await self._papers.find_one({"_id": id})
        if stored is None:
            raise Refused("paper_erased", "案卷内容不存在或已依法销毁。")
        return kind.model_validate_json(self.keys.unseal(stored, id))

    async def erase(self, case: str, kind: str | None = None) -> int:
        """Remove all papers of a case, or those of one kind; the number removed. Facts and their chain stay."""
        return await self._papers.delete_many({"case": case} | ({"kind": kind} if kind else {}))

    async def drop(self, id: str) -> None:
        """Remove one paper that was kept for nothing: what it belongs to was refused."""
        await self._papers.delete_many({"_id": id})

    async def readings(self, ids: Sequence[str]) -> list[Document]:
        """Who read these papers, when and why."""
        return await self._audit.find({"paper": {"$in": list(ids)}}, {"_id": 0}, sort=[("at", 1)], limit=1000)


async def create_indexes(papers: Collection, audit: Collection) -> None:
    await papers.create_index([("case", 1)])
    await audit.create_index([("paper", 1), ("at", 1)])
