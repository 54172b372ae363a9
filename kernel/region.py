"""Administrative divisions (行政区划)."""

import re
from dataclasses import dataclass

from kernel.refused import Refused
from kernel.text import compact

PROVINCES: dict[str, str] = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古",
    "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东",
    "41": "河南", "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南",
    "50": "重庆", "51": "四川", "52": "贵州", "53": "云南", "54": "西藏",
    "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆",
    "71": "台湾", "81": "香港", "82": "澳门",
}  # fmt: skip
"""First two digits of a division code (GB/T 2260) and the province they stand for."""

EXAMPLE_PREFIX = "99"
"""No province has it: codes of fictional places (示例) begin with it."""

_CODE = re.compile(r"\d{6}")


@dataclass(frozen=True, slots=True)
class Region:
    """A division by its six-digit code, with the name that the register gives it."""

    code: str
    name: str = ""

    @classmethod
    def parse(cls, code: str, name: str = "") -> "Region":
        """Raises `Refused` for a code that is not six digits or of no province."""
        plain = compact(code)
        if not _CODE.fullmatch(plain):
            raise Refused("region_malformed", "行政区划代码应为6位数字。", field="region", remedy="请核对区划代码。")
        if plain[:2] not in PROVINCES and plain[:2] != EXAMPLE_PREFIX:
            raise Refused(
                "region_unknown_province",
                "行政区划代码的前两位不是省级代码。",
                field="region",
                remedy="请核对区划代码。",
            )
        return cls(plain, name)

    @property
    def province(self) -> str:
        return PROVINCES.get(self.code[:2], "示例")

    @property
    def is_example(self) -> bool:
        return self.code.startswith(EXAMPLE_PREFIX)
