"""Query codes (查询码): who has number and code may follow a case."""

from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without letters that look alike."""
LENGTH = 10


def query_code(number: str, digest: Callable[[str], str]) -> str:
    """The code that belongs to a number: derived by a keyed digest, so that it is kept nowhere and a repeated
    submission gets it again."""
    value, code = int(digest(f"query-code\0{number}"), 16), ""
    for _ in range(LENGTH):
        value, place = divmod(value, len(ALPHABET))
        code += ALPHABET[place]
    return code
