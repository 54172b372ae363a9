"""Files and functions that one can read in one go."""

from collections.abc import Iterator

import pytest

from tests.guards.reading import functions, product

FILE, FUNCTION, MEDIAN = 400, 40, 10
EXCEPTIONS: dict[str, str] = {}


def lines(function: object) -> int:
    return int(function.end_lineno - function.lineno + 1)  # type: ignore[attr-defined]


def too_long(path: str, text: str) -> Iterator[str]:
    """What in a file is longer than it may be."""
    if (count := len(text.splitlines())) > FILE:
        yield f"{path}: {count} lines"
    for function in functions(text):
        if lines(function) > FUNCTION:
            yield f"{path}:{function.name}: {lines(function)} lines"


def names(complaints: Iterator[str]) -> set[str]:
    return {complaint.rpartition(": ")[0] for complaint in complaints}


def test_no_file_and_no_function_is_too_long() -> None:
    found = [each for path, text in product().items() for each in too_long(path, text)]
    assert [each for each in found if each.rpartition(": ")[0] not in EXCEPTIONS] == []


def test_every_exception_is_still_needed() -> None:
    found = names(each for path, text in product().items() for each in too_long(path, text))
    assert set(EXCEPTIONS) <= found


def test_the_median_function_is_short() -> None:
    found = sorted(lines(function) for text in product().values() for function in functions(text))
    assert found[len(found) // 2] < MEDIAN


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("x = 1\n" * (FILE + 1), "planted.py"),
        ("class A:\n    async def far(self):\n" + "        pass\n" * FUNCTION, "planted.py:far"),
    ],
)
def test_a_planted_long_one_is_found(text: str, name: str) -> None:
    assert names(too_long("planted.py", text)) == {name}
    shorter = text[: text.rstrip("\n").rindex("\n") + 1]
    assert names(too_long("planted.py", shorter)) == set()
