"""Full-text search against SQLite's FTS5 (trigram) on the same passages, in one run.

    python -m bench.search [--passages N] [--queries N]

Prints the index rate, the size on disk, and per kind of question the median and the 99th percentile of a whole page:
total, first ten by relevance, marked passages, and, ours only, the counts of eight facets. `found` is the share of the
records that hold the text and were found; records that do not hold it are not meant by an exact question.
"""

import argparse
import random
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from services.readmodel.search import Entry, SearchIndex, parse

_BATCH = 5000
_WORDS = re.findall(
    r"\w+",
    """
    政务 公开 政府 信息 工作 服务 建设 管理 办理 落实 推进 加强 完善 机制 制度 责任 部门 单位 群众 企业 项目 资金 监督
    检查 考核 评估 审批 许可 处罚 收费 标准 流程 平台 网站 数据 共享 开放 安全 生产 教育 医疗 卫生 住房 保障 就业 社会
    救助 养老 保险 环境 保护 土地 征收 规划 预算 决算 采购 招标 扶贫 农村 农业 水利 交通 道路 食品 药品 质量 价格 税收
    金融 市场 主体 营商 改革 创新 发展 目标 任务 措施 方案 通知 意见 办法 规定 细则 条例 公告 决定 批复 报告 总结 计划
    年度 季度 会议 研究 决策 执行 结果 解读 回应 关切 舆情 热线 投诉 建议 咨询 申请 答复 期限 延长 依法 依申请 主动 重点
    领域 基层 试点 乡镇 街道 社区 村务 办事 指南 目录 清单 动态 调整 统一 规范 有效 及时 准确 全面
""",
)
_CHARACTERS = (
    "东西南北山水河江湖海林田石金木玉龙凤安宁平和永兴昌盛福寿康乐光明德义仁信文武成功新华春秋冬夏云雨风雪星月日天地"
    "城州县乡桥门口坪坝沟岭峰"
)
_GENRES = ("通知", "公告", "意见", "决定", "批复", "报告", "函")
_THEMES = ("综合政务", "财政", "教育", "卫生", "农业", "环境保护", "公安", "交通", "住房保障", "市场监管")


@dataclass(frozen=True)
class Kind:
    """One kind of question with its texts; `exact` ones have a truth to count against."""

    name: str
    texts: list[str]
    exact: bool


def passages(count: int, seed: int = 1) -> Iterator[Entry]:
    """Generated passages of about two hundred characters, the same for the same seed."""
    chance = random.Random(seed)
    names = ["".join(chance.sample(_CHARACTERS, chance.choice((2, 2, 3)))) for _ in range(8000)]
    common = [1 / (rank + 3) for rank in range(len(_WORDS))]
    for n in range(count):
        picked = chance.choices(_WORDS, common, k=72) + chance.choices(names, k=14)
        chance.shuffle(picked)
        signs = chance.choices(("", "", "", "", "", "，", "、", "。", "的", "和"), k=len(picked))
        day = date(2008, 5, 1) + timedelta(days=chance.randrange(6600))
        issuer = f"{chance.choice(names[:60])}县人民政府办公室"
        doc_no = f"{issuer[0]}政办发〔{day.year}〕{n % 300 + 1}号"
        yield Entry(
            id=f"D{n:07}",
            audience="public",
            kind="document",
            title=f"关于{''.join(picked[:5])}的{chance.choice(_GENRES)}",
            body="".join(word + sign for word, sign in zip(picked, signs, strict=True)) + doc_no,
            doc_no=doc_no,
            issuer=issuer,
            agency=f"33{names.index(issuer[:-8]) if issuer[:-8] in names[:60] else 0:04}",
            theme=chance.choice(_THEMES),
            genre=chance.choice(_GENRES),
            year=day.year,
            validity="有效" if chance.random() < 0.8 else "失效",
            published_on=day,
        )


def questions(entries: list[Entry], count: int, seed: int = 2) -> list[Kind]:
    """Questions about passages that exist, `count` of each kind."""
    chance = random.Random(seed)

    def cut(size: int) -> str:
        body = chance.choice(entries).body
        start = chance.randrange(len(body) - size - 14)
        return body[start : start + size]

    return [
        Kind("two characters", [chance.choice(_WORDS) for _ in range(count)], True),
        Kind("phrase of 4 to 8", [cut(chance.randint(4, 8)) for _ in range(count)], True),
        Kind("document number", [chance.choice(entries).doc_no for _ in range(count)], True),
        Kind("question in words", ["".join(chance.choices(_WORDS, k=4)) for _ in range(count)], False),
    ]


