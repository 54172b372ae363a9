"""主题分类: the tree of the national policy library, as data with its source; and what localities call its parts."""

import re
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from kernel.refused import Refused
from kernel.text import compact

_JOINTS = re.compile(r"[/\\-]")


class Tree(BaseModel):
    """Themes of the first level with those below them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    source: str
    grade: str
    renamed: dict[str, str]
    """What a locality calls a theme of the first level, to its national name."""
    tree: dict[str, tuple[str, ...]]


@cache
def shipped() -> Tree:
    return Tree.model_validate_json(files(__package__).joinpath("themes.json").read_text(encoding="utf-8"))


def canonical(said: str) -> str:
    r"""A theme as `一级/二级`, also written `一级\二级` or `一级-二级`; of the first level a part is enough. Raises
    `Refused` for what is not in the tree."""
    first, *second = _JOINTS.split(compact(said), maxsplit=1)
    tree = shipped()
    first = tree.renamed.get(first, first)
    tops = [top for top in tree.tree if first == top] or [top for top in tree.tree if first in top.split("、")]
    found = [top for top in tops if not second or second[0] in tree.tree[top]]
    if len(found) == 1:
        return "/".join([found[0], *second])
    below = "、".join(tree.tree[tops[0]]) if len(tops) == 1 else ""
    raise Refused(
        "unknown_theme",
        "主题分类不在主题分类表中。",
        field="theme",
        remedy=f"“{tops[0]}”之下可用：{below}。" if below else f"一级主题可用：{'；'.join(tree.tree)}。",
    )
