"""How like two tickets are: MinHash over pairs of characters, salted with the service's key. A sketch tells like texts
apart from others and gives no word back; it is kept beside the tickets for a limited time, never in facts."""

import re
import struct
import unicodedata
from operator import eq

ROWS = 64
"""Standard error of the estimate: at most 0.0625."""
_PLACE = re.compile(r"^.*?(?:大道|公路|路|街|巷|弄|村|社区|小区|花园|广场|市场|公园|桥|站)")
_NUMBER = re.compile(r"\d.*$")


def plain(text: str) -> str:
    """The text without width differences and punctuation."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).lower() if sign.isalnum())


def sketch(text: str, salt: str) -> bytes:
    """MinHash of the text's pairs of characters under a secret salt (hexadecimal)."""
    from rensa import RMinHash  # type: ignore[import-untyped]

    letters = plain(text) or "-"
    pairs = {letters[at : at + 2] for at in range(max(1, len(letters) - 1))}
    made = RMinHash(ROWS, int(salt[:8], 16))
    made.update([salt + pair for pair in sorted(pairs)])
    return struct.pack(f">{ROWS}I", *made.digest())


def likeness(one: bytes, other: bytes) -> float:
    """Estimated share of common pairs (Jaccard), 0 to 1."""
    shared = map(eq, struct.unpack(f">{ROWS}I", one), struct.unpack(f">{ROWS}I", other))
    return float(sum(shared) / ROWS)


def spot(place: str | None, area: str | None) -> str:
    """What two ways of writing one place have in common: the street, village or estate after the town, without house
    numbers; empty where nothing is said beyond the town."""
    town = plain(area or "")
    rest = plain(place or "").removeprefix(town)
    found = _PLACE.match(rest)
    street = found[0] if found else _NUMBER.sub("", rest)
    return f"{town}{street}" if street else ""
