import os
import random
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.readmodel.search import Entry, SearchIndex

_WORDS = re.findall(
    r"\w+",
    """
    政务 公开 政府 信息 工作 服务 建设 管理 办理 落实 推进 加强 完善 机制 责任 部门 群众 企业 项目 资金 监督 考核 审批
    许可 处罚 收费 教育 医疗 住房 保障 就业 救助 环境 保护 土地 征收 规划 预算 决算 采购 农村 农业 水利 食品 药品 质量
    改革 发展 申请 答复 期限 目录
""",
)


@pytest.fixture(scope="session")
def seeds() -> list[Entry]:
    """The five real documents, a passage for every line that says something."""
    folder = Path(os.environ.get("ZWGK_SEEDS") or Path(__file__).parents[2].parent / "shared" / "seeds")
    files = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    if not files:
        pytest.skip("the five real documents are not here (ZWGK_SEEDS names their folder)")
    return [
        Entry(id=f"{file.stem}-{number}", audience="public", title=file.stem[:3], body=line)
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines())
        if len(line.strip()) > 1
    ]


@pytest.fixture(scope="session")
def generated() -> list[Entry]:
    """Documents in a small vocabulary, so that every question has many near misses."""
    chance = random.Random(7)
    return [_generated(chance, number) for number in range(1500)]


def _generated(chance: random.Random, number: int) -> Entry:
    day = date(2008, 5, 1) + timedelta(days=chance.randrange(6000))
    words = chance.choices(_WORDS, k=60)
    return Entry(
        id=f"G{number}",
        audience="public",
        kind="document",
        title=f"关于{''.join(words[:4])}的通知",
        body="".join(word + chance.choice(("", "", "", "，", "。", "\n  ")) for word in words),
        doc_no=f"示政办发〔{day.year}〕{number}号",
        issuer=chance.choice(("示例县人民政府办公室", "示例县财政局", "示例县教育局")),
        theme=chance.choice(("财政", "教育")),
        year=day.year,
        validity=chance.choice(("有效", "有效", "失效")),
        published_on=day,
    )


@pytest.fixture
def index_of() -> Iterator[Callable[..., SearchIndex]]:
    """Makes an index in memory of the entries given."""
    opened: list[SearchIndex] = []

    def make(*entries: Entry) -> SearchIndex:
        index = SearchIndex.open(None)
        opened.append(index)
        index.apply(entries, len(entries))
        index.commit()
        return index

    yield make
    for index in opened:
        index.close()


@pytest.fixture
def told(pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Tells a measured figure in the output of the test run, captured or not."""
    capture = pytestconfig.pluginmanager.get_plugin("capturemanager")

    def tell(line: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{line}")  # noqa: T201

    return tell
