"""The agency register: who exists, since when, under whom, in which groups; who reviews and which court judges."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kernel.refused import Refused
from kernel.region import Region
from kernel.text import fold

CODE = r"^[a-z][a-z0-9]{1,15}$"
_BRACKETS = str.maketrans("〔［【（〕］】）", "(((())))")


def squeeze(name: str) -> str:
    """What two spellings of one name have in common: half-width, without spaces, round brackets only, lower case."""
    return "".join(fold(name).translate(_BRACKETS).split()).casefold()


KINDS: dict[str, str] = {
    "government": "人民政府",
    "office": "办公室",
    "department": "政府部门",
    "party": "党群机关",
    "vertical": "垂直管理单位",
    "outpost": "派出机构",
    "township": "乡镇",
    "subdistrict": "街道",
    "institution": "事业单位",
    "utility": "公共企事业单位",
    "court": "人民法院",
    "superior": "上级机关",
}
"""Kinds of agencies that the platform knows, with their Chinese names; a region's register may have others."""


class Office(BaseModel):
    """An agency's office for open government (政府信息公开工作机构, 条例第4条, 第12条)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    leader: str = ""
    phone: str = ""
    fax: str = ""
    email: str = ""
    hours: str = ""


class Agency(BaseModel):
    """One agency. `valid_to` is the last day on which it existed; `successors` took over its duties then."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    code: str = Field(pattern=CODE)
    name: str = Field(min_length=1, max_length=100)
    aliases: tuple[str, ...] = ()
    org_code: str = Field(default="", description="组织机构代码 or 统一社会信用代码: the first part of its 索引号")
    kind: str = Field(pattern=r"^[a-z][a-z_]{1,19}$", description="One of `KINDS`, or a kind of the region's own")
    parent: str | None = None
    groups: tuple[str, ...] = ()
    valid_from: date = date(1949, 10, 1)
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    reviewed_by: str | None = Field(default=None, description="行政复议机关")
    court: str | None = Field(default=None, description="管辖法院")
    phone: str = ""
    address: str = ""
    flags: tuple[str, ...] = ()
    office: Office | None = None

    @model_validator(mode="after")
    def _has_lived(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to before valid_from")
        return self

    def in_force(self, on: date) -> bool:
        """Whether it exists on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Register:
    """An immutable register. Names are compared without regard to width, spaces and punctuation of brackets."""

    def __init__(self, region: str, region_name: str, agencies: Sequence[Agency], groups: Sequence[str]) -> None:
        self.region = Region.parse(region).code
        self.region_name = region_name
        self.groups = tuple(groups)
        self._by_code = {agency.code: agency for agency in agencies}
        self._by_name: dict[str, Agency] = {}
        if len(self._by_code) != len(agencies):
            raise _wrong("机构代码重复。")
        for agency in agencies:
            for name in (agency.name, *agency.aliases):
                self._take_name(squeeze(name), agency)
        self._check()

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """A register from JSON: `{region: {code, name}, groups: [...], agencies: [...]}`; raises `Refused`."""
        try:
            rows, region, groups = list(data["agencies"]), data["region"], list(data.get("groups", []))
            return cls(region["code"], region["name"], [_agency(n, row) for n, row in enumerate(rows, start=1)], groups)
        except (KeyError, TypeError):
            raise _wrong("缺少 region 或 agencies，或其格式不对。") from None

    def __iter__(self) -> Iterator[Agency]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def by_code(self, code: str) -> Agency | None:
        return self._by_code.get(code)

    def require(self, code: str, field: str = "agency") -> Agency:
        """Raises `Refused` for a code that the register does not know."""
        found = self._by_code.get(code)
        if found is None:
            raise Refused(
                "unknown_agency", "机构代码不在机构名录中。", field=field, remedy="请用 zwgk agencies list 查看。"
            )
        return found

    def find(self, name: str) -> Agency | None:
        """By name or alias; one that exists now before one that has gone."""
        return self._by_name.get(squeeze(name))

    def in_force(self, on: date) -> tuple[Agency, ...]:
        """Agencies that exist on a day."""
        return tuple(agency for agency in self._by_code.values() if agency.in_force(on))

    def successors(self, code: str, on: date) -> tuple[Agency, ...]:
        """Who carries an agency's duties on a day: itself, or those that followed it, however far."""
        agency = self.require(code)
        if agency.in_force(on) or not agency.successors:
            return (agency,)
        found: dict[str, Agency] = {}
        for each in agency.successors:
            found.update({heir.code: heir for heir in self.successors(each, on)})
        return tuple(found.values())

    def expand(self, group: str, on: date) -> tuple[Agency, ...]:
        """Members of a group on a day; empty for an unknown group."""
        wanted = squeeze(group)
        return tuple(agency for agency in self.in_force(on) if any(squeeze(each) == wanted for each in agency.groups))

    def is_group(self, name: str) -> bool:
        return squeeze(name) in {squeeze(group) for group in self.groups}

    def flagged(self, flag: str, on: date) -> tuple[Agency, ...]:
        """Agencies with a flag, such as `issuing_office` or `livelihood`."""
        return tuple(agency for agency in self.in_force(on) if flag in agency.flags)

    def _take_name(self, key: str, agency: Agency) -> None:
        held = self._by_name.get(key)
        if held is not None and held.valid_to is None and agency.valid_to is None and held.code != agency.code:
            raise _wrong(f"两个现行机构共用一个名称或别名（{agency.code}、{held.code}）。")
        if held is None or held.valid_to is not None:
            self._by_name[key] = agency

    def _check(self) -> None:
        for agency in self._by_code.values():
            pointed = (agency.parent, agency.reviewed_by, agency.court, *agency.successors)
            if any(code is not None and code not in self._by_code for code in pointed):
                raise _wrong(f"机构 {agency.code} 引用了名录之外的机构。")
            if any(group not in self.groups for group in agency.groups):
                raise _wrong(f"机构 {agency.code} 属于未登记的群组。")
            self._refuse_cycle(agency)

    def _refuse_cycle(self, agency: Agency) -> None:
        seen, waiting = {agency.code}, list(agency.successors)
        while waiting:
            code = waiting.pop()
            if code == agency.code:
                raise _wrong(f"机构 {agency.code} 的承继关系成环。")
            if code not in seen:
                seen.add(code)
                waiting += self._by_code[code].successors
        climbed, parent = {agency.code}, agency.parent
        while parent is not None:
            if parent in climbed:
                raise _wrong(f"机构 {agency.code} 的隶属关系成环。")
            climbed.add(parent)
            parent = self._by_code[parent].parent


def _agency(n: int, row: Any) -> Agency:
    try:
        return Agency.model_validate(row)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "valid_to"
        raise _wrong(f"第 {n} 个机构的字段 {place} 不符合要求。") from None


def _wrong(what: str) -> Refused:
    return Refused("register", f"机构名录有误：{what}", remedy="请更正机构名录文件。")
