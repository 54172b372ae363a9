"""A mark of secrecy is refused at the doors of the service, in each way in which it is written and in every file."""

import io

import pytest
from openpyxl import Workbook

from contracts.base import Done
from contracts.publication.documents import Draft, Return, Revise
from kernel.secrecy import classified_mark
from services.publication.attachments import formats
from services.publication.service import Publication  # noqa: F401  registers the handlers
from tests.publication.test_masking import app as app
from tests.publication.test_masking import runs, word
from tests.publication.test_service import draft, refused
from tests.servers import Desk

pytestmark = pytest.mark.asyncio(loop_scope="session")
MARKS = (
    "机密★长期",
    "秘密 ★ 1年",
    "秘 密★",
    "绝密☆",
    "【机密★10年】",
    "密级：秘密",
    "０００００１　机　密★１年",
    "绝密★启用前",
)


@pytest.mark.parametrize("mark", MARKS)
async def test_a_draft_with_a_mark_is_not_kept(desk: Desk, app: object, mark: str) -> None:
    given = Draft(title="关于某项工作的通知", text=f"{mark}\n正文", issuers=("czj",))
    await refused("classified", desk(given, Done, as_="张起草", agency="czj"))


async def test_no_step_takes_a_mark(desk: Desk, app: object) -> None:
    id = await draft(desk, "标题")
    for command in (
        Revise(id=id, text="标题\n正文\n机密★3年"),
        Return(id=id, reason="附件写着\n秘密★5年"),
    ):
        await refused(
            "classified", desk(command, Done, as_="赵审核" if isinstance(command, Return) else "张起草", agency="czj")
        )


def sheet(*rows: tuple[str, ...], header: str = "") -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    page["A1"] = "封面"
    second = book.create_sheet("第二张")
    for row in rows:
        second.append(row)
    second.oddHeader.right.text = header
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("页眉.docx", word(runs("正文"), header1=runs("机", "密★", "1年"))),
        ("页眉.docx", word(runs("正文"), header1=runs("秘密"))),
        ("表头.docx", word(f"<w:tbl><w:tr><w:tc>{runs('密级')}</w:tc><w:tc>{runs('机密')}</w:tc></w:tr></w:tbl>")),
        ("文本框.docx", word(f"<w:p><w:r><w:txbxContent>{runs('绝密★')}</w:txbxContent></w:r></w:p>")),
        ("属性.docx", word(runs("正文"), chart1="<a:p><a:r><a:t>秘密★5年</a:t></a:r></a:p>")),
        ("表.xlsx", sheet(("000001", "", "机密★10年"))),
        ("表.xlsx", sheet(("秘密",))),
        ("表.xlsx", sheet(("正文",), header="机密★1年")),
    ],
)
async def test_a_mark_in_a_file_is_seen(name: str, data: bytes) -> None:
    found = formats.extract(name, data)
    assert found.marked or classified_mark(found.text)
