"""What the command line says of a line it cannot read, and its help pages: in Chinese, one line, nothing echoed."""

import re

import pytest
from typer.testing import CliRunner, Result

from cli.main import app


def zwgk(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), prog_name="zwgk")


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (["nosuch-zq7"], "✗ 没有这个命令。用 zwgk --help 查看用法。"),
        (["publication", "impor"], "✗ 没有这个命令。您要的是 import 吗？用 zwgk publication --help 查看用法。"),
        (["deadline", "explain", "--recieved", "zq7"], "✗ 没有选项 --recieved。您要的是 --received 吗？"),
        (["deadline", "explain"], "✗ 缺少选项 --received（"),
        (["search"], "✗ 缺少参数 QUERY（"),
        (["deadline", "explain", "--received", "2026-01-01", "--days", "zq7"], "✗ 选项 --days（工作日数）的值不正确。"),
        (["token", "--role", "zq7"], "可取：citizen、clerk、head、"),
        (["agencies", "list", "zq7"], "✗ 参数太多，或写法不正确。用 zwgk agencies list --help 查看用法。"),
        (["--data"], "✗ 选项 --data 的用法不正确："),
    ],
)
def test_a_line_that_cannot_be_read_is_answered_in_one_line(typed: list[str], says: str) -> None:
    done = zwgk(*typed)
    assert done.exit_code == 2
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert "zq7" not in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("words", [[], ["deadline"], ["deadline", "explain"], ["publication", "import"]])
def test_the_librarys_own_words_on_a_help_page_are_chinese(words: list[str]) -> None:
    page = zwgk(*words, "--help").stdout
    assert all(words in page for words in ("用法：", "显示说明。", "选项"))
    assert not re.search(r"Usage|Options\b ─|Commands ─|Arguments ─|Show this|default:|\[required\]|env var", page)


def test_a_group_without_a_command_shows_its_help() -> None:
    done = zwgk("deadline")
    assert done.exit_code == 2
    assert "explain" in done.stdout
