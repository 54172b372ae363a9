"""Marks of secrecy, and what only speaks of secrets."""

import time

import pytest

from kernel.refused import Refused
from kernel.secrecy import classified_mark, refuse_classified


@pytest.mark.parametrize(
    ("text", "level", "term"),
    [
        ("机密★1年\n示例县人民政府文件", "机密", "1年"),
        ("000001\n秘密★10年\n特急", "秘密", "10年"),
        ("绝密★长期\n通知", "绝密", "长期"),
        ("000001  机 密 ★ 1 年　特急\n关于…", "机密", "1年"),
        ("秘密☆\n正文", "秘密", None),
        ("密级：机密\n标题", "机密", None),
        ("示例县人民政府办公室　　秘密★5年\n通知", "秘密", "5年"),
        ("机密★1年示例县人民政府文件关于开展工作的通知", "机密", "1年"),
        ("关于印发方案的机密★1年通知", "机密", "1年"),
        ("秘密\n示例县文件", "秘密", None),
        ("标题\n" + "正文\n" * 100 + "机密★3年\n附件", "机密", "3年"),
        ("\ufeff秘密*６个月\n", "秘密", "6个月"),
    ],
)
def test_marked(text: str, level: str, term: str | None) -> None:
    mark = classified_mark(text)
    assert mark is not None
    assert (mark.level, mark.term) == (level, term)
    with pytest.raises(Refused) as caught:
        refuse_classified(text)
    assert caught.value.code == "classified"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "根据《中华人民共和国保守国家秘密法》",
        "涉及国家秘密、商业秘密和个人隐私的除外",
        "做到保密不上网，上网不保密",
        "一、机密文件管理\n二、秘密级信息",
        "商业秘密★重点",
        "密级：非密",
        "密级：无",
        "标有“机密★1年”字样的文件应当登记。",
        "企业商业秘密★保护行动启动",
        "封面印有「绝密★」的，不得带离。",
        "正文\n" * 30 + "秘密\n" + "正文",
        "国家秘密",
        "机密级网络不得连接互联网",
    ],
)
def test_not_marked(text: str) -> None:
    assert classified_mark(text) is None
    refuse_classified(text)


def test_linear_time_on_a_megabyte() -> None:
    begin = time.process_time()
    for unit in ("机密", "秘密★\t", "秘密 ", "1", "\n", "绝密★1"):
        classified_mark("x" + unit * (1_000_000 // len(unit)))
    assert time.process_time() - begin < 5
