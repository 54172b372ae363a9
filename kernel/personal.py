"""Personal data in a text that is to be published: found, and masked. No finding carries the value.

Kinds and patterns: government website monitoring practice (居民身份证 GB 11643-1999; the others are engineering
proposals, unverified). What a finding means is for a person to decide: a lawful exception may cover it.
Positions are those of the text as given: full-width digits, and digits parted by single spaces or dashes, are read
through. The time is linear in the length of the text, whatever it holds.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from kernel.numbers import id_check_sign, is_credit_code, mask_id
from kernel.refused import Refused
from kernel.region import PROVINCES
from kernel.text import SAME_LENGTH

Confidence = Literal["high", "medium", "low"]


class Kind(StrEnum):
    """What a finding is."""

    ID_CARD = "id_card"
    ID_CARD_15 = "id_card_15"
    MOBILE = "mobile"
    LANDLINE = "landline"
    BANK_CARD = "bank_card"
    PASSPORT = "passport"
    PLATE = "plate"
    HOME_ADDRESS = "home_address"


TITLES: dict[Kind, str] = {
    Kind.ID_CARD: "居民身份证号",
    Kind.ID_CARD_15: "居民身份证号（15位）",
    Kind.MOBILE: "手机号码",
    Kind.LANDLINE: "固定电话",
    Kind.BANK_CARD: "银行卡号",
    Kind.PASSPORT: "护照、通行证号码",
    Kind.PLATE: "机动车号牌",
    Kind.HOME_ADDRESS: "家庭住址",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Personal data at `text[start:end]`, with what to show instead of it."""

    kind: Kind
    start: int
    end: int
    masked: str
    confidence: Confidence


_PLAIN = SAME_LENGTH | dict.fromkeys(map(ord, "－—–‐‑‒―−﹣"), "-") | {ord("＋"): "+", ord("·"): " ", ord("•"): " "}
_GAP = re.compile(r"[ -]+")
# One sign between digits: a space or a dash, twice at most (an invisible sign counts as a space).
_S = r"[ -]{0,2}"
_BEFORE = r"(?<![0-9A-Za-z])(?<![0-9][.])"
_AFTER = r"(?![0-9A-Za-z])(?![.][0-9])"
# Parts of a longer number: 流水号, 索引号 and the like join digits by a dash, a slash or an underline.
_ALONE = r"(?<![0-9A-Za-z][-/_])(?<![/_])"
_PROVINCE = "|".join(sorted(_S.join(code) for code in (*PROVINCES, "83")))
_MONTH = rf"(?:0{_S}[1-9]|1{_S}[0-2])"
_DAY = rf"(?:0{_S}[1-9]|[12]{_S}\d|3{_S}[01])"

