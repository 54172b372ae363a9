"""A case file as one ZIP that nobody can change unnoticed: its form, its signature, its verification without a server.

The same content is the same bytes (stored, sorted, without times), so a changed byte of the ZIP itself is found too.
The manifest names every file with length and SHA-256 and the head of the chain of facts; it is signed with Ed25519.
"""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chassis.chain import Entry, broken_at

FORMAT = "zwgk-casefile/1"
MANIFEST, SIGNATURE, FACTS = "manifest.json", "manifest.sig", "facts.jsonl"
MAX_BYTES = 300 * 1024 * 1024
_DAMAGED = (zipfile.BadZipFile, EOFError, ValueError, KeyError, OSError, RuntimeError)


def sign(key: Ed25519PrivateKey, manifest: str) -> str:
    """Signature over the text of a manifest, base64."""
    return base64.b64encode(key.sign(manifest.encode())).decode()


def fingerprint(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def facts_file(entries: list[Entry]) -> bytes:
    """The chain of facts: one entry a line, each with its hash."""
    lines = (json.dumps({"text": each["text"], "hash": each["hash"]}, ensure_ascii=False) for each in entries)
    return "".join(f"{line}\n" for line in lines).encode()


def pack(files: Mapping[str, bytes]) -> bytes:
    """The ZIP of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name), files[name])
    return out.getvalue()


def faults(data: bytes, trusted: str = "") -> list[str]:
    """What is wrong with a case file, in Chinese, each naming the file; empty when nothing is.

    `trusted`: public key (base64) or its fingerprint, known from elsewhere. Without it the signature proves only that
    the file is whole, not who made it.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.namelist()
            if sum(each.file_size for each in packed.infolist()) > MAX_BYTES:
                return ["压缩包：过大"]
            read = {name: _member(packed, name) for name in names}
    except _DAMAGED:
        return ["压缩包：结构已被改动或者不完整"]
    found = [f"{name}：内容已被改动" for name, content in read.items() if content is None]
    files = {name: content for name, content in read.items() if content is not None}
    found += [fault for fault in _contents(files, trusted) if fault.partition("：")[0] not in _named(found)]
    if not found and pack(files) != data:
        found.append("压缩包：结构已被改动")
    return found


def _named(found: list[str]) -> set[str]:
    return {fault.partition("：")[0] for fault in found}


def _member(packed: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        return packed.read(name)
    except _DAMAGED:
        return None


def _contents(files: Mapping[str, bytes], trusted: str) -> Iterator[str]:
    raw = files.get(MANIFEST)
    if raw is None:
        yield f"{MANIFEST}：缺失"
        return
    try:
        manifest = json.loads(raw)
        listed = {each["name"]: each for each in manifest["files"]}
        yield from _signature(raw, files.get(SIGNATURE, b""), manifest["key"], trusted)
        yield from _files(files, listed)
        yield from _chain(files.get(FACTS, b""), manifest["head"])
    except (ValueError, KeyError, TypeError):
        yield f"{MANIFEST}：内容已被改动"


def _signature(manifest: bytes, signature: bytes, key: str, trusted: str) -> Iterator[str]:
    raw = base64.b64decode(key, validate=True)
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(base64.b64decode(signature, validate=True), manifest)
    except (InvalidSignature, ValueError):
        yield f"{SIGNATURE}：签名不符，{MANIFEST} 或者签名已被改动"
    if trusted and trusted not in (key, fingerprint(raw)):
        yield f"{MANIFEST}：签名的公钥不是所信任的公钥"


def _files(files: Mapping[str, bytes], listed: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(listed.keys() - files.keys()):
        yield f"{name}：缺失"
    for name in sorted(files.keys() - listed.keys() - {MANIFEST, SIGNATURE}):
        yield f"{name}：不在清单之内"
    for name in sorted(files.keys() & listed.keys()):
        if hashlib.sha256(files[name]).hexdigest() != listed[name]["sha256"]:
            yield f"{name}：内容已被改动"


def _chain(facts: bytes, head: str) -> Iterator[str]:
    entries: list[Entry] = [json.loads(line) for line in facts.decode("utf-8", "replace").splitlines()]
    broken = broken_at(entries)
    if broken is not None:
        yield f"{FACTS}：第{broken + 1}条事实与链不符"
    elif not entries or entries[-1]["hash"] != head:
        yield f"{FACTS}：链的末端与清单不符"
