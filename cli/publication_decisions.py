"""`zwgk publication decisions`: 重大行政决策, from the start to the evaluation."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import openness_sheets
from cli.documents import chosen, day, do
from cli.options import Agency, As, Json
from cli.session import Session, guarded, run, show
from cli.tickets import made
from contracts.base import Command
from contracts.publication import decisions as c
from contracts.publication.comments import ParticipationForm
from contracts.publication.decision_catalogue import DecisionLevel, PublishDecisionCatalogue, PutDecisionCatalogue
from contracts.readmodel.answers import ListViews, ViewPage

app = typer.Typer(help="重大行政决策：年度目录，从启动、征求意见、论证审查到公布、执行、评估。", no_args_is_help=True)
years = typer.Typer(help="年度重大行政决策事项目录：政府、部门两级，调整须有理由。", no_args_is_help=True)
app.add_typer(years, name="catalogue")
MATTER = typer.Argument(help="决策事项编号。")
LEVELS = {"政府": DecisionLevel.GOVERNMENT, "部门": DecisionLevel.UNIT}
SCOPES = {each.name.lower(): each for each in c.DecisionScope} | {each.value: each for each in c.DecisionScope}
FORMS = {each.value: each for each in ParticipationForm} | {each.name.lower(): each for each in ParticipationForm}
OUTCOMES = {each.value: each for each in c.DiscussionOutcome}
EVALUATIONS = {each.value: each for each in c.EvaluationKind}
Secrecy = Annotated[bool, typer.Option("--secrecy", help="已作保密审查，同意公开。")]


def act(kind: type[Command], as_: str | None, agency: str, json_: bool, /, **given: Any) -> None:
    """Send what was typed; a value that the contract does not take is said in one line."""
    do(guarded(lambda: made(kind, given)), as_, agency, json_)


@years.command("put")
def put(
    path: Path = typer.Argument(help=f"xlsx 或 csv，栏目：{openness_sheets.MATTERS}。"),
    year: int = typer.Option(..., "--year", help="年度。"),
    level: str = typer.Option("政府", "--level", help="政府、部门。"),
    keeper: str = typer.Option(None, "--keeper", help="决策机关代码；默认经办人所在机构。"),
    reason: str = typer.Option("", "--reason", help="调整理由，将公开。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """编制或调整年度目录。例：zwgk publication decisions catalogue put 目录.xlsx --year 2026 --keeper zf --as 张三"""
    entries, wanted = openness_sheets.entries(path), chosen(level, LEVELS, "level")
    given = {"year": year, "level": wanted, "agency": keeper or agency, "entries": entries, "reason": reason}
    act(PutDecisionCatalogue, as_, agency, json_, **given)


@years.command("publish")
def publish_year(
    id: str = typer.Argument(help="年度目录编号。"),
    agreed: str = typer.Option(..., "--agreed", help="同级党委同意的会议或文号。"),
    secrecy: Secrecy = False,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公布年度目录或其调整。例：zwgk publication decisions catalogue publish 编号 --agreed 县委常委会 --secrecy"""
    act(PublishDecisionCatalogue, as_, agency, json_, id=id, agreed=agreed, secrecy=secrecy)


