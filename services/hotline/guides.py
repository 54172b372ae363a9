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
        known."""
        found = await self._guides.find_one({"_id": item})
        kept = Guide.model_validate_json(found["guide"]) if found else None
        bare = Guide(item=item, code=kept.code if kept else "", agency="", title="", edition=0, removed=True, values={})
        change = {"code": bare.code, "stamp": stamp, "guide": bare.model_dump_json()}
        await self._guides.update_one({"_id": item}, {"$set": change}, upsert=True)
        return bare.code or None


def _standing(guide: Guide) -> tuple[bool, int]:
    return not guide.removed, guide.edition
