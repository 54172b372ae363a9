"""Draws with their lists and, until they are carried out, their seeds."""

import math
import secrets
from dataclasses import dataclass

from pydantic import BaseModel

from chassis.actors import Cause
from chassis.calendars import Calendars
from chassis.cases import Cases, Held
from chassis.numbers import Numbers
from chassis.papers import Paper, Papers
from chassis.store import Collection
from contracts.publication.inspection import MAX_DRAWN, CarryOutDraw, DrawListPage, OpenDraw
from kernel.facts import Fact
from kernel.refused import Refused
from services.publication.catalogue.item import Item
from services.publication.catalogue.keeping import Catalogues
from services.publication.domain.facts import Official
from services.publication.inspection import domain
from services.publication.inspection.domain import DrawFixed, RandomDraw
from services.publication.inspection.drawing import Lists, commit, digest_of, draw
from services.publication.inspection.law import RESULT_WORKDAYS

MATTERS, INSPECTORS, SUBJECTS = "inspections", "inspectors", "inspected"
CHUNK = 1000


class Seed(BaseModel):
    """The seed of a draw as it lies in the papers."""

    seed: str


@dataclass(frozen=True)
class Draws:
    """All draws."""

    region: str
    cases: Cases[RandomDraw]
    lists: Collection
    """The lists as text: `{_id: draw:chunk, draw, chunk, lines}`."""
    papers: Papers
    catalogues: Catalogues
    numbers: Numbers
    calendars: Calendars

    async def fix(self, command: OpenDraw, by: Official, cause: Cause) -> Held[RandomDraw]:
        """Lists and seed are kept before the case that names their digests."""
        if known := (await self.cases.by_origin([cause.id])).get(cause.id):
            return known
        lists = await self._lists(command)
        lines, seed = lists.lines(), secrets.token_hex(32)
        n = await self.numbers.block(f"CC/{cause.now.year}")
        id = f"{self.region}-CC-{cause.now.year}-{n:06d}"
        fixed = DrawFixed(
            id=id,
            title=command.title,
            matter=command.matter,
            agency=command.agencies[0],
            agencies=command.agencies,
            subjects=len(lists.subjects),
            inspectors=len(lists.inspectors),
            wanted=_wanted(command, len(lists.subjects)),
            per_subject=command.per_subject,
            lists_sha256=digest_of(lines),
            commitment=commit(seed),
            inspect_by=command.inspect_by,
            results_by=self.calendars.current.due(command.inspect_by, RESULT_WORKDAYS),
            by=by,
            at=cause.now,
        )
        facts = domain.fix(fixed, cause.now)
        await self.papers.put([Paper(_seed(id), id, "draw_seed", Seed(seed=seed))], cause.now)
        await self.lists.insert_many(
            [
                {"_id": f"{id}:{place:06d}", "draw": id, "chunk": place, "lines": lines[place * CHUNK :][:CHUNK]}
                for place in range(-(-len(lines) // CHUNK))
            ]
        )
        return await self.cases.open(id, facts, cause)

    async def _lists(self, command: OpenDraw) -> Lists:
        """The registers of the agencies as they stand: active subjects of the categories, active inspectors."""
        matter = (await self.catalogues.items.load(command.matter)).state
        if matter.type != MATTERS or matter.removed_for:
            raise Refused("no_matter", "该编号不是随机抽查事项。", field="matter", remedy="请核对抽查事项清单。")
        subjects: dict[str, str] = {}
        inspectors: dict[str, str] = {}
        avoided: set[tuple[str, str]] = set()
        for agency in command.agencies:
            for item in await self.catalogues.all(SUBJECTS, agency):
                if _active(item, "在业") and (not command.categories or item.values["category"] in command.categories):
                    subjects[_cell(item, "code")] = _cell(item, "name")
            for item in await self.catalogues.all(INSPECTORS, agency):
                if _active(item, "在岗"):
                    certificate = _cell(item, "certificate")
                    inspectors[certificate] = f"{_cell(item, 'name')}（{_cell(item, 'unit')}）"
                    avoided |= {(certificate, code) for code in _cell(item, "avoids").replace("，", "、").split("、")}
        conflicts = frozenset(pair for pair in avoided if pair[1] in subjects)
        return Lists(subjects, inspectors, conflicts)

    async def carry_out(self, command: CarryOutDraw, by: Official, cause: Cause) -> Held[RandomDraw]:
        held = await self.cases.load(command.id)
        if held.state.drawn:
            return held
        lists, seed = Lists.read(await self._lines(command.id)), await self._seed_of(command.id, cause)
        fixed = held.state.fixed
        picks = draw(lists, seed, command.public_value, fixed.wanted, fixed.per_subject)

        def decide(state: RandomDraw) -> list[Fact]:
            return domain.carry_out(
                state, lists, picks, seed, command.public_value, command.public_source, by, cause.now
            )

        return await self.cases.execute(command.id, decide, cause)

    async def void(self, id: str, reason: str, by: Official, cause: Cause) -> Held[RandomDraw]:
        await self.cases.load(id)
        seed = await self._seed_of(id, cause)
        return await self.cases.execute(id, lambda state: domain.void(state, reason, seed, by, cause.now), cause)

    async def page(self, id: str, after: int, limit: int) -> DrawListPage:
        """Lines of the lists; an answer stays below the size of a message."""
        state = (await self.cases.load(id)).state
        first = after // CHUNK
        found = await self.lists.find({"draw": id, "chunk": {"$in": [first, first + 1]}}, sort=[("chunk", 1)])
        lines = [line for chunk in found for line in chunk["lines"]][after - first * CHUNK :]
        shown, size = 0, 0
        while shown < min(limit, len(lines)) and size < 200_000:
            size += len(lines[shown].encode()) + 4
            shown += 1
        more = shown < len(lines)
        return DrawListPage(
            sha256=state.fixed.lists_sha256, lines=tuple(lines[:shown]), next=after + shown if more else None
        )

    async def _lines(self, id: str) -> list[str]:
        found = await self.lists.find({"draw": id}, sort=[("chunk", 1)])
        return [line for chunk in found for line in chunk["lines"]]

    async def _seed_of(self, id: str, cause: Cause) -> str:
        return (await self.papers.read(_seed(id), Seed, cause.actor, "执行随机抽取", cause.now)).seed


def _wanted(command: OpenDraw, subjects: int) -> int:
    """So many as are wanted, or the ratio of the matter, rounded up."""
    if (command.percent is None) == (command.count is None):
        raise Refused("ratio", "抽查比例和数量须填且只填一项。", field="percent", remedy="请核对后重新提交。")
    wanted = command.count or math.ceil(subjects * (command.percent or 0) / 100 - 1e-9)
    if wanted > MAX_DRAWN:
        raise Refused("too_many", f"一次最多抽取 {MAX_DRAWN} 个对象。", field="percent", remedy="请按类别分次抽取。")
    return min(max(wanted, 1), subjects)


def _active(item: Item, word: str) -> bool:
    return item.values.get("status") == word


def _cell(item: Item, name: str) -> str:
    return str(item.values.get(name, "")).replace("\t", " ").replace("\n", " ")


def _seed(id: str) -> str:
    return f"{id}:seed"
