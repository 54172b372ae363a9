"""What a description asks the search for."""

import pytest

from services.requests.domain.question import questions


@pytest.mark.parametrize(
    ("description", "asked"),
    [
        ("2025年农村公路养护计划", ("2025年农村公路养护计划",)),
        ("我想申请公开2026年政务公开工作要点分工的文件全文", ("2026年政务公开工作要点分工",)),
        ("请提供《示例县古井保护名录》及其附件", ("示例县古井保护名录",)),
        ("主题:土地 -征收", ("主题 土地 征收", "主题")),
        ("道路养护计划，2025年度资金安排", ("道路养护计划 2025年度资金安排", "2025年度资金安排")),
        ("申请公开", ()),
        ("？？", ()),
    ],
)
def test_words_of_asking_are_left_out(description: str, asked: tuple[str, ...]) -> None:
    assert questions(description) == asked
