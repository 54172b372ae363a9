"""The register: sites and new-media accounts. Entries are versioned like any case: each change has a name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts import sitewatch as c
from contracts.base import Event
from contracts.sitewatch import AccountDetails, SiteDetails, SiteStatus
from kernel.cases import CaseKind
from kernel.facts import Fact
from kernel.refused import Refused

_PROBED = (SiteStatus.RUNNING,)


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Registered(Fact):
    id: str
    details: SiteDetails
    at: AwareDatetime


class Corrected(Fact):
    details: SiteDetails
    reason: str


class StatusSet(Fact):
    status: SiteStatus
    reason: str


class SiteState(Frozen):
    """A site as the register has it."""

    id: str
    details: SiteDetails
    registered_at: datetime
    status: SiteStatus = SiteStatus.RUNNING
    reason: str = ""

    @property
    def watched(self) -> bool:
        return self.status in _PROBED


def evolve_site(state: SiteState | None, fact: Fact) -> SiteState:
    if isinstance(fact, Registered):
        return SiteState(id=fact.id, details=fact.details, registered_at=fact.at)
    if state is None:
        raise ValueError("a site begins with being registered")
    match fact:
        case Corrected():
            return state.model_copy(update={"details": fact.details})
        case StatusSet():
            return state.model_copy(update={"status": fact.status, "reason": fact.reason})
        case _:
            raise ValueError("not a fact of a site")


def register_site(id: str, details: SiteDetails, now: datetime) -> list[Fact]:
    """Put a site into the register."""
    _check(details)
    return [Registered(id=id, details=details, at=now)]


def correct(state: SiteState, details: SiteDetails, reason: str) -> list[Fact]:
    """Change what is known; the code stays, for it is the site's identity."""
    _check(details)
    if details.id_code != state.details.id_code:
        raise Refused("other_site", "网站标识码不能更改。", field="id_code", remedy="标识码不同的网站请另行登记。")
    return [] if details == state.details else [Corrected(details=details, reason=reason)]


def _check(details: SiteDetails) -> None:
    paths = [column.path for column in details.columns]
    if len(set(paths)) < len(paths):
        raise Refused("column_twice", "有栏目的路径重复。", field="columns", remedy="请核对栏目路径。")


def set_status(state: SiteState, status: SiteStatus, reason: str) -> list[Fact]:
    """Change the state of operation. What is closed for good is not reopened: a new site is registered."""
    if state.status is status:
        return []
    if state.status is SiteStatus.CLOSED:
        raise Refused("closed", "已关停的网站不能恢复。", remedy="请按开办程序另行登记。")
    return [StatusSet(status=status, reason=reason)]


def site_record(state: SiteState) -> c.Site:
    return c.Site(
        id=state.id,
        details=state.details,
        status=state.status,
        status_reason=state.reason,
        registered_at=state.registered_at,
    )


def _tell_site(state: SiteState, facts: Sequence[Fact]) -> list[Event]:
    new = any(isinstance(fact, Registered) for fact in facts)
    return [(c.SiteRegistered if new else c.SiteChanged)(record=site_record(state))]


SITE: CaseKind[SiteState] = CaseKind(
    name="site",
    title="网站",
    facts=(Registered, Corrected, StatusSet),
    evolve=evolve_site,
    tell=_tell_site,
    retell=lambda state: [c.SiteRestated(record=site_record(state))],
    index=lambda state: {"watched": state.watched, "agency": state.details.owner},
)


class AccountKept(Fact):
    """An account's entry as it now stands."""

    id: str
    details: AccountDetails
    at: AwareDatetime


class AccountState(Frozen):
    """A new-media account as the register has it."""

    id: str
    details: AccountDetails
    registered_at: datetime


def evolve_account(state: AccountState | None, fact: Fact) -> AccountState:
    if not isinstance(fact, AccountKept):
        raise ValueError("not a fact of an account")
    return AccountState(id=fact.id, details=fact.details, registered_at=state.registered_at if state else fact.at)


def keep_account(state: AccountState | None, id: str, details: AccountDetails, now: datetime) -> list[Fact]:
    """Register an account, or bring its entry up to date."""
    if state is not None and state.details == details:
        return []
    return [AccountKept(id=id, details=details, at=now)]


def account_record(state: AccountState) -> c.Account:
    return c.Account(id=state.id, details=state.details, registered_at=state.registered_at)


def _index_account(state: AccountState) -> dict[str, Any]:
    return {"watched": state.details.status == "正常", "agency": state.details.owner}


ACCOUNT: CaseKind[AccountState] = CaseKind(
    name="account",
    title="政务新媒体账号",
    facts=(AccountKept,),
    evolve=evolve_account,
    tell=lambda state, facts: [c.AccountChanged(record=account_record(state))],
    retell=lambda state: [c.AccountRestated(record=account_record(state))],
    index=_index_account,
)