_ID18 = re.compile(
    rf"(?<![0-9])(?<![0-9][A-Za-z.])(?:{_PROVINCE})(?:{_S}\d){{4}}{_S}(?:1{_S}[89]|2{_S}0)(?:{_S}\d){{2}}{_S}{_MONTH}{_S}{_DAY}"
    rf"(?:{_S}\d){{3}}{_S}[0-9Xx]{_AFTER}"
)
_ID15 = re.compile(
    rf"{_BEFORE}{_ALONE}(?:{'|'.join((*PROVINCES, '83'))})\d{{4}}\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{{3}}"
    rf"{_AFTER}(?![-/_][0-9A-Za-z])"
)
_AMOUNT = re.compile(r"\s{0,2}(?:元|万|亿|余|人次|平方|立方|吨|千瓦|公里)")
_MOBILE = re.compile(
    r"(?<![0-9])(?:(?<![A-Za-z])(?:\+86|86|0086)[ -]?|(?<![0-9][.]))"
    r"(?P<number>1[3-9]\d{9}|1[3-9]\d[.]\d{4}[.]\d{4}|1[3-9]\d[ -]{1,2}\d{4}[ -]{0,2}\d{4}|1[3-9]\d{5}[ -]{1,2}\d{4}"
    r"|1[3-9]\d{2}[ -]{1,2}\d{3}[ -]{1,2}\d{4}|1 [3-9](?: \d){9}|1-[3-9](?:-\d){9})"
    r"(?![0-9])(?![.][0-9])"
)
_JOINED = re.compile(r"([0-9A-Za-z./_-]*)[-/_]$")
_OF_A_PERSON = re.compile(
    r"(?:1[3-9]\d{9}|\d{17}[0-9Xx]|\d{15}|(?!20[0-2])[2-8]\d{6,7}|0\d{2,3}|86|[A-Z][0-9A-Z]{5,6}|tel|phone|mobile|sfz|id)?",
    re.I,
)
"""What may be joined to a mobile number by a dash or slash; anything else makes it a part of a serial number."""
_FIGURES = re.compile(r"(?:^|\n)[\d .,%]*$"), re.compile(r" \d{1,6}(?:[ ,.%]|$)", re.MULTILINE)
"""A row of figures: nothing but figures before, and another one after."""
_BOXES = re.compile(r"(?<![0-9A-Za-z])(?<![0-9A-Za-z]\t)\d(?:\t\d){10,16}(?:\t[0-9Xx])?(?!\t?[0-9A-Za-z])")
"""A form with a box for each digit."""
_PHONE_WORD = re.compile(r"手机|电话|联系|拨打|致电|[Tt][Ee][Ll]")
_CARD = re.compile(
    rf"{_BEFORE}{_ALONE}(?:[3-6]\d{{15,18}}|[3-6]\d{{3}}(?:[ -]\d{{4}}){{3}}(?:[ -]\d{{1,3}})?|62\d{{4}}[ -]\d{{13}})"
    rf"{_AFTER}(?![-/_][0-9A-Za-z])"
)
_PASSPORT = re.compile(r"(?<![0-9A-Za-z])(?:[A-Z]{1,2}\d{7,10}|[A-Z]{3}\d{12}|\d{8,9}|1[45]-?\d{7})(?![0-9A-Za-z])")
_TRAVEL = re.compile(r"护照|通行证|回乡证|台胞证|永久居留|[Pp]assport")
_PLATE = re.compile(
    r"[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-Z] ?"
    r"(?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[挂学警港澳])(?![0-9A-Za-z])"
)
_LANDLINE = re.compile(r"(?<![0-9A-Za-z-])0\d{2,3}-{0,2}[2-8]\d{6,7}(?![0-9A-Za-z])")
_ROOM = re.compile(
    r"(?<!\d)(?:\d{1,5}号?(?:院|弄))?(?:\d{1,3}(?:号楼|幢|栋|座|号))?(?:(?P<unit>\d{1,2}单元)\d{2,5}(?:室|号)?|\d{2,5}室)"
    r"|(?<!\d)\d{1,3}(?:村民)?(?:小)?(?:组|社)\d{1,4}号"
)
_HOUSE = re.compile(
    r"(?P<road>[路街巷弄道村庄屯里组队社])(?P<number>\d{1,5}号|\d{1,3}[栋幢]\d{2,5})(?![0-9\u4e00-\u9fa5]?[院弄楼幢栋])|\d{1,3}[栋幢]-?\d{3,4}(?!\d)"
)
_LIVES = re.compile(r"住址|家住|现住|户籍(?:所在)?地|户口(?:所在)?地|居住地|家庭地址|常住地")
_ROW, _HEADS = 4_000, 4
"""Longest row of a table that is looked at as one, and most columns of homes in it."""
_FLOOR = re.compile(r"\d{1,2}[楼层]$")
_CHAIN = re.compile(r"[\u4e00-\u9fa50-9A-Za-z（）()-]{0,40}$")
_PLACE = re.compile(r"[省市县区旗州镇乡]|街道|[路街道巷村]")
_OFFICE = re.compile(r"行政中心|政府|大楼|大厦|服务中心|办公|机关|委员会|局|法院|检察院|写字楼|窗口|会议")
_HOME = re.compile(r"住址|家住|现住|住所|户籍|户口|居住|常住|家庭|小区|花园|公寓|新村|家园|苑|宿舍|里弄")
_CARD_WORD = re.compile(r"卡号|账号|帐号|账户|帐户|银行|开户|一卡通|社保卡")
_PHONE_OF_PERSON = re.compile(r"本人|住宅|家庭电话|家属|户主|联系人及电话")
_MAX_CONTEXT = 24

_BANK_WHOLE = re.compile(r"62\d{14,17}|4\d{15}|5[1-5]\d{14}|2[2-7]\d{14}|35\d{14}")


def scan(text: str, allowed: Collection[str] = ()) -> list[Finding]:
    """Personal data in `text`, in its order, without overlaps.

    `allowed` are published numbers of offices, written in any way. Fixed lines are mostly lawful office numbers: they
    are reported only on a line that also holds a person's number or says that they are private.
    """
    plain = text if text.isascii() else text.translate(_PLAIN)
    known = _known(frozenset(allowed))
    found = _without_overlaps(
        [*_ids(plain), *_old_ids(plain), *_cards(plain), *_mobiles(plain, known), *_passports(plain), *_plates(plain),
         *_addresses(plain), *_houses(plain), *_boxes(plain)]
    )  # fmt: skip
    return _without_overlaps([*found, *_landlines(plain, found, known)])


def mask(text: str, findings: Sequence[Finding] | None = None) -> str:
    """The text with every finding masked; raises `Refused` for findings that are not of this text."""
    parts: list[str] = []
    end = 0
    for finding in sorted(scan(text) if findings is None else findings, key=lambda each: each.start):
        if not end <= finding.start < finding.end <= len(text):
            raise Refused("finding_out_of_text", "个人信息的位置与文本不符。", remedy="请重新扫描后再脱敏。")
        parts += [text[end : finding.start], finding.masked]
        end = finding.end
    return "".join([*parts, text[end:]])


