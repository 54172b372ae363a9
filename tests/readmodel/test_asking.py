"""What the command line refuses before it asks: in words, never with a trace."""

import pytest
from typer.testing import CliRunner

from cli.main import app


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (["search", "字 " * 3000], "检索内容不能超过"),
        (["search", "公开", "--offset", "5000"], "只能翻看前"),
        (["report", "annual", "--year", "1999"], "此前没有年度报告"),
        (["report", "due", "--year", "2007"], "此前没有年度报告"),
        (["report", "disclosure", "--year", "1999"], "只统计2000年"),
        (["search", "公开", "--by", "没有=值"], "筛选应写成"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_in_words(given: list[str], says: str) -> None:
    done = CliRunner().invoke(app, given)
    assert done.exit_code == 2
    assert says in done.output
    assert "Traceback" not in done.output