@app.command("start")
def start(
    title: str = typer.Option(..., "--title", help="决策事项名称。"),
    basis: str = typer.Option(..., "--basis", help="决策依据。"),
    background: str = typer.Option(..., "--background", help="决策背景。"),
    proposed_by: str = typer.Option(..., "--proposed-by", help="提出建议的领导、部门、代表委员或公众。"),
    level: str = typer.Option("政府", "--level", help="政府、部门。"),
    scope: str = typer.Option(
        "policy", "--scope", help="policy 政策措施；plan 规划；resources 资源；project 项目；other。"
    ),
    with_: list[str] = typer.Option([], "--with", help="会同的机构代码，可多次给出。"),
    experts: bool = typer.Option(False, "--experts", help="须专家论证。"),
    risk: bool = typer.Option(False, "--risk", help="须风险评估。"),
    exempt: str = typer.Option("", "--exempt", help="依法不公开征求意见的理由。"),
    planned_on: datetime = typer.Option(None, "--planned-on", formats=["%Y-%m-%d"], help="计划完成时间。"),
    catalogue: str = typer.Option(None, "--catalogue", help="年度目录编号。"),
    entry: int = typer.Option(None, "--entry", help="目录中的序号。"),
    outside: str = typer.Option("", "--outside", help="未列入年度目录的理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """启动决策程序。例：zwgk publication decisions start --title 示例 --basis 湿地保护法 --catalogue 编号 --entry 1"""
    act(
        c.StartDecision,
        as_,
        agency,
        json_,
        title=title,
        level=chosen(level, LEVELS, "level"),
        scope=chosen(scope, SCOPES, "scope"),
        co_agencies=with_,
        basis=basis,
        background=background,
        proposed_by=proposed_by,
        needs={"participation": not exempt, "exempt_reason": exempt, "experts": experts, "risk": risk},
        planned_on=day(planned_on),
        catalogue=catalogue,
        entry=entry,
        outside_reason=outside,
    )


@app.command("draft")
def draft(
    id: str = MATTER,
    document: str = typer.Argument(help="决策草案的文件编号，须已公开。"),
    again: str = typer.Option("", "--again", help="草案有重大修改，再次征求意见的理由，将公开。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """提出决策草案；新的草案须重新合法性审查。例：zwgk publication decisions draft 编号 文件编号 --as 张三"""
    act(c.SetDecisionDraft, as_, agency, json_, id=id, document=document, again_for=again)


@app.command("plan")
def plan(
    id: str = MATTER,
    until: datetime = typer.Option(..., "--until", formats=["%Y-%m-%d"], help="征求意见截止日。"),
    explanation: str = typer.Option(..., "--explanation", help="主要内容、背景和依据的说明。"),
    contact: str = typer.Option(..., "--contact", help="提出意见的途径：机构电话、地址、网址。"),
    form: list[str] = typer.Option(["网上征求意见"], "--form", help="参与方式，可多次给出；听证会写在 --hearing。"),
    hearing: datetime = typer.Option(None, "--hearing", formats=["%Y-%m-%d"], help="听证会日期。"),
    place: str = typer.Option("", "--place", help="听证会地点。"),
    selection: str = typer.Option("", "--selection", help="听证参加人遴选方式。"),
    shorter: str = typer.Option("", "--shorter", help="期限短于规定的理由，将公开。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """拟订征求意见方案。例：zwgk publication decisions plan 编号 --until 2026-12-31 --form 座谈会 --as 张三"""
    forms: list[dict[str, Any]] = [{"form": chosen(each, FORMS, "form")} for each in form]
    if hearing:
        held = {"form": ParticipationForm.HEARING, "on": hearing.date(), "place": place, "selection": selection}
        forms.append(held)
    given = {"until": until.date(), "forms": forms, "explanation": explanation, "contact": contact}
    act(c.PlanConsultation, as_, agency, json_, id=id, shorter_reason=shorter, **given)


@app.command("open")
def open_(id: str = MATTER, secrecy: Secrecy = False, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """公布草案，开始征求意见（由承办人以外的人）。例：zwgk publication decisions open 编号 --secrecy --as 王五"""
    act(c.OpenConsultation, as_, agency, json_, id=id, secrecy=secrecy)


@app.command("extend")
def extend(
    id: str = MATTER,
    until: datetime = typer.Option(..., "--until", formats=["%Y-%m-%d"], help="延长后的截止日。"),
    reason: str = typer.Option(..., "--reason", help="延长的理由，将公开。"),
    secrecy: Secrecy = False,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """延长征求意见期限，不能缩短。例：zwgk publication decisions extend 编号 --until 2027-01-31 --reason 应各方要求"""
    act(c.ExtendConsultation, as_, agency, json_, id=id, until=until.date(), reason=reason, secrecy=secrecy)


@app.command("held")
def held(
    id: str = MATTER,
    form: str = typer.Argument(help="听证会、座谈会、调查研究、问卷调查……"),
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="日期。"),
    participants: int = typer.Option(..., "--participants", help="参加人数。"),
    summary: str = typer.Option(..., "--summary", help="主要意见，不写姓名。"),
    materials: datetime = typer.Option(None, "--materials", formats=["%Y-%m-%d"], help="听证材料送达日。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记一次听取意见的活动。例：zwgk publication decisions held 编号 座谈会 --on 2026-12-01 --participants 20"""
    given = {"form": chosen(form, FORMS, "form"), "on": on.date(), "participants": participants, "summary": summary}
    act(c.RecordParticipation, as_, agency, json_, id=id, held=given | {"materials_sent_on": day(materials)})


@app.command("experts")
def experts(
    id: str = MATTER,
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="论证日期。"),
    assessor: list[str] = typer.Option(..., "--assessor", help="论证机构，可多次给出；不写专家姓名。"),
    number: int = typer.Option(..., "--number", help="专家人数。"),
    conclusion: str = typer.Option(..., "--conclusion", help="论证结论，将公开。"),
    independent: bool = typer.Option(False, "--independent", help="专家与事项无利害关系。"),
    signed: bool = typer.Option(False, "--signed", help="论证意见已由专家签名。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记专家论证。例：zwgk publication decisions experts 编号 --number 5 --independent --signed"""
    assessment = {"on": on.date(), "assessors": assessor, "conclusion": conclusion}
    confirmed = {"experts": number, "independent": independent, "signed": signed}
    act(c.RecordExperts, as_, agency, json_, id=id, assessment=assessment, **confirmed)


@app.command("risk")
def risk(
    id: str = MATTER,
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="评估日期。"),
    assessor: list[str] = typer.Option(..., "--assessor", help="评估机构，可多次给出。"),
    conclusion: str = typer.Option(..., "--conclusion", help="风险点和评估结论。"),
    measures: str = typer.Option(..., "--measures", help="防范化解措施和处置预案。"),
    controllable: bool = typer.Option(False, "--controllable", help="风险可控。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记风险评估。例：zwgk publication decisions risk 编号 --conclusion 低风险 --measures 分期实施 --controllable"""
    assessment = {"on": on.date(), "assessors": assessor, "conclusion": conclusion}
    act(c.RecordRisk, as_, agency, json_, id=id, assessment=assessment, measures=measures, controllable=controllable)


@app.command("submit")
def submit(
    id: str = MATTER,
    until: datetime = typer.Option(..., "--until", formats=["%Y-%m-%d"], help="请在哪一天前提出审查意见。"),
    reason: str = typer.Option("", "--reason", help="少于规定时间的理由。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """送合法性审查。例：zwgk publication decisions submit 编号 --until 2026-12-20 --as 张三 --agency zrzyj"""
    act(c.SendToLegalReview, as_, agency, json_, id=id, until=until.date(), reason=reason)


@app.command("review")
def review(
    id: str = MATTER,
    note: str = typer.Option(..., "--note", help="审查意见。"),
    lawful: bool = typer.Option(False, "--lawful/--unlawful", help="合法；不合法。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """合法性审查意见。例：zwgk publication decisions review 编号 --lawful --note 权限、程序、内容合法 --as 王五"""
    act(c.RecordLegalReview, as_, agency, json_, id=id, lawful=lawful, note=note)


@app.command("discuss")
def discuss(
    id: str = MATTER,
    meeting: str = typer.Argument(help="会议编号。"),
    outcome: str = typer.Argument(help="通过、修改后再次讨论、不予通过。"),
    head_last: bool = typer.Option(False, "--head-last", help="行政首长最后发表意见。"),
    dissent: int = typer.Option(0, "--dissent", help="不同意见人数，已如实记录。"),
    party_asked_on: datetime = typer.Option(None, "--party-asked-on", formats=["%Y-%m-%d"], help="请示党委日期。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """登记集体讨论结果。例：zwgk publication decisions discuss 编号 会议编号 通过 --head-last --as 张三"""
    said = {"outcome": chosen(outcome, OUTCOMES, "outcome"), "head_last": head_last, "dissent": dissent}
    act(c.RecordDiscussion, as_, agency, json_, id=id, meeting=meeting, party_asked_on=day(party_asked_on), **said)


@app.command("publish")
def publish(
    id: str = MATTER,
    document: str = typer.Argument(help="决策文件编号，须已公开。"),
    secrecy: Secrecy = False,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公布决策。例：zwgk publication decisions publish 编号 文件编号 --secrecy --as 王五"""
    act(c.PublishDecision, as_, agency, json_, id=id, document=document, secrecy=secrecy)


@app.command("execute")
def execute(
    id: str = MATTER,
    by: list[str] = typer.Option(..., "--by", help="执行单位代码，可多次给出。"),
    ledger: str = typer.Option(None, "--ledger", help="工作台账编号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """部署执行。例：zwgk publication decisions execute 编号 --by czj --ledger 台账编号 --as 张三"""
    act(c.AssignExecution, as_, agency, json_, id=id, agencies=by, ledger=ledger)


@app.command("evaluate")
def evaluate(
    id: str = MATTER,
    kind: str = typer.Argument(help="第三方评估、专业机构鉴定、社情民意调查、自行评估。"),
    evaluator: str = typer.Option(..., "--evaluator", help="评估单位。"),
    on: datetime = typer.Option(..., "--on", formats=["%Y-%m-%d"], help="评估日期。"),
    result: str = typer.Option(..., "--result", help="评估结果，将公开。"),
    document: str = typer.Option(None, "--document", help="已公开的评估报告。"),
    secrecy: Secrecy = False,
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """公布决策后评估结果。例：zwgk publication decisions evaluate 编号 第三方评估 --evaluator 示例大学 --secrecy"""
    given = {"kind": chosen(kind, EVALUATIONS, "kind"), "evaluator": evaluator, "on": on.date(), "result": result}
    act(c.PublishEvaluation, as_, agency, json_, id=id, evaluation=given | {"document": document}, secrecy=secrecy)


@app.command("archive")
def archive(
    id: str = MATTER,
    number: str = typer.Argument(help="档号。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """全过程归档。例：zwgk publication decisions archive 编号 2026-JC-001 --as 张三"""
    act(c.ArchiveDecision, as_, agency, json_, id=id, archive_no=number)


@app.command("stop")
def stop(
    id: str = MATTER,
    reason: str = typer.Option(..., "--reason", help="终止理由；已公开的事项，理由也公开。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """终止决策程序或执行。例：zwgk publication decisions stop 编号 --reason 上位政策已调整 --as 王五"""
    act(c.StopDecision, as_, agency, json_, id=id, reason=reason)


@app.command("resume")
def resume(
    id: str = MATTER,
    reason: str = typer.Option(..., "--reason", help="恢复的理由；已公开的事项，理由也公开。"),
    as_: As = None,
    agency: Agency = "",
    json_: Json = False,
) -> None:
    """恢复已终止的事项，中断的征求意见重来。例：zwgk publication decisions resume 编号 --reason 条件已具备 --as 王五"""
    act(c.ResumeDecision, as_, agency, json_, id=id, reason=reason)


@app.command("show")
def show_(id: str = MATTER, as_: As = None, agency: Agency = "", json_: Json = False) -> None:
    """查看一个决策事项的全过程。例：zwgk publication decisions show 编号"""

    async def work(session: Session) -> c.MatterFile:
        return await session.ask(c.GetMatter(id=id), c.MatterFile, as_=as_, agency=agency)

    found = run(work)
    if json_:
        show(found, json_=True)
        return
    title = f"{found.record.title}：{found.record.state_label}"
    if found.record.missing:
        title += f"（还缺：{'、'.join(found.record.missing)}）"
    columns = [("step", "环节"), ("by", "办理人"), ("at", "时间"), ("note", "说明")]
    show(list(found.steps), json_=False, columns=columns, title=title)


@app.command("list")
def list_(
    agency: Agency = "",
    state: str = typer.Option(None, "--state", help="状态，如 consulting、discussable、executing。"),
    overdue: bool = typer.Option(None, "--overdue/--not-overdue", help="只看逾期或未逾期的。"),
    json_: Json = False,
) -> None:
    """列出决策事项。例：zwgk publication decisions list --state consulting"""
    listed("publication.decision", agency, json_, state, overdue)


def listed(type: str, agency: str, json_: bool, state: str | None = None, overdue: bool | None = None) -> None:
    """Work records of a type, the newest change first."""
    query = ListViews(type=type, agency=agency or None, state=state, overdue=overdue, limit=200)

    async def work(session: Session) -> ViewPage:
        return await session.ask(query, ViewPage)

    columns = [("id", "编号"), ("title", "名称"), ("state_label", "状态"), ("agency", "单位"), ("due_at", "期限")]
    columns.append(("waits_for", "等待"))
    show([item.record for item in run(work).items], json_=json_, columns=columns)
