"""A classified text must not enter the system at all (上网不保密): it is refused at the door."""

import re

from kernel.refused import Refused

_MARK = re.compile(
    r"(?:绝密|机密|秘密) ?[★☆]"
    r"|^ *(?:密级 ?[:：] ?)?(?:绝密|机密|秘密) *(?:[★☆*] ?\S{0,12})?$",
    re.MULTILINE,
)


def refuse_secret(text: str) -> None:
    """Raises `Refused` where the text carries a mark of secrecy; speaking of secrets is none."""
    if _MARK.search(text):
        raise Refused(
            "secrecy_mark",
            "文本带有密级标志，不得进入本系统。",
            field="body",
            remedy="请停止处理，按保密规定在系统外办理；本系统只可登记不涉密的目录条目。",
        )