def mask_all(text: str, allowed: Collection[str] = ()) -> str:
    """The text masked until nothing more is found: what ran into another number is seen once that one is masked."""
    for _ in range(_ROUNDS):
        if not (found := scan(text, allowed)):
            break
        text = mask(text, found)
    return text


_ROUNDS = 4
_RANK = {kind: rank for rank, kind in enumerate(Kind)}


def require_impersonal(**fields: str) -> None:
    """Raises `Refused` where a field holds personal data: facts and events never carry any."""
    for name, text in fields.items():
        if scan(text):
            raise Refused(
                "personal_data", "填写内容含有个人信息。", field=name, remedy="请删去证件号、电话等个人信息后重试。"
            )


def _without_overlaps(found: list[Finding]) -> list[Finding]:
    """The surer kind wins where two overlap."""
    taken: list[Finding] = []
    for finding in sorted(found, key=lambda each: (each.start, _RANK[each.kind])):
        if taken and finding.start < taken[-1].end:
            if _RANK[finding.kind] < _RANK[taken[-1].kind]:
                taken[-1] = finding
        else:
            taken.append(finding)
    return taken


@lru_cache(maxsize=8)
def _known(allowed: frozenset[str]) -> frozenset[str]:
    """Published numbers as bare digits; the same few hundred are asked for with every text."""
    return frozenset(_digits(number.translate(_PLAIN)) for number in allowed)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _before(plain: str, start: int) -> str:
    """What stands before a place on its line, at most a few words."""
    return plain[max(0, start - _MAX_CONTEXT) : start].rpartition("\n")[2]


def _ids(plain: str) -> Iterator[Finding]:
    for match in _ID18.finditer(plain):
        number = _GAP.sub("", match[0]).upper()
        if id_check_sign(number) != number[17] or not _is_date(number[6:14]):
            continue
        if is_credit_code(number) and "信用代码" in _before(plain, match.start()):
            continue
        yield Finding(Kind.ID_CARD, match.start(), match.end(), mask_id(number), "high")


def _boxes(plain: str) -> Iterator[Finding]:
    for match in _BOXES.finditer(plain):
        number = match[0].replace("\t", "").upper()
        if len(number) == 18 and id_check_sign(number) == number[17] and _is_date(number[6:14]):
            yield Finding(Kind.ID_CARD, match.start(), match.end(), mask_id(number), "high")
        elif len(number) == 11 and re.match("1[3-9]", number) and _PHONE_WORD.search(_before(plain, match.start())):
            yield Finding(Kind.MOBILE, match.start(), match.end(), f"{number[:3]}****{number[-4:]}", "high")


def _is_date(digits: str) -> bool:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    last = 31 - (month - 1) % 7 % 2 if month != 2 else 29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28
    return 1 <= month <= 12 and 1 <= day <= last and 1860 <= year <= 2099


def _old_ids(plain: str) -> Iterator[Finding]:
    for match in _ID15.finditer(plain):
        if _is_date("19" + match[0][6:12]):
            sure: Confidence = "high" if "身份证" in _before(plain, match.start()) else "low"
            yield Finding(Kind.ID_CARD_15, match.start(), match.end(), mask_id(match[0]), sure)


def _cards(plain: str) -> Iterator[Finding]:
    for match in _CARD.finditer(plain):
        number = _GAP.sub("", match[0])
        if _BANK_WHOLE.fullmatch(number) and _luhn(number) and not is_credit_code(number):
            sure: Confidence = "high" if _CARD_WORD.search(_before(plain, match.start())) else "medium"
            masked = "*" * (len(number) - 4) + number[-4:]
            yield Finding(Kind.BANK_CARD, match.start(), match.end(), masked, sure)


