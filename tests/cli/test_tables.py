"""Records on a terminal: a table where it fits, else a line for each value, so that numbers can be copied whole."""

import pytest

from cli.session import show

ROWS = [
    {"id": "999901-RX-2026-000036", "matter": "求助 · 公共服务 · 样桥镇", "state": "待签收", "due": None, "late": True},
    {
        "id": "999901-RX-2026-000035",
        "matter": "投诉 · 经济财贸 · 模田镇",
        "state": "待派单",
        "due": "周五",
        "late": False,
    },
]
COLUMNS = [("id", "编号"), ("matter", "事项"), ("state", "状态"), ("due", "期限"), ("late", "超期")]


def shown(width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[str]:
    monkeypatch.setenv("COLUMNS", str(width))
    show(ROWS, json_=False, columns=COLUMNS)
    return capsys.readouterr().out.splitlines()


def test_a_wide_terminal_has_a_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(120, monkeypatch, capsys)
    assert [each for each in lines if "编号" in each and "超期" in each]
    assert [each for each in lines if "000036" in each and "待签收" in each]


def test_a_narrow_terminal_has_a_line_for_each_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = shown(50, monkeypatch, capsys)
    pairs = [each.split(maxsplit=1) for each in lines if each.strip("─ ")]
    assert [heading for heading, _ in pairs] == ["编号", "事项", "状态", "超期", "编号", "事项", "状态", "期限", "超期"]
    assert [value.strip() for heading, value in pairs if heading == "编号"] == [each["id"] for each in ROWS]


def test_no_records_are_a_table_without_rows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    show([], json_=False, columns=COLUMNS)
    assert "编号" in capsys.readouterr().out
