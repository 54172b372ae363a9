"""Numbers that offices give to things and people: 索引号, 发文字号, 统一社会信用代码, 组织机构代码, 居民身份证号.

`parse` accepts full-width signs and stray spaces, keeps one canonical form, and raises `Refused` with a sentence that
does not repeat the value.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from kernel.refused import Refused
from kernel.region import PROVINCES
from kernel.text import compact

_DASHES = str.maketrans(dict.fromkeys("－—–‐‑‒―−", "-") | {"／": "/"})
_YEAR = r"(?P<year>(?:19|20)\d{2})"
_SEQ = r"(?P<seq>\d{4,7})"


class IndexScheme(StrEnum):
    """Forms of 索引号 seen on government sites, named after what their first part is."""

    ORG9_SLASH = "org9_slash"
    ORG_DASH_SLASH = "org_dash_slash"
    USCC_SLASH = "uscc_slash"
    AREA12_SLASH = "area12_slash"
    ORG9_DASH = "org9_dash"
    LOCAL = "local"


_INDEX_FORMS = {
    IndexScheme.ORG9_SLASH: re.compile(rf"(?P<org>[0-9]{{8}}[0-9A-Z])/{_YEAR}-{_SEQ}"),
    IndexScheme.ORG_DASH_SLASH: re.compile(rf"(?P<org>[0-9]{{7,8}}-[0-9A-Z])/{_YEAR}-{_SEQ}"),
    IndexScheme.USCC_SLASH: re.compile(
        rf"(?P<org>[0-9]{{8}}[0-9A-Z]{{9}}[0-9A-Z])/{_YEAR}(?P<month>0[1-9]|1[0-2])?-{_SEQ}"
    ),
    IndexScheme.AREA12_SLASH: re.compile(rf"(?P<org>\d{{12}})/{_YEAR}-{_SEQ}"),
    IndexScheme.ORG9_DASH: re.compile(rf"(?P<org>[0-9]{{8}}[0-9A-Z])-{_YEAR}-{_SEQ}"),
    IndexScheme.LOCAL: re.compile(rf"(?P<org>[A-Za-z][A-Za-z0-9]{{2,15}})[-/]{_YEAR}-{_SEQ}"),
}


@dataclass(frozen=True, slots=True)
class IndexNumber:
    """索引号: one number for one published item, never used again. `year` says nothing sure of the day of formation."""

    text: str
    scheme: IndexScheme
    org: str
    year: int
    seq: int
    month: int | None = None

    @classmethod
    def parse(cls, text: str) -> "IndexNumber":
        plain = compact(text).translate(_DASHES)
        for scheme, form in _INDEX_FORMS.items():
            if found := form.fullmatch(plain):
                parts = found.groupdict()
                month = int(parts["month"]) if parts.get("month") else None
                return cls(plain, scheme, parts["org"], int(parts["year"]), int(parts["seq"]), month)
        raise Refused(
            "index_number_malformed",
            "索引号格式不对：应为“机构代码/年份-流水号”，流水号4至7位。",
            field="index_no",
            remedy="请核对索引号。",
        )

    @classmethod
    def make(cls, org: str, year: int, seq: int, *, width: int = 5) -> "IndexNumber":
        """The number of item `seq` (from 1) of `year`: `008366031/2018-00006`; a local code is joined by a dash."""
        joint = "-" if org[:1].isalpha() else "/"
        return cls.parse(f"{org}{joint}{year}-{seq:0{width}d}")

    def __str__(self) -> str:
        return self.text


_BRACKETS = str.maketrans(dict.fromkeys("[［【(（﹝﹙", "〔") | dict.fromkeys("]］】)）﹞﹚", "〕"))
_DOCUMENT = re.compile(
    r"(?P<code>[\u4e00-\u9fa5A-Za-z〔〕]{1,20}?)〔(?P<year>(?:19|20)\d{2})〕第?0{0,4}(?P<seq>[1-9]\d{0,4})号"
)
_ORDER = re.compile(r"(?P<code>[\u4e00-\u9fa5]{1,20}令)第?0{0,3}(?P<seq>[1-9]\d{0,3})号")
_INNER = str.maketrans({"〔": "（", "〕": "）"})
# 委 is the party committee only where no government commission (发改委, 卫健委 …) stands before it.
_PARTY = re.compile(
    r"党|^中(?:发|办|委|纪|组|宣)"
    r"|(?<!发改)(?<!卫健)(?<!卫计)(?<!计生)(?<!国资)(?<!经信)(?<!住建)(?<!体改)(?<!经贸)(?<!工信)(?<!民宗)"
    r"(?<![健改资信建教科工体民贸管监编农水])委(?:办)?(?:发|字|函|通|文|电|传|明电)"
    r"|(?:纪|组|宣|统|政法)委?(?:办)?(?:发|通|函|字)?$|[县市区州旗镇乡]委$|^委$"
)


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """发文字号 in canonical form: `义政办发〔2018〕67号`, an order `国务院令第711号` .

    The form is that of GB/T 9704, which was not re-read: unverified.
    """

    code: str
    year: int | None
    seq: int

    @classmethod
    def parse(cls, text: str) -> "DocumentNumber":
        """Any brackets, spaces, 第 and leading zeros are accepted; a number left blank (〔2017〕 号) is refused."""
        plain = compact(text).translate(_BRACKETS)
        if found := _DOCUMENT.fullmatch(plain):
            return cls(found["code"].translate(_INNER), int(found["year"]), int(found["seq"]))
        if found := _ORDER.fullmatch(plain):
            return cls(found["code"], None, int(found["seq"]))
        raise Refused(
            "document_number_malformed",
            "发文字号格式不对：应为“机关代字〔年份〕序号号”。",
            field="doc_no",
            remedy="请核对发文字号；没有文号的文件不填。",
        )

    @property
    def canonical(self) -> str:
        return f"{self.code}第{self.seq}号" if self.year is None else f"{self.code}〔{self.year}〕{self.seq}号"

    @property
    def is_party(self) -> bool:
        """A number of the party's organs (党办字, 委发 …): such documents follow the rules of 党务公开, not 条例."""
        return _PARTY.search(self.code) is not None

    def __str__(self) -> str:
        return self.canonical