class Ours:
    """The search of the read model."""

    name = "zwgk"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._index = SearchIndex.open(folder)

    def load(self, entries: list[Entry]) -> None:
        for start in range(0, len(entries), _BATCH):
            self._index.apply(entries[start : start + _BATCH], start + _BATCH)
        self._index.commit()

    def ask(self, kind: Kind, text: str) -> int:
        return self._index.search(parse(f'"{text}"' if kind.exact else text, "public")).total

    def size(self) -> int:
        return sum(file.stat().st_size for file in self._folder.iterdir())


class Sqlite:
    """SQLite FTS5 with its trigram tokenizer, as one would use it: rank, highlight and snippet of its own."""

    name = "FTS5 trigram"

    def __init__(self, folder: Path) -> None:
        self._file = folder / "fts.db"
        self._db = sqlite3.connect(self._file)
        self._db.execute("CREATE VIRTUAL TABLE t USING fts5(id UNINDEXED, title, body, doc_no, tokenize='trigram')")

    def load(self, entries: list[Entry]) -> None:
        for start in range(0, len(entries), _BATCH):
            rows = [(e.id, e.title, e.body, e.doc_no) for e in entries[start : start + _BATCH]]
            self._db.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
            self._db.commit()

    def ask(self, kind: Kind, text: str) -> int:
        match = f'"{text}"' if kind.exact else " OR ".join(f'"{text[n : n + 3]}"' for n in range(len(text) - 2))
        (total,) = self._db.execute("SELECT count(*) FROM t WHERE t MATCH ?", (match,)).fetchone()
        self._db.execute(
            "SELECT id, highlight(t, 1, '<mark>', '</mark>'), snippet(t, 2, '<mark>', '</mark>', '…', 60) "
            "FROM t WHERE t MATCH ? ORDER BY rank LIMIT 10",
            (match,),
        ).fetchall()
        return int(total)

    def size(self) -> int:
        return self._file.stat().st_size


Engine = Ours | Sqlite


def main() -> None:
    """Load, ask, print."""
    options = argparse.ArgumentParser(description="Search against SQLite FTS5.")
    options.add_argument("--passages", type=int, default=200_000)
    options.add_argument("--queries", type=int, default=100, help="questions of each kind")
    given = options.parse_args()
    entries = list(passages(given.passages))
    print(f"{len(entries):,} passages, {sum(len(e.body) for e in entries) / len(entries):.0f} characters each\n")
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        engines: list[Engine] = [Ours(Path(ours)), Sqlite(Path(theirs))]
        _table("index", ("passages/s", "MB"), {engine.name: _load(engine, entries) for engine in engines})
        kinds = questions(entries, given.queries)
        everything: dict[str, list[float]] = {engine.name: [] for engine in engines}
        for kind in kinds:
            rows = {e.name: _ask(e, kind, entries, everything[e.name]) for e in engines}
            _table(kind.name, ("median ms", "p99 ms", "found"), rows)
        rows = {name: [statistics.median(times), _p99(times)] for name, times in everything.items()}
        _table("all questions", ("median ms", "p99 ms"), rows)


def _load(engine: Engine, entries: list[Entry]) -> list[float]:
    begun = time.perf_counter()
    engine.load(entries)
    return [len(entries) / (time.perf_counter() - begun), engine.size() / 1e6]


def _ask(engine: Engine, kind: Kind, entries: list[Entry], everything: list[float]) -> list[float]:
    engine.ask(kind, kind.texts[0])
    times: list[float] = []
    totals: list[int] = []
    for text in kind.texts:
        begun = time.perf_counter()
        totals.append(engine.ask(kind, text))
        times.append((time.perf_counter() - begun) * 1000)
    everything += times
    found = _found(kind, totals, entries) if kind.exact else float("nan")
    return [statistics.median(times), _p99(times), found]


def _found(kind: Kind, totals: list[int], entries: list[Entry]) -> float:
    """Share of the records that hold the texts, over a few of the questions: reading everything is slow."""
    few = range(min(5, len(totals)))
    holds: Callable[[str], int] = lambda text: sum(text in e.body or text in e.title for e in entries)  # noqa: E731
    true = sum(holds(kind.texts[n]) for n in few)
    return sum(totals[n] for n in few) / true


def _p99(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]


def _table(title: str, columns: tuple[str, ...], rows: dict[str, list[float]]) -> None:
    print(f"{title:20}" + "".join(f"{column:>14}" for column in columns))
    for name, values in rows.items():
        print(f"  {name:18}" + "".join(f"{value:14,.2f}" for value in values))
    first, second = rows.values()
    print(
        f"  {'ratio':18}" + "".join(f"{a / b if b else float('nan'):14.2f}" for a, b in zip(first, second, strict=True))
    )
    print()


if __name__ == "__main__":
    main()
