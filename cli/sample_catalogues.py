"""The catalogues of the sample: items of every shipped type, running limits, one draw."""

from datetime import timedelta

from cli.sample_staff import Loading, clerk, head
from contracts.base import Done
from contracts.publication import inspection as c
from contracts.publication.catalogue import PutItem
from contracts.publication.catalogue_clocks import DecideDisclosure, StartClock
from sample.items import SampleItem, catalogue_items

JUDGED = "penalties"
INSPECTION = timedelta(days=30)
KEYS = ("document_no", "name", "project")


async def catalogues(loading: Loading) -> None:
    """All items; then a draw from the registers among them."""
    items = catalogue_items(loading.at, loading.workdays_before)
    await loading.together({f"目录{n}": _item(loading, n, item) for n, item in enumerate(items, 1)})
    matter = next((n, item) for n, item in enumerate(items, 1) if item.type == "inspections")
    await loading.together({"随机抽查": _draw(loading, *matter)})


async def _item(loading: Loading, n: int, item: SampleItem) -> None:
    """Put, once its limit runs and, for a penalty, its head has decided; what nobody has decided stays due."""
    key, keeper = f"catalogue:{n}", clerk(item.agency)
    if item.since:
        named = {name: item.values[name] for name in KEYS if name in item.values}
        start = StartClock(type=item.type, agency=item.agency, act="publish", begun_on=item.since, values=named)
        clock = await loading.send(keeper, start, Done, f"{key}:clock")
        if item.type == JUDGED and not item.impact:
            return
        if item.impact:
            decide = DecideDisclosure(id=clock.id, public=True, reason=item.impact)
            await loading.send(head(item.agency), decide, Done, f"{key}:decide")
    await loading.send(keeper, _put(item), Done, f"{key}:put")


def _put(item: SampleItem) -> PutItem:
    return PutItem(
        type=item.type,
        agency=item.agency,
        values=dict(item.values),
        reason="示例：首次公布",
    )


async def _draw(loading: Loading, n: int, item: SampleItem) -> None:
    """Lists fixed by a clerk, drawn by the head, one result."""
    by, key = clerk(item.agency), "catalogue:draw"
    matter = await loading.send(by, _put(item), Done, f"catalogue:{n}:put")
    wanted = c.OpenDraw(
        matter=matter.id,
        title="示例：餐饮服务食品安全抽查",
        agencies=(item.agency,),
        categories=("餐饮服务",),
        percent=30,
        inspect_by=loading.today + INSPECTION,
    )
    held = await loading.send(by, wanted, Done, f"{key}:open")
    await loading.send(head(item.agency), c.CarryOutDraw(id=held.id), Done, f"{key}:draw")
    found = await loading.send(by, c.GetDraw(id=held.id), c.DrawFound, f"{key}:read")
    first = c.InspectionResult(subject=found.record.drawn[0].subject, inspected_on=loading.today, outcome="未发现问题")
    await loading.send(by, c.RecordResults(id=held.id, results=(first,)), Done, f"{key}:result")
