"""The sample government on real servers: cut off and taken up again, counted in the read model, loaded once more."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
import pytest_asyncio

from cli import load
from cli.place import Place
from cli.sample_documents import existing, stock
from cli.sample_site import SampleSite, SiteAddress
from cli.sample_staff import at_work
from contracts.base import Role
from contracts.readmodel import answers as r
from contracts.readmodel.running import Lag, LagState
from sample import data as sample
from tests.servers import Desk, Servers, running, started, until

RECORDS = {
    "publication.document": 47,
    "publication.catalogue_item": 48,
    "publication.catalogue_clock": 3,
    "publication.draw": 1,
    "publication.decision": 2,
    "publication.public_decision": 1,
    "publication.decision_catalogue": 2,
    "publication.public_decision_catalogue": 2,
    "publication.meeting": 3,
    "publication.public_meeting": 1,
    "publication.work_ledger": 2,
    "publication.public_work_ledger": 1,
    "requests.request": 33,
    "hotline.ticket": 36,
    "opinion.event": 2,
    "supervision.task": 21,
    "sitewatch.site": 1,
    "sitewatch.account": 5,
}
"""What the read model holds of each type once all is loaded."""
DECIDED_BY_STAFF = ("publication.document", "requests.request", "supervision.task", "sitewatch.site")
"""Types of which no record changes by itself within the seconds of this test."""


@dataclass
class County:
    """The loaded sample: where it runs, and who asks about it."""

    servers: Servers
    where: Place
    address: SiteAddress
    desk: Desk
    refused: tuple[str, ...]

    async def views(self, kind: str, **filters: Any) -> r.ViewPage:
        query = r.ListViews(type=kind, limit=200, **filters)
        page: r.ViewPage = await self.desk(query, r.ViewPage, roles=[Role.SUPERVISOR])
        return page

    async def count(self) -> dict[str, int]:
        lag: LagState = await self.desk(Lag(), LagState, roles=[Role.SUPERVISOR])
        return {} if lag.pending else {kind: lag.views.get(kind, 0) for kind in RECORDS}

    async def versions(self) -> dict[str, int]:
        pages = await asyncio.gather(*(self.views(kind) for kind in DECIDED_BY_STAFF))
        return {view.record["id"]: view.version for page in pages for view in page.items}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def county(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[County]:
    """A first load that ended after the documents, and a second one that completed it."""
    async with running(tmp_path_factory.mktemp("county")) as servers, started(servers, ["all"]):
        where = Place(
            http="",
            nats=servers.nats.url,
            mongo=servers.mongo.url,
            region=servers.region,
            credentials={"desk": str(servers.files["desk"]), "hotline": str(servers.files["h12345"])},
        )
        folder = servers.folder.path
        site = SampleSite(folder, load.begin(folder))
        address = await site.start()
        async with at_work(where, folder, load.begin(folder)) as loading:
            await stock(loading)
        refused = await load.sample_government(where, folder)
        county = County(servers, where, address, await servers.asker(), refused)
        await until(lambda: _all_there(county), 60)
        yield county
        await site.stop()


async def _all_there(county: County) -> bool:
    return await county.count() == RECORDS


async def test_every_record_is_let_in_and_counted_once(county: County) -> None:
    assert county.refused == ()
    await until(lambda: _all_there(county))


async def test_the_catalogue_is_public_and_something_waits_at_every_step(county: County) -> None:
    catalogue = await county.desk(r.Catalogue(), r.CataloguePage)
    states = {view.record["state"] for view in (await county.views("publication.document")).items}
    assert catalogue.total == 39
    assert states == {"draft", "openness", "head", "review", "cleared", "returned", "imported", "published", "filed"}


async def test_the_desks_have_work(county: County) -> None:
    desk = await county.desk(r.Desk(working_days=10), r.DeskPage, roles=[Role.SUPERVISOR])
    assert {"publication.document", "requests.request", "hotline.ticket", "supervision.task"} <= {
        item.type for item in (*desk.overdue, *desk.due_soon, *desk.waiting)
    }


async def test_requests_stand_at_every_stage_and_one_is_overdue(county: County) -> None:
    requests = [view.record for view in (await county.views("requests.request")).items]
    assert {request["state"] for request in requests} >= {
        "arrived", "received", "correction_requested", "processing", "consulting", "reason_requested",
        "fee_pending", "reply_approved", "replied",
    }  # fmt: skip
    assert any(request["overdue"] and request["state"] == "processing" for request in requests)
    assert [request["extended_days"] for request in requests if request["open"] and request["extended_days"]] == [15]


async def test_tickets_are_taken_to_their_stage_and_an_emergency_waits_for_a_person(county: County) -> None:
    tickets = {view.record["ticket_no"]: view.record for view in (await county.views("hotline.ticket")).items}
    drowning, water = tickets["RX00004"], tickets["RX00001"]
    assert drowning["emergency"]
    assert not drowning["emergency_confirmed"]
    assert (water["revision"], water["state"], water["agency"]) == (2, "dispatched", "gongshui")
    assert {ticket["state"] for ticket in tickets.values()} == {"triage", "dispatched", "signed", "replied", "closed"}


async def test_the_answers_of_the_sample_are_read_so_that_the_hotline_begins_with_its_own(county: County) -> None:
    operator = await county.servers.client("operator")
    answers = await operator.jetstream().consumer_info("ANSWERS", "h12345-answers")
    assert (answers.num_pending, answers.num_ack_pending) == (0, 0)


async def test_the_register_is_in_force(county: County) -> None:
    agencies = await county.desk(r.Agencies(), r.AgencyList)
    assert len(agencies.agencies) == 58


async def test_the_site_is_served_with_its_flaws_and_registered_where_it_is(county: County) -> None:
    async with httpx.AsyncClient(base_url=county.address.url, follow_redirects=True, trust_env=False) as client:
        home, dead = await client.get("/"), await client.get("/tzgg/b9.html")
    (site,) = (await county.views("sitewatch.site")).items
    assert "示例县人民政府" in home.text
    assert "{{" not in home.text
    assert dead.status_code == 404
    assert site.record["details"]["home_url"] == f"{county.address.url}index.html"


async def test_loading_again_changes_nothing(county: County) -> None:
    """As after a crash between the last command and the marker."""
    folder = county.servers.folder.path
    before, at = await county.versions(), load.moment(folder)
    (folder / load.LOADED).rename(folder / load.LOADING)
    assert await load.sample_government(county.where, folder) == ()
    await until(lambda: _all_there(county))
    assert await county.versions() == before
    assert load.moment(folder) == at
    assert (folder / load.LOADED).exists()


async def test_a_site_that_came_back_on_another_port_is_corrected_in_the_register(county: County) -> None:
    folder = county.servers.folder.path
    other = SampleSite(folder, load.begin(folder))
    moved = await other.start()  # its port is taken: the first one still serves
    try:
        await load.sample_government(county.where, folder)
    finally:
        await other.stop()

    async def corrected() -> bool:
        (site,) = (await county.views("sitewatch.site")).items
        return bool(site.record["details"]["home_url"] == f"{moved.url}index.html")

    assert moved.port != county.address.port
    await until(corrected)


@pytest.mark.parametrize(("today", "there"), [(date(2019, 2, 21), False), (date(2019, 2, 22), True)])
def test_a_document_is_there_from_the_day_of_its_publication(today: date, there: bool) -> None:
    titles = [document.doc_no for _, document in existing(today)]
    assert ("示国土资发〔2019〕2号" in titles) is there


def test_every_document_is_there_in_the_end() -> None:
    assert len(existing(date(2026, 12, 31))) == len(sample.documents())
