"""Matters of the service guide as the hotline has heard of them.

`{_id: number in the catalogue, code, stamp, guide}`
"""

from chassis.store import Collection, Duplicate
from services.hotline.domain.guide import Guide

MATTERS = 100


class Guides:
    """The matters of the guide, by their code."""

    def __init__(self, guides: Collection) -> None:
        self._guides = guides

    async def by_code(self, code: str | None) -> Guide | None:
        """The matter with this code; one that stands before one that is gone."""
        found = await self._guides.find({"code": code}, limit=MATTERS) if code else []
        guides = sorted((Guide.model_validate_json(each["guide"]) for each in found), key=_standing)
        return guides[-1] if guides else None

    async def keep(self, guide: Guide, stamp: int) -> bool:
        """Whether it is news: an older state that comes late is not."""
        kept = {"code": guide.code, "stamp": stamp, "guide": guide.model_dump_json()}
        try:
            await self._guides.update_one({"_id": guide.item, "stamp": {"$lte": stamp}}, {"$set": kept}, upsert=True)
        except Duplicate:
            return False
        return True

    async def gone(self, item: str, stamp: int) -> str | None:
        """The matter was taken down: its words go, an older state that comes late is not kept. Its code, if it was
        known, until its copies are `cleared`."""
        found = await self._guides.find_one({"_id": item})
        kept = Guide.model_validate_json(found["guide"]) if found else None
        code = kept.code if kept else ""
        bare = Guide(item=item, code=code, agency="", title="", edition=0, removed=True, taken_down=True, values={})
        change = {"code": bare.code, "stamp": stamp, "guide": bare.model_dump_json()}
        await self._guides.update_one({"_id": item}, {"$set": change}, upsert=True)
        return None if found and found.get("cleared") else bare.code or None

    async def cleared(self, item: str) -> None:
        """All copies of its words went: what is written from now on comes from another matter of this code."""
        await self._guides.update_one({"_id": item}, {"$set": {"cleared": True}})


def _standing(guide: Guide) -> tuple[bool, int]:
    return not guide.removed, guide.edition
