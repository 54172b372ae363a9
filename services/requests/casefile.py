"""The case file of a request: what it holds, its manifest and signature, and its files piece by piece."""

import base64
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import RootModel

from chassis.actors import Cause
from chassis.cases import Held
from chassis.chain import canonical
from contracts.requests import papers as c
from contracts.requests.papers import DocumentKind
from kernel.refused import Refused
from services.requests import attachments, documents
from services.requests.domain import keeping
from services.requests.domain.kind import record
from services.requests.domain.state import Case
from services.requests.printing import as_html
from services.requests.sealing import FACTS, FORMAT, facts_file, fingerprint, sign
from services.requests.service import Requests

RECORD, READ_ME = "record.json", "说明.txt"
LISTED_OTHERWISE = frozenset({"document", "attachment"})
MAX_PAPERS = 1000
ABOUT = """政府信息公开申请案卷

facts.jsonl   全部事实，每条含前一条的散列（SHA-256 散列链）
record.json   导出时的登记状态
papers/       申请、告知、函件、答复等材料
documents/    已发出的文书
attachments/  附件
manifest.json 以上文件的长度与 SHA-256、散列链末端、公钥
manifest.sig  对 manifest.json 的 Ed25519 签名（base64）

核验：zwgk requests verify 案卷.zip --key 公钥指纹
公钥指纹应从平台另行取得（zwgk requests key），与本文件的来源无关。
"""


class _Stored(RootModel[dict[str, Any]]):
    """A paper, whatever it is."""


def signing_key(digest: Callable[[str], str]) -> Ed25519PrivateKey:
    """The service's key, derived from the key of digests, so that all replicas have it and a rotation keeps it."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(digest("case file signing key")))


def public_key(digest: Callable[[str], str]) -> c.PublicKey:
    raw = signing_key(digest).public_key().public_bytes_raw()
    return c.PublicKey(key=base64.b64encode(raw).decode(), fingerprint=fingerprint(raw))


async def export(service: Requests, command: c.ExportCaseFile, cause: Cause) -> c.CaseFile:
    """Manifest and signature of the case as it stands; every paper that is read for it leaves its trace."""
    held = await service.admitted(command.number, cause)
    entries = []
    async for name in _names(service, held):
        content = await _content(service, held, name, command.purpose, cause)
        entries.append(c.FileEntry(name=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest()))
    manifest = canonical(
        {
            "format": FORMAT,
            "number": held.id,
            "version": held.version,
            "head": held.head,
            "exported_at": cause.now.isoformat(),
            "exported_by": cause.actor.as_fact(),
            "purpose": command.purpose,
            "key": public_key(service.digest).key,
            "files": [each.model_dump() for each in entries],
        }
    )
    return c.CaseFile(
        number=held.id,
        version=held.version,
        manifest=manifest,
        signature=sign(signing_key(service.digest), manifest),
        entries=tuple(entries),
    )


async def piece(service: Requests, query: c.GetCaseFilePiece, cause: Cause) -> c.CaseFilePiece:
    """A piece of one file, of the very case that was exported."""
    held = await service.admitted(query.number, cause)
    if held.version != query.version:
        raise Refused("case_changed", "案卷在导出期间有了新的办理记录。", remedy="请重新导出。")
    content = await _content(service, held, query.name, query.purpose, cause)
    start = query.piece * c.MAX_PIECE
    return c.CaseFilePiece(content=base64.b64encode(content[start : start + c.MAX_PIECE]).decode())


async def _names(service: Requests, held: Held[Case]) -> AsyncIterator[str]:
    """Names of all files of a case file. Each tells where its content comes from."""
    case = held.state
    for name in (FACTS, RECORD, READ_ME):
        yield name
    if case.erased:
        return
    words = {"case": held.id, "kind": {"$nin": list(LISTED_OTHERWISE)}}
    papers = await service.kept.find(words, {"kind": 1}, sort=[("_id", 1)], limit=MAX_PAPERS + 1)
    if len(papers) > MAX_PAPERS:
        raise Refused("case_large", "案卷的材料过多，不能一次导出。", remedy="请联系运维。")
    for paper in papers:
        yield f"papers/{paper['_id']}.json"
    for each in case.attachments:
        yield f"attachments/{each.id}{keeping.MEDIA[each.media_type][0]}"
    for kind, letter in documents.available(case, await service.cases.entries(held.id)):
        yield f"documents/{kind.value}{letter and '-'}{letter}.html"


async def _content(service: Requests, held: Held[Case], name: str, purpose: str, cause: Cause) -> bytes:
    """The bytes of one file; raises `Refused` for a name that no file of this case has."""
    folder, _, file = name.rpartition("/")
    stem = file.rpartition(".")[0]
    match folder:
        case "" if name == FACTS:
            return facts_file(await service.cases.entries(held.id))
        case "" if name == RECORD:
            return record(held.state).model_dump_json(indent=1).encode()
        case "" if name == READ_ME:
            return ABOUT.encode()
        case "papers" if await service.kept.find_one({"_id": stem, "case": held.id}, {"_id": 1}):
            read = await service.papers.read(stem, _Stored, cause.actor, purpose, cause.now)
            return canonical(read.root).encode()
        case "attachments":
            found = keeping.attachment(held.state, stem)
            return (await attachments.whole(service, found, purpose, cause))[1]
        case "documents" if stem.partition("-")[0] in {kind.value for kind in DocumentKind}:
            kind, _, letter = stem.partition("-")
            return await _document(service, held, DocumentKind(kind), letter, purpose, cause)
        case _:
            raise Refused("no_file", "案卷里没有这个文件。", field="name")


async def _document(
    service: Requests, held: Held[Case], kind: DocumentKind, letter: str, purpose: str, cause: Cause
) -> bytes:
    entries = await service.cases.entries(held.id)
    printed = await documents.printed_document(service, held.state, entries, kind, letter, purpose, cause)
    return as_html(printed, draft=False).encode()