def _luhn(number: str) -> bool:
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    return (sum(int(digit) for digit in number[::-2]) + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def _mobiles(plain: str, known: frozenset[str]) -> Iterator[Finding]:
    for match in _MOBILE.finditer(plain):
        number = _digits(match["number"])
        if number not in known and not _is_figure(plain, match):
            masked = f"{number[:3]}****{number[-4:]}"
            yield Finding(Kind.MOBILE, match.start("number"), match.end("number"), masked, "high")


def _is_figure(plain: str, match: re.Match[str]) -> bool:
    """Whether what looks like a mobile number is an amount, a part of a serial number or of a row of figures."""
    before = _before(plain, match.start())
    if _PHONE_WORD.search(before):
        return False
    joined = _JOINED.search(before)
    if joined and not all(_OF_A_PERSON.fullmatch(part) for part in re.split("[-/_]", joined[1])):
        return True
    row = " " in match["number"] and _FIGURES[0].search(before) and _FIGURES[1].match(plain, match.end())
    return bool(row) or _AMOUNT.match(plain, match.end()) is not None


def _passports(plain: str) -> Iterator[Finding]:
    for match in _PASSPORT.finditer(plain):
        before = _before(plain, match.start())
        if _TRAVEL.search(before):
            masked = match[0][0] + "*" * (len(match[0]) - 3) + match[0][-2:]
            yield Finding(Kind.PASSPORT, match.start(), match.end(), masked, "high")


def _plates(plain: str) -> Iterator[Finding]:
    for match in _PLATE.finditer(plain):
        around = _before(plain, match.start()) + plain[match.end() : match.end() + 8].partition("\n")[0]
        sure: Confidence = "high" if re.search("车|牌", around) else "low"
        if sure == "high" or any(sign.isdigit() for sign in match[0]):
            yield Finding(Kind.PLATE, match.start(), match.end(), match[0][:2] + "*****", sure)


def _addresses(plain: str) -> Iterator[Finding]:
    for match in _ROOM.finditer(plain):
        chain = _CHAIN.search(plain, max(0, match.start() - 40), match.start())
        before = chain[0] if chain else ""
        context = _before(plain, match.start() - len(before)) + before
        if not _PLACE.search(before) or _OFFICE.search(before):
            continue
        home = bool(_HOME.search(context)) or match["unit"] is not None
        if not home and (_FLOOR.search(before) or _OFFICE.search(context)):
            continue
        masked = re.sub(r"\d+", "**", match[0])
        yield Finding(Kind.HOME_ADDRESS, match.start(), match.end(), masked, "medium" if home else "low")


def _houses(plain: str) -> Iterator[Finding]:
    """A house number after a word that says that somebody lives there, or in the column of which it is the head."""
    headed = heads = 0
    for match in _LIVES.finditer(plain):
        end = _line_end(plain, match.end())
        yield from _house(plain, match.end(), min(end, match.end() + 60))
        if (
            end - match.end() >= _ROW
            or "\t" not in plain[max(0, match.start() - 1) : match.start()] + plain[match.end() : match.end() + 1]
        ):
            continue
        heads = heads + 1 if headed == end else 1
        headed = end
        if heads <= _HEADS:
            before = plain[max(0, match.start() - _ROW) : match.start()].rpartition("\n")[2]
            yield from _housed(plain, end, before.count("\t"))


def _housed(plain: str, end: int, column: int) -> Iterator[Finding]:
    """House numbers in a column of the table below the line that ends at `end`."""
    while end < len(plain):
        start, end = end + 1, _line_end(plain, end + 1)
        if end - start >= _ROW:
            return
        fields = plain[start:end].split("\t")
        if len(fields) <= column or _LIVES.search(plain, start, end):
            return
        start += sum(len(field) + 1 for field in fields[:column])
        yield from _house(plain, start, start + len(fields[column]))


def _house(plain: str, start: int, end: int) -> Iterator[Finding]:
    found = _HOUSE.search(plain, start, end)
    if found and not (_OFFICE.search(plain, start, found.end()) or _ROOM.search(plain, found.end(), end)):
        if "*" in plain[found.end() : end]:
            return  # what is more exact is masked
        number = found.start() + len(found["road"] or "")
        masked = re.sub(r"\d+", "**", plain[number : found.end()])
        yield Finding(Kind.HOME_ADDRESS, number, found.end(), masked, "medium")


def _line_end(plain: str, start: int) -> int:
    end = plain.find("\n", start, start + _ROW)
    return end if end >= 0 else min(start + _ROW, len(plain))


def _landlines(plain: str, found: Sequence[Finding], known: frozenset[str]) -> Iterator[Finding]:
    persons = [each.start for each in found if each.kind in (Kind.ID_CARD, Kind.ID_CARD_15, Kind.MOBILE)]
    cursor = 0
    for match in _LANDLINE.finditer(plain):
        start = max(plain.rfind("\n", max(0, match.start() - 200), match.start()), match.start() - 200)
        end = plain.find("\n", match.end(), match.end() + 200)
        while cursor < len(persons) and persons[cursor] < start:
            cursor += 1
        beside = cursor < len(persons) and persons[cursor] < (end if end >= 0 else match.end() + 200)
        private = bool(_PHONE_OF_PERSON.search(_before(plain, match.start())))
        if (beside or private) and _digits(match[0]) not in known:
            number = _digits(match[0])
            area = 3 if number[:2] in ("01", "02") else 4
            masked = f"{number[:area]}-{'*' * (len(number) - area - 2)}{number[-2:]}"
            yield Finding(Kind.LANDLINE, match.start(), match.end(), masked, "medium")
