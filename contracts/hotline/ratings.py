"""Ratings of service (好差评, 国办发〔2019〕51号): taken in, and what becomes of a bad one. Published from
`contracts.hotline`."""

from datetime import date
from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import Answer, CaseId, Command, Contract, Event, Intake, Personal, Query, Reply, Role, WorkRecord
from contracts.hotline.terms import CENTRE, STAFF, UNIT, AgencyCode, AsOf, Caller, Reason

JUDGES = (Role.DISPATCHER, Role.SUPERVISOR)
"""Who verifies a bad rating; never a person of the rated unit."""


class RatingWay(StrEnum):
    """How the rating came about."""

    ON_SITE = "一次一评"
    ONLINE = "一事一评"
    PUBLIC = "综合点评"
    OFFICIAL = "监督查评"


class RatedObject(StrEnum):
    """What is rated."""

    PLACE = "机构"
    PLATFORM = "平台"
    PERSON = "人员"


class Verdict(StrEnum):
    """What a person has found about a bad rating. The last two count in no rate (误评和恶意差评不计入)."""

    VALID = "属实"
    MISTAKEN = "误评"
    MALICIOUS = "恶意差评"


class Remedy(StrEnum):
    """What the rated unit did."""

    RECTIFIED = "整改"
    EXPLAINED = "解释说明"


class RatingState(StrEnum):
    """Where a rating stands."""

    RECORDED = "recorded"
    CONTACTING = "contacting"
    VERIFYING = "verifying"
    RECTIFYING = "rectifying"
    REVISITING = "revisiting"
    CLOSED = "closed"


class RatingAnswer(Answer):
    """Answer to a rating. `outcome`: accepted, repeated (known already), rejected (see `field`, `reason`)."""

    due_at: AwareDatetime | None = Field(default=None, description="When the unit must have put a bad rating right.")


class RatingGiven(Intake, what="rating", answer=RatingAnswer, named_by=("rating_no",)):
    """A rating of a service matter as the service portal or a counter emits it. The same `rating_no` of one emitter is
    the same rating however often it comes."""

    rating_no: str = Field(pattern=r"^[A-Za-z0-9_./-]{1,64}$", description="评价编号 of the emitter")
    given_at: AwareDatetime = Field(description="When it was given.")
    level: int = Field(ge=1, le=5, description="5 非常满意, 4 满意, 3 基本满意, 2 不满意, 1 非常不满意")
    way: RatingWay = Field(description="评价方式")
    about: RatedObject = Field(default=RatedObject.PLACE, description="评价对象")
    agency: AgencyCode = Field(description="Code of the unit that handled the matter: 谁办理、谁负责.")
    guide: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,60}$", description="事项编码 in the guide")
    channel: str = Field(min_length=1, max_length=20, description="渠道: 窗口, 网站, App …")
    comment: Personal[str | None] = Field(default=None, max_length=2000)
    rater: Personal[Caller | None] = Field(default=None, description="Who rates, if they say so (实名).")


class Rating(WorkRecord):
    """A rating without anything personal. A good one is closed at once; a bad one (1 or 2) is worked on until it is."""

    emitter: str
    rating_no: str
    ticket: CaseId | None = Field(default=None, description="The hotline ticket whose reply is rated.")
    level: int = Field(ge=1, le=5)
    way: RatingWay
    about: RatedObject
    guide: str | None = None
    channel: str
    named: bool = Field(default=False, description="The rater can be reached (实名).")
    given_at: AwareDatetime
    contacted_at: AwareDatetime | None = None
    verdict: Verdict | None = None
    complex: bool = Field(default=False, description="Has the longer limit.")
    appealed: bool = Field(default=False, description="The unit has asked for another verification (申诉复核).")
    remedy: Remedy | None = None
    remedied_at: AwareDatetime | None = None
    revisited_at: AwareDatetime | None = None
    new_level: int | None = Field(default=None, ge=1, le=5, description="What the rater says after the remedy.")
    redone: bool = Field(default=False, description="It was rectified once more.")
    missed: bool = Field(default=False, description="A limit was missed on the way.")
    closed_at: AwareDatetime | None = None


class RatingReceived(Event, record="rating", name="received"):
    """Sent when a rating was taken in."""

    record: Rating


class RatingChanged(Event, record="rating", name="changed"):
    """Sent when a step was taken about a bad rating."""

    record: Rating


class RatingOverdue(Event, record="rating", name="overdue"):
    """Sent when a limit of a bad rating has passed."""

    record: Rating


class RatingClosed(Event, record="rating", name="closed"):
    """Sent when a bad rating is done with."""

    record: Rating


class RatingRestated(Event, record="rating", name="restated"):
    """Sent when the record is told again as it stands."""

    record: Rating


class ContactRater(Command, by=(*CENTRE, *UNIT)):
    """The rater was called; reached or not. After three vain calls the rating is verified without."""

    id: CaseId
    reached: bool


class VerifyRating(Command, by=JUDGES):
    """A person outside the rated unit finds the rating valid, mistaken or malicious."""

    id: CaseId
    verdict: Verdict
    complex: bool = Field(default=False, description="Cannot be put right in the ordinary limit.")
    reason: Reason


class AppealRating(Command, by=UNIT):
    """The rated unit asks, once, that the finding be looked at again (申诉复核)."""

    id: CaseId
    reason: Reason


class RemedyRating(Command, by=UNIT):
    """The rated unit has put it right, or explains why there is no ground for it."""

    id: CaseId
    remedy: Remedy
    text: Reason


class RevisitRater(Command, by=CENTRE):
    """The rater was visited after the remedy. Still bad: it is put right once more."""

    id: CaseId
    reached: bool
    level: int | None = Field(default=None, ge=1, le=5)


class RatingPage(Reply):
    """A rating with what the asker may read of its papers."""

    record: Rating
    comment: Personal[str | None] = None
    rater: Personal[Caller | None] = None
    notes: Personal[tuple[str, ...]] = ()


class ShowRating(Query, by=STAFF, reply=RatingPage):
    """Read a rating and its papers; who read them and why is kept."""

    id: CaseId
    purpose: str = Field(default="办理", max_length=100)


class RatingRows(Reply):
    ratings: tuple[Rating, ...]


class ListRatings(Query, by=(*STAFF, Role.SERVICE), reply=RatingRows):
    """Ratings, newest first."""

    agency: str | None = Field(default=None, max_length=20)
    open: bool | None = None
    bad: bool | None = None
    limit: int = Field(default=50, ge=1, le=200)


class RatingRow(Contract):
    """Ratings of one unit in a period. `good` / `counted` is 好评率; a mistaken or malicious rating is in neither."""

    agency: str
    name: str = ""
    levels: tuple[int, int, int, int, int] = Field(description="非常满意, 满意, 基本满意, 不满意, 非常不满意")
    counted: int
    good: int
    bad: int
    excluded: int = Field(description="误评 and 恶意差评")
    rectified: int = Field(description="Valid bad ratings that were put right or explained.")
    named_bad: int = Field(description="实名差评")
    revisited: int = Field(description="Of those, revisited.")


class RatingFigures(Reply):
    first: date
    last: date
    rows: tuple[RatingRow, ...]
    total: RatingRow


class CountRatings(Query, by=(*STAFF, Role.OPENNESS, Role.SERVICE), reply=RatingFigures):
    """Ratings given in a period, by unit, as they stand now or stood on a day."""

    first: date
    last: date
    as_of: AsOf = None