_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUES = {sign: value for value, sign in enumerate(_USCC_SIGNS)}
_USCC_WEIGHTS = tuple(pow(3, n, 31) for n in range(17))
_USCC = re.compile(rf"[{_USCC_SIGNS}]{{2}}\d{{6}}[{_USCC_SIGNS}]{{10}}")
_ORG = re.compile(r"([0-9A-Z]{8})-?([0-9X])")
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class CreditCode:
    """统一社会信用代码 (GB 32100-2015). Lawful to publish."""

    text: str

    @classmethod
    def parse(cls, text: str) -> "CreditCode":
        plain = compact(text).upper()
        if not _USCC.fullmatch(plain):
            raise Refused(
                "credit_code_malformed", "统一社会信用代码应为18位数字和大写字母。", field="credit_code",
                remedy="请核对统一社会信用代码。",
            )  # fmt: skip
        if not is_credit_code(plain):
            raise Refused(
                "credit_code_check", "统一社会信用代码的校验位不对。", field="credit_code",
                remedy="请核对统一社会信用代码。",
            )  # fmt: skip
        return cls(plain)

    @property
    def division(self) -> str:
        """Six digits of the division that registered it."""
        return self.text[2:8]

    @property
    def organisation(self) -> str:
        """The nine signs of the organisation code within it."""
        return self.text[8:17]

    def __str__(self) -> str:
        return self.text


def is_credit_code(plain: str) -> bool:
    """Whether 18 upper-case signs are a credit code whose check sign holds."""
    if not _USCC.fullmatch(plain):
        return False
    total = sum(_USCC_VALUES[sign] * weight for sign, weight in zip(plain[:17], _USCC_WEIGHTS, strict=True))
    return _USCC_SIGNS[(31 - total % 31) % 31] == plain[17]


@dataclass(frozen=True, slots=True)
class OrganisationCode:
    """组织机构代码 (GB 11714), nine signs without the dash."""

    text: str

    @classmethod
    def parse(cls, text: str) -> "OrganisationCode":
        found = _ORG.fullmatch(compact(text).translate(_DASHES).upper())
        if not found:
            raise Refused(
                "organisation_code_malformed", "组织机构代码应为9位（8位本体代码和1位校验码）。", field="org_code",
                remedy="请核对组织机构代码。",
            )  # fmt: skip
        body, check = found.groups()
        total = sum(int(sign, 36) * weight for sign, weight in zip(body, _ORG_WEIGHTS, strict=True))
        if "0X987654321"[total % 11] != check:
            raise Refused(
                "organisation_code_check", "组织机构代码的校验码不对。", field="org_code", remedy="请核对组织机构代码。"
            )
        return cls(body + check)

    def __str__(self) -> str:
        return f"{self.text[:8]}-{self.text[8]}"


_ID18 = re.compile(r"[1-9]\d{16}[0-9X]")
_ID15 = re.compile(r"[1-9]\d{14}")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """居民身份证号 (GB 11643-1999), 18 signs or the old 15 digits. Its `repr` shows the masked form only."""

    text: str = field(repr=False)
    masked: str
    born: date = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, today: date | None = None) -> "IdentityNumber":
        """With `today` a birth after that day is refused too."""
        plain = compact(text).upper()
        if not (_ID18.fullmatch(plain) or _ID15.fullmatch(plain)):
            raise _id_refused("id_malformed", "身份证号应为18位（末位可为X）或15位。")
        if plain[:2] not in PROVINCES and plain[:2] != "83":
            raise _id_refused("id_province", "身份证号的地区码不对。")
        born = _born(plain)
        if born is None or (today is not None and born > today):
            raise _id_refused("id_date", "身份证号中的出生日期不对。")
        if len(plain) == 18 and id_check_sign(plain) != plain[17]:
            raise _id_refused("id_check", "身份证号的校验位不对。")
        return cls(plain, mask_id(plain), born)

    def __str__(self) -> str:
        return self.masked


def _id_refused(code: str, message: str) -> Refused:
    return Refused(code, message, field="id_number", remedy="请核对身份证号。")


def _born(plain: str) -> date | None:
    digits = plain[6:14] if len(plain) == 18 else "19" + plain[6:12]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def id_check_sign(plain: str) -> str:
    """Check sign of the first 17 digits (ISO 7064 MOD 11-2)."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(plain[:17], _ID_WEIGHTS, strict=True)) % 11]


def mask_id(plain: str) -> str:
    """First three and last two signs stay."""
    return plain[:3] + "*" * (len(plain) - 5) + plain[-2:]
