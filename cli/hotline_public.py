"""`zwgk hotline entry|rating|signal …`: texts for the public, ratings, signals, requests with consent."""

from typing import Any

import typer

from cli.hotline_numbers import asked
from cli.options import Agency, As, Json
from cli.session import show
from contracts.base import Done
from contracts.hotline import public as c
from contracts.hotline import ratings
from contracts.hotline.doubts import RaiseTicketDoubt
from contracts.hotline.figures import BecomeRequest, TellHowToApply

ID = typer.Argument(help="编号。")
DONE = [("id", "编号"), ("state", "状态"), ("version", "版本")]
entry = typer.Typer(help="公开内容：办理结果公开、知识条目的提出、修改、发布、撤回。", no_args_is_help=True)
rating = typer.Typer(help="好差评：差评的联系、核实、申诉、整改、回访。", no_args_is_help=True)
signal = typer.Typer(help="苗头预警。", no_args_is_help=True)


@entry.command("offer")
def offer(
    ticket: str = typer.Argument(help="工单编号。"),
    question: str = typer.Option("", "--question", help="公开的问题；不给则取工单原文并遮盖个人信息。"),
    answer: str = typer.Option("", "--answer", help="公开的答复；不给则取已审核的答复。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """提出办理结果公开。例：zwgk hotline entry offer 999901-RX-2026-000001"""
    given = {"ticket": ticket, "question": question, "answer": answer}
    show(asked(c.OfferResult, Done, as_, agency, **given), json_=json_, columns=DONE)


@entry.command("propose")
def propose(
    ticket: str = typer.Option(None, "--ticket", help="来源的咨询工单。"),
    category: str = typer.Option("", "--category", help="分类。"),
    guide: str = typer.Option(None, "--guide", help="办事指南的事项编码。"),
    question: str = typer.Option("", "--question", help="问题。"),
    answer: str = typer.Option("", "--answer", help="答复。"),
    same_text: bool = typer.Option(False, "--same-text", help="答复即办事指南原文，随其更新。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """提出知识条目。例：zwgk hotline entry propose --ticket 999901-RX-2026-000001 --guide SX-001"""
    given: dict[str, Any] = {"ticket": ticket, "category": category, "guide": guide, "question": question}
    given |= {"answer": answer, "same_text": same_text}
    show(asked(c.ProposeKnowledge, Done, as_, agency, **given), json_=json_, columns=DONE)


@entry.command("revise")
def revise(
    id: str = ID,
    question: str = typer.Option(..., "--question", help="问题。"),
    answer: str = typer.Option(..., "--answer", help="答复。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """修改，已公开的在再次发布前不变。例：zwgk hotline entry revise 编号 --question 问 --answer 答"""
    given = {"id": id, "question": question, "answer": answer}
    show(asked(c.ReviseEntry, Done, as_, agency, **given), json_=json_, columns=DONE)


@entry.command("confirm")
def confirm(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """办事指南更新后，确认条目内容仍然适用。例：zwgk hotline entry confirm 编号 --as 李四 --agency zwj"""
    show(asked(c.ConfirmEntry, Done, as_, agency, id=id), json_=json_, columns=DONE)


@entry.command("show")
def show_entry(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """查看待公开的内容和个人信息提示。例：zwgk hotline entry show 999901-GK-2026-000001"""
    page = asked(c.ShowEntry, c.EntryPage, as_, agency, id=id)
    columns = [("question", "问题"), ("answer", "答复"), ("findings", "个人信息")]
    show(page, json_=json_, columns=columns)


@entry.command("publish")
def publish(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """发布（撰写人以外的人）。例：zwgk hotline entry publish 编号 --as 王五"""
    show(asked(c.PublishEntry, Done, as_, agency, id=id), json_=json_, columns=DONE)


@entry.command("withdraw")
def withdraw(
    id: str = ID,
    reason: str = typer.Option(..., "--reason", help="理由，不得写入泄露的内容。"),
    leak: bool = typer.Option(False, "--leak", help="含有泄露的个人信息或者秘密：紧急撤下，连同历史中的文字一并清除。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """撤回。例：zwgk hotline entry withdraw 编号 --reason 内容有误"""
    show(asked(c.WithdrawEntry, Done, as_, agency, id=id, reason=reason, leak=leak), json_=json_, columns=DONE)


@entry.command("list")
def list_entries(
    sort: c.EntrySort = typer.Option(None, "--sort", help="result 结果公开，knowledge 知识条目。"),
    guide: str = typer.Option(None, "--guide", help="办事指南的事项编码。"),
    open_: bool = typer.Option(False, "--open", help="连同待发布的。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出公开内容。例：zwgk hotline entry list --guide SX-001"""
    found = asked(c.ListEntries, c.EntryRows, as_, agency, sort=sort, guide=guide, open=open_)
    if json_:
        show(found, json_=True)
        return
    public = [each.model_dump(mode="json") for each in (*found.results, *found.knowledge)]
    heads = [("id", "编号"), ("category", "分类"), ("question", "问题"), ("answer", "答复"), ("published_at", "发布")]
    show(public, json_=False, columns=heads)
    if found.guide:
        typer.echo(f"办事指南 {found.guide.code}《{found.guide.title}》第{found.guide.edition}版\n{found.guide.text}")
    waiting = [each.model_dump(mode="json") for each in found.entries]
    show(waiting, json_=False, columns=[("id", "编号"), ("title", "内容"), ("state_label", "状态")], title="待发布")


@rating.command("list")
def list_ratings(
    open_: bool = typer.Option(None, "--open/--closed", help="未办结或已办结。"),
    unit: str = typer.Option(None, "--unit", help="被评价单位代码。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出评价。例：zwgk hotline rating list --open"""
    found = asked(ratings.ListRatings, ratings.RatingRows, as_, agency, open=open_, agency=unit)
    heads = [("id", "编号"), ("level", "评价"), ("agency", "单位"), ("state_label", "状态"), ("due_at", "期限")]
    show([each.model_dump(mode="json") for each in found.ratings], json_=json_, columns=heads)


@rating.command("show")
def show_rating(
    id: str = ID,
    purpose: str = typer.Option("办理", "--purpose", help="查阅事由（留痕）。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """查看评价（查阅留痕）。例：zwgk hotline rating show 编号"""
    page = asked(ratings.ShowRating, ratings.RatingPage, as_, agency, id=id, purpose=purpose)
    show(page, json_=json_, columns=[("comment", "评价内容"), ("rater", "评价人"), ("notes", "说明")])


@rating.command("contact")
def contact(
    id: str = ID,
    reached: bool = typer.Option(True, "--reached/--not-reached", help="是否联系上。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记联系评价人。例：zwgk hotline rating contact 编号 --reached"""
    show(asked(ratings.ContactRater, Done, as_, agency, id=id, reached=reached), json_=json_, columns=DONE)


@rating.command("verify")
def verify(
    id: str = ID,
    verdict: ratings.Verdict = typer.Option(..., "--verdict", help="属实 误评 恶意差评"),
    reason: str = typer.Option(..., "--reason", help="理由。"),
    complex_: bool = typer.Option(False, "--complex", help="复杂事项，整改期限较长。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """核实差评（被评价单位以外的人）。例：zwgk hotline rating verify 编号 --verdict 属实 --reason 情况属实"""
    given = {"id": id, "verdict": verdict, "reason": reason, "complex": complex_}
    show(asked(ratings.VerifyRating, Done, as_, agency, **given), json_=json_, columns=DONE)


@rating.command("appeal")
def appeal(
    id: str = ID,
    reason: str = typer.Option(..., "--reason", help="理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """被评价单位申诉复核，限一次。例：zwgk hotline rating appeal 编号 --reason 非本单位事项"""
    show(asked(ratings.AppealRating, Done, as_, agency, id=id, reason=reason), json_=json_, columns=DONE)


@rating.command("remedy")
def remedy(
    id: str = ID,
    how: ratings.Remedy = typer.Option(ratings.Remedy.RECTIFIED, "--how", help="整改 解释说明"),
    text: str = typer.Option(..., "--text", help="整改情况或解释。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记整改或解释说明。例：zwgk hotline rating remedy 编号 --how 整改 --text 已精简材料"""
    show(asked(ratings.RemedyRating, Done, as_, agency, id=id, remedy=how, text=text), json_=json_, columns=DONE)


@rating.command("revisit")
def revisit(
    id: str = ID,
    reached: bool = typer.Option(True, "--reached/--not-reached", help="是否联系上。"),
    level: int = typer.Option(None, "--level", min=1, max=5, help="新评价。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记回访评价人。例：zwgk hotline rating revisit 编号 --level 5"""
    show(asked(ratings.RevisitRater, Done, as_, agency, id=id, reached=reached, level=level), json_=json_, columns=DONE)


@signal.command("list")
def list_signals(
    open_: bool = typer.Option(None, "--open/--closed", help="待研判或已处理。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """列出苗头预警。例：zwgk hotline signal list --open"""
    found = asked(c.ListSignals, c.SignalRows, as_, agency, open=open_)
    heads = [("id", "编号"), ("title", "预警"), ("reason", "规则"), ("state_label", "状态")]
    show([each.model_dump(mode="json") for each in found.signals], json_=json_, columns=heads)


@signal.command("close")
def close_signal(
    id: str = ID,
    reason: str = typer.Option(..., "--reason", help="处理情况。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记处理情况。例：zwgk hotline signal close 编号 --reason 已派执法检查"""
    show(asked(c.CloseSignal, Done, as_, agency, id=id, reason=reason), json_=json_, columns=DONE)


def how_to_apply(id: str = ID, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """登记已告知信息公开申请途径。例：zwgk hotline how-to-apply 999901-RX-2026-000001"""
    show(asked(TellHowToApply, Done, as_, agency, id=id), json_=json_, columns=DONE)


def become_request(
    id: str = ID,
    office: str = typer.Option(..., "--office", help="受理申请的机构代码。"),
    consent: bool = typer.Option(False, "--consent", help="来电人已同意。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """经来电人同意转为信息公开申请。例：zwgk hotline become-request 编号 --office zrzyj --consent"""
    done = asked(BecomeRequest, Done, as_, agency, id=id, agency=office, consent=consent)
    show(done, json_=json_, columns=DONE)


def doubt(
    id: str = ID,
    document: str = typer.Option(..., "--document", help="文件编号、发文字号或者索引号。"),
    point: str = typer.Option(..., "--point", help="来电人不理解的地方，用自己的话写，不写个人信息。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """来电人对政策有疑问，转请二次解读。例：zwgk hotline doubt 编号 --document 示财规〔2026〕3号 --point 补贴标准"""
    done = asked(RaiseTicketDoubt, Done, as_, agency, id=id, document=document, point=point)
    show(done, json_=json_, columns=DONE)
