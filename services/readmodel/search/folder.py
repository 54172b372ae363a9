"""The folder of an index: opened, or emptied when it is of another making or damaged."""

import json
import logging
import re
from pathlib import Path

import tantivy

from kernel.refused import Refused
from services.readmodel.search.plan import BIGRAM_FIELDS, POSITION, SCHEMA, term
from services.readmodel.search.tokens import token_format

_log = logging.getLogger(__name__)

_HEAP = 96_000_000  # bytes that the writer gathers before it writes a segment
_INDEX_FILE = re.compile(r"meta\.json|\.managed\.json|\.tantivy-\w+\.lock|\.tmp\w+|[0-9a-f]{32}\..+")

Opened = tuple[tantivy.Index, tantivy.IndexWriter, int]


def open_folder(path: Path | None) -> Opened:
    """Index, its writer, and the position up to which it is applied; a new one in memory for None.

    What cannot be used is emptied, told in the log, and begins at position 0. Raises Refused when another process has
    the folder, or when it holds files that are not of an index.
    """
    if path is None:
        return _opened(tantivy.Index(SCHEMA))
    path.mkdir(parents=True, exist_ok=True)
    _refuse_foreign(path)
    try:
        if not tantivy.Index.exists(str(path)) or tantivy.Index.is_compatible(str(path)):
            return _opened(tantivy.Index(SCHEMA, path=str(path)))
        reason = "made by another version"
    except (ValueError, OSError, LookupError) as error:
        if "LockBusy" in str(error):
            raise Refused("search_index_busy", "检索索引正被另一个进程使用。", remedy="请先停止那个进程。") from error
        reason = str(error)
    _log.warning("search index emptied", extra={"reason": reason[:200], "folder": path.name})
    for file in path.iterdir():
        file.unlink()
    return _opened(tantivy.Index(SCHEMA, path=str(path)))


def mark(writer: tantivy.IndexWriter, position: int) -> None:
    """Put the position into what is committed next: it is never ahead of the entries, nor behind."""
    doc = tantivy.Document()
    doc.add_text("mark", POSITION)
    doc.add_bytes("entry", json.dumps({"position": position, "format": token_format()}).encode())
    writer.delete_documents_by_term("mark", POSITION)
    writer.add_document(doc)


def _opened(index: tantivy.Index) -> Opened:
    # One thread: the caller cuts text on the other core, and every replica cuts its segments alike.
    writer = index.writer(_HEAP, 1)
    index.config_reader(reload_policy="manual")
    index.reload()
    return index, writer, _position(index.searcher())


def _position(searcher: tantivy.Searcher) -> int:
    """The position that was committed; raises ValueError or LookupError for an index that does not hold together."""
    for field in BIGRAM_FIELDS:  # a lost file shows itself only when it is read
        searcher.search(tantivy.Query.phrase_query(SCHEMA, field, ["政务", "务公"]), limit=1)
    hits = searcher.search(term("mark", POSITION), limit=2).hits
    if not hits and not searcher.num_docs:
        return 0
    if len(hits) != 1:
        raise ValueError("no single position")
    stored = json.loads(searcher.doc(hits[0][1])["entry"][0])
    if stored["format"] != token_format():
        raise ValueError("text was cut in another way")
    return int(stored["position"])


def _refuse_foreign(path: Path) -> None:
    """A folder given by mistake must not be emptied."""
    if any(file.is_dir() or not _INDEX_FILE.fullmatch(file.name) for file in path.iterdir()):
        raise Refused(
            "search_folder_foreign", "检索索引的文件夹里有别的文件。", remedy="请为检索索引指定一个单独的空文件夹。"
        )
