"""Documents that an item cites in its columns of 依据: by 发文字号, 索引号 or title. What is found is a proposal:
it flags the item when such a document changes; which documents an item rests on its keeper says (`NameBasis`)."""

import re
from collections.abc import Mapping

from contracts.publication.catalogue import Value
from contracts.publication.record import Metadata
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from kernel.text import compact
from services.publication.catalogue.types import ItemType

MOST = 40
NUMBER = re.compile(r"[〔\[［(（【](?P<year>(?:19|20)\d{2})[〕\]］)）】]第?0*(?P<seq>\d{1,5})号")
ORDER = re.compile(r"令第\d{1,5}号")
INDEX = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{3,20}[/-]\d{4,6}-\d{4,7}")
TITLE = re.compile(r"《([^《》]{3,150})》")
BASIS = "依据"


def basis_text(kind: ItemType, values: Mapping[str, Value]) -> str:
    """What stands in the columns of 依据, also in those of tables."""
    said: list[str] = []
    for field in kind.fields:
        value = values.get(field.name, "")
        if isinstance(value, str):
            said += [value] if BASIS in field.label else []
            continue
        wanted = [column.name for column in field.columns if BASIS in column.label]
        said += [row.get(name, "") for row in value for name in wanted]
    return "\n".join(filter(None, said))


def cited(text: str) -> tuple[str, ...]:
    """What may name a document: year and number of a 发文字号, numbers of orders, 索引号, titles in 《》."""
    plain = _plain(text)
    found = [f"〔{each['year']}〕{int(each['seq'])}号" for each in NUMBER.finditer(plain)]
    found += [*ORDER.findall(plain), *INDEX.findall(plain), *TITLE.findall(plain)]
    return tuple(dict.fromkeys(found))[:MOST]


def names(metadata: Metadata) -> tuple[str, ...]:
    """By what a document can be cited: its numbers, its title, and the title of what it promulgates."""
    title = _plain(metadata.title)
    inner = TITLE.findall(title) if "印发" in title else []
    given = (_number(metadata.doc_no), metadata.index_no, title, *inner)
    return tuple(each for each in given if each)


def keys(metadata: Metadata) -> tuple[str, ...]:
    """The same, as `cited` finds it."""
    return tuple(dict.fromkeys(_key(each) for each in names(metadata)))


def cites(text: str, metadata: Metadata) -> bool:
    """Whether the words cite the document: the whole 发文字号 with the code of its agency, not another one of that
    year."""
    plain = NUMBER.sub(lambda each: f"〔{each['year']}〕{int(each['seq'])}号", _plain(text))
    found = cited(plain)
    return any(name in found or (_key(name) != name and name in plain) for name in names(metadata))


def _key(name: str) -> str:
    found = NUMBER.search(name) or ORDER.search(name)
    return found.group() if found and name.endswith(found.group()) else name


def _number(doc_no: str | None) -> str:
    try:
        return DocumentNumber.parse(doc_no).canonical if doc_no else ""
    except Refused:
        return ""


def _plain(text: str) -> str:
    return "\n".join(compact(line) for line in text.splitlines())
