"""公众意见 on matters of decision and work ledgers: rows with number and answer; the words lie in the papers."""

from collections.abc import Collection as Several
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from chassis.actors import Actor, Cause
from chassis.numbers import Numbers
from chassis.papers import Paper, Papers
from chassis.store import Collection, Document, Index, UpdateOne
from contracts.publication import comments as c
from contracts.publication.comments import Adoption, CommentTally, ParticipationForm
from kernel import secrecy
from kernel.refused import Refused
from services.publication.domain.facts import Official

PAPER = "comment"


class Words(BaseModel):
    """An opinion as it lies in the papers."""

    text: str
    name: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Comments:
    """All opinions: `{_id: case#no, case, no, form, on, paper, adoption?, summary?, reason?, by?, answered_at?}`, and
    the consultations whose opinions were counted: `{_id: shut#consultation, by}`."""

    rows: Collection
    numbers: Numbers
    papers: Papers

    async def create_indexes(self) -> None:
        await self.rows.create_indexes(Index([("case", 1), ("no", 1)]), Index([("unread", 1)], sparse=True))

    async def keep(
        self, case: str, round: str, form: ParticipationForm, words: Words, cause: Cause, *, apart: bool = False
    ) -> int:
        """The number of an opinion. Its paper is kept first; a repeat of the cause finds what it kept. `apart`: it goes
        by itself once a person has dealt with it, not with the case. Raises `Refused` where the opinions of `round`
        were counted meanwhile: nobody would answer it."""
        secrecy.refuse_classified(words.text)
        no = (await self.numbers.claim(f"comments/{case}", [cause.id]))[cause.id]
        paper = f"{case}-comment-{no}"
        await self.papers.put([Paper(paper, paper if apart else case, PAPER, words)], cause.now)
        row: Document = {"_id": f"{case}#{no}", "case": case, "no": no, "form": form.value}
        row |= {"unread": True} if apart else {}
        known = await self.rows.insert_many([row | {"on": cause.now.date().isoformat(), "paper": paper}])
        if not known and await self.rows.find_one({"_id": _shut(round)}):
            await self.rows.delete_many({"_id": row["_id"]})
            await self.papers.drop(paper)
            raise Refused(
                "being_published",
                "意见采纳情况正在公布，现在不能再收意见。",
                field="id",
                remedy="请稍后再试；已经公布的，请通过承办单位公布的其他途径反映。",
            )
        return no

    async def shut(self, round: str, by: str) -> None:
        """No further opinion in this consultation: what is counted from now on is complete. Whoever comes first holds
        it; a repeat of the same cause holds it, too."""
        await self.rows.insert_many([{"_id": _shut(round), "by": by}])

    async def reopen(self, round: str, by: str) -> None:
        """What was counted is not published after all."""
        await self.rows.delete_many({"_id": _shut(round), "by": by})

    async def read(self, case: str, no: int, actor: Actor, purpose: str, now: datetime) -> c.CommentContent:
        (row,) = await self._rows(case, [no])
        words = await self.papers.read(row["paper"], Words, actor, purpose, now)
        return c.CommentContent(no=no, form=row["form"], **words.model_dump())

    async def answer(
        self,
        case: str,
        nos: Sequence[int],
        said: dict[str, Any],
        released_at: datetime | None,
        by: Official,
        now: datetime,
    ) -> None:
        """One answer to several; what is public is not answered again."""
        rows = await self._rows(case, nos)
        if released_at and any("answered_at" in row and row["answered_at"] <= released_at for row in rows):
            raise Refused("answer_public", "有意见的答复已经公开。", field="nos", remedy="请只列没有公开答复的意见。")
        change = {"$set": {**said, "by": by.name, "answered_at": now}}
        await self.rows.bulk([UpdateOne({"_id": row["_id"]}, change) for row in rows])

    async def _rows(self, case: str, nos: Several[int]) -> list[Document]:
        """Raises `Refused` unless all of them are there."""
        rows = await self.rows.find({"_id": {"$in": [f"{case}#{no}" for no in nos]}})
        if len(rows) != len(set(nos)):
            raise Refused("unknown_comment", "没有这个序号的意见。", field="nos", remedy="请核对意见序号。")
        return rows

    async def dealt_with(self, case: str, nos: Sequence[int]) -> None:
        """Destroy the words of those that were kept apart."""
        for row in await self._rows(case, nos):
            await self.papers.erase(row["paper"], PAPER)
        await self.rows.update_many({"_id": {"$in": [f"{case}#{no}" for no in nos]}}, {"$unset": {"unread": ""}})

    async def unread(self) -> dict[str, int]:
        """Cases with questions kept apart that nobody has dealt with, and how many."""
        group = {"_id": "$case", "count": {"$sum": 1}}
        found = await self.rows.aggregate([{"$match": {"unread": True}}, {"$group": group}])
        return {row["_id"]: row["count"] for row in found}

    async def require(self, case: str, no: int) -> None:
        """Raises `Refused` unless there is this opinion."""
        await self._rows(case, [no])

    async def forget_answers(self, case: str) -> None:
        """A case was taken down: what was answered repeats its words. Opinions stay in the papers."""
        gone = dict.fromkeys(("summary", "reason"), "")
        await self.rows.update_many({"case": case, "answered_at": {"$exists": True}}, {"$set": gone})

    async def left(self, case: str) -> int:
        """Opinions without an answer."""
        return await self.rows.count({"case": case, "adoption": {"$exists": False}})

    async def total(self, case: str) -> int:
        return await self.rows.count({"case": case})

    async def tally(self, case: str, after: datetime | None = None) -> CommentTally:
        """What came in, and what became of it; of what was not public then, if that is said."""
        asked: Document = {"case": case} | ({"answered_at": {"$gt": after}} if after else {})
        group = {"_id": {"form": "$form", "adoption": "$adoption"}, "count": {"$sum": 1}}
        found = await self.rows.aggregate([{"$match": asked}, {"$group": group}])
        forms: dict[ParticipationForm, int] = {}
        became: dict[str, int] = {}
        for row in found:
            form = ParticipationForm(row["_id"]["form"])
            forms[form] = forms.get(form, 0) + row["count"]
            adoption = row["_id"].get("adoption") or ""
            became[adoption] = became.get(adoption, 0) + row["count"]
        return CommentTally(
            received=sum(forms.values()),
            adopted=became.get(Adoption.ADOPTED.value, 0),
            partly=became.get(Adoption.PARTLY.value, 0),
            not_adopted=became.get(Adoption.NOT_ADOPTED.value, 0),
            by_form=dict(sorted(forms.items())),
        )

    async def page(self, query: c.ListComments) -> c.CommentPage:
        where: Document = {"case": query.id, "no": {"$gt": query.after}}
        if query.unanswered:
            where["adoption"] = {"$exists": False}
        rows = await self.rows.find(where, sort=[("no", 1)], limit=query.limit)
        return c.CommentPage(
            total=await self.total(query.id),
            left=await self.left(query.id),
            items=tuple(_line(row) for row in rows),
            next=rows[-1]["no"] if len(rows) == query.limit else None,
        )

    async def public(self, query: c.GetAnswers, released_at: datetime | None) -> c.PublicAnswers:
        """Answers that were given before the feedback was published."""
        if released_at is None:
            return c.PublicAnswers(total=0, published_at=None, items=())
        public: Document = {"case": query.id, "answered_at": {"$lte": released_at}}
        rows = await self.rows.find(public | {"no": {"$gt": query.after}}, sort=[("no", 1)], limit=query.limit)
        return c.PublicAnswers(
            total=await self.rows.count(public),
            published_at=released_at,
            items=tuple(
                c.PublicAnswer(no=row["no"], summary=row["summary"], adoption=row["adoption"], reason=row["reason"])
                for row in rows
            ),
            next=rows[-1]["no"] if len(rows) == query.limit else None,
        )


def _shut(round: str) -> str:
    return f"shut#{round}"


def _line(row: Document) -> c.CommentLine:
    said = {name: row[name] for name in ("adoption", "summary", "reason") if name in row}
    return c.CommentLine(no=row["no"], form=row["form"], received_on=date.fromisoformat(row["on"]), **said)
