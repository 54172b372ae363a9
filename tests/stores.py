"""Every store of the platform, looked through for a planted string."""

import asyncio
import base64
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from nats.js.errors import NotFoundError
from pymongo import MongoClient

from chassis.streams import EVENTS, PARKED, PUBLIC
from tests.servers import Servers

READ_BY = {EVENTS: "operator", PUBLIC: "operator", PARKED: "operator", "OBJ_documents": "publication"}
"""Who may read single messages of a stream; of the others only the number of the last one is known."""
SEALED = (PARKED,)
"""What lies in them is encrypted: that nothing came is all that can be seen."""
NAMES = "$O.documents.M."
AT_ONCE = 50


def holds(text: str, marker: str) -> bool:
    """Plain, escaped as in JSON (also once more), or percent-encoded as in a header."""
    escaped = json.dumps(marker)[1:-1]
    return any(form in text for form in (marker, escaped, escaped.replace("\\", "\\\\"), quote(marker)))


async def in_databases(servers: Servers, marker: str) -> list[str]:
    """Collections of all databases, also of one that no service owns any more, in which the marker stands."""

    def look() -> list[str]:
        with MongoClient[dict[str, object]](servers.mongo.url) as client:
            return [
                f"{name}.{collection}"
                for name in client.list_database_names()
                for collection in client[name].list_collection_names()
                if any(holds(repr(row), marker) for row in client[name][collection].find({}))
            ]

    return await asyncio.to_thread(look)


async def ends(servers: Servers) -> dict[str, int]:
    """Number of the last message of every stream of the server: object stores and buckets are streams, too."""
    infos = await (await servers.client("operator")).jetstream(timeout=10).streams_info()
    return {str(info.config.name): info.state.last_seq for info in infos}


async def in_streams(servers: Servers, marker: str, since: Mapping[str, int]) -> list[str]:
    """Messages since these numbers that hold the marker in a subject, a header or a body; and streams into which
    nobody can look but something came."""
    found = []
    for stream, last in (await ends(servers)).items():
        first = since.get(stream, 0) + 1
        if stream not in READ_BY or stream in SEALED:
            found += [stream] * (last >= first)
        if stream in READ_BY:
            found += await _in_stream(servers, stream, range(first, last + 1), marker)
    return found


async def _in_stream(servers: Servers, stream: str, numbers: range, marker: str) -> list[str]:
    js = (await servers.client(READ_BY[stream])).jetstream(timeout=10)
    found = []
    for start in range(0, len(numbers), AT_ONCE):
        asked = (js.get_msg(stream, seq=number) for number in numbers[start : start + AT_ONCE])
        for message in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(message, NotFoundError):
                continue
            assert not isinstance(message, BaseException), message
            said = (message.data or b"").decode(errors="replace")
            if holds(f"{message.subject}{message.headers}{said}", marker):
                found.append(f"{stream}:{message.subject}")
    return found


def segments(folder: Path) -> set[str]:
    """Files of the search index that hold entries; an entry stays in its file when it is deleted from the index."""
    return {file.name for file in folder.rglob("*.store")}


def in_files(folder: Path, marker: str) -> list[str]:
    """Files of a folder in which the marker stands as it is written."""
    forms = [form.encode() for form in (marker, json.dumps(marker)[1:-1], quote(marker))]
    files = (file for file in folder.rglob("*") if file.is_file())
    return [str(file.relative_to(folder)) for file in files if any(form in file.read_bytes() for form in forms)]


async def objects_of(servers: Servers, case: str) -> set[str]:
    """Subjects under which the files of a case and their pieces lie in the object store."""
    js = (await servers.client("publication")).jetstream(timeout=10)
    found = set()
    for subject in await _subjects(servers):
        if subject.startswith(NAMES) and _name(subject).startswith(f"{case}/"):
            meta = json.loads((await js.get_last_msg("OBJ_documents", subject)).data or b"{}")
            found |= {subject, f"$O.documents.C.{meta['nuid']}"}
    return found


async def objects_left(servers: Servers, subjects: set[str]) -> set[str]:
    """Which of these hold something still."""
    return subjects & await _subjects(servers)


async def _subjects(servers: Servers) -> set[str]:
    js = (await servers.client("publication")).jetstream(timeout=10)
    return set((await js.stream_info("OBJ_documents", subjects_filter="$O.documents.>")).state.subjects or ())


def _name(subject: str) -> str:
    return base64.urlsafe_b64decode(subject.removeprefix(NAMES)).decode()
