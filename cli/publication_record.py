"""`zwgk publication show`: one document with all that the office knows of it."""

from cli.documents import ID
from cli.options import Agency, As, Json
from cli.session import Session, run, show
from contracts.publication import documents as c
from services.gateway.whole import lines


def show_(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """查看一份文件的全部办理情况。例：zwgk publication show 编号"""

    async def work(session: Session) -> c.DocumentFile:
        return await session.ask(c.GetDocument(id=id), c.DocumentFile, as_=as_, agency=agency)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    record = found.record
    rows = [{"item": label, "value": value} for label, value in lines(found).items()]
    show(rows, json_=False, columns=[("item", "项目"), ("value", "内容")])
    if record.attachments:
        files = [each.model_dump(mode="json") for each in record.attachments]
        columns = [
            ("name", "附件"),
            ("bytes", "字节"),
            ("check", "检查"),
            ("findings", "个人信息"),
            ("sha256", "校验值"),
        ]
        show(files, json_=False, columns=columns)
    steps = [step.model_dump(mode="json") for step in found.steps]
    show(steps, json_=False, columns=[("step", "环节"), ("by", "办理人"), ("at", "时间"), ("note", "说明")])
