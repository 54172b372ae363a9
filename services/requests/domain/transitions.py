"""The steps of a request: from where to where, with the effect on the clock and the article (states of the procedure).

Numbers 1 to 22 are those of the procedure; steps without a number record what happens around it.
"""

from dataclasses import dataclass

from contracts.requests.terms import Stage
from kernel.refused import Refused
from services.requests.domain.state import CLOSED, LABELS, OPEN, Case

ARRIVED, RECEIVED, PROCESSING = Stage.ARRIVED, Stage.RECEIVED, Stage.PROCESSING
CORRECTING, CONSULTING, REASONING = Stage.CORRECTION_REQUESTED, Stage.CONSULTING, Stage.REASON_REQUESTED
FEE, APPROVED, REPLIED = Stage.FEE_PENDING, Stage.REPLY_APPROVED, Stage.REPLIED
SETTLED = CLOSED | {Stage.ARCHIVED}
SEARCHING = frozenset({RECEIVED, PROCESSING, CONSULTING})
DISPUTED = frozenset({Stage.REVIEW, Stage.LITIGATION})


@dataclass(frozen=True)
class Transition:
    """One step. `verb` completes the sentence of a refusal: “申请处于…，不能…”。"""

    number: int | None
    verb: str
    sources: frozenset[Stage]
    targets: frozenset[Stage]
    clock: str
    source: str


def _step(
    number: int | None, verb: str, sources: set[Stage] | frozenset[Stage], targets: set[Stage], clock: str, law: str
) -> Transition:
    return Transition(number, verb, frozenset(sources), frozenset(targets), clock, law)


TRANSITIONS: dict[str, Transition] = {
    "arrive": _step(1, "登记", set(), {ARRIVED}, "不起算", "条例第二十九条；国办公开办函〔2017〕19号"),
    "receive": _step(2, "确认收到", {ARRIVED}, {RECEIVED}, "起算补正告知7日、答复20日", "条例第三十一条、第三十三条"),
    "reply_at_once": _step(3, "当场答复", {RECEIVED}, {APPROVED}, "止于送达", "条例第三十三条第一款"),
    "accept": _step(4, "受理", {RECEIVED}, {PROCESSING}, "继续", "条例第三十三条"),
    "request_correction": _step(5, "告知补正", {RECEIVED}, {CORRECTING}, "答复期限作废，起算补正期限", "条例第三十条"),
    "correct": _step(6, "接收补正", {CORRECTING}, {PROCESSING}, "自收到补正之日重新起算20日", "条例第三十条"),
    "close_uncorrected": _step(
        7, "确认逾期未补正", {CORRECTING}, {Stage.CLOSED_ABANDONED_CORRECTION}, "终止", "条例第三十条"
    ),
    "reply_unclear": _step(8, "以补正后仍不明确答复", {PROCESSING}, {APPROVED}, "止于送达", "条例第三十条"),
    "consult": _step(9, "征求意见", {PROCESSING, CONSULTING}, {CONSULTING}, "暂停", "条例第三十二条至第三十四条"),
    "end_consultation": _step(
        10, "结束征求意见", {CONSULTING}, {CONSULTING, PROCESSING}, "恢复", "条例第三十二条至第三十四条"
    ),
    "ask_reasons": _step(11, "要求说明理由", {PROCESSING}, {REASONING}, "继续", "条例第三十五条"),
    "reply_excess": _step(12, "以无正当理由大量反复申请答复", {REASONING}, {APPROVED}, "止于送达", "条例第三十五条"),
    "accept_reasons": _step(13, "认可理由", {REASONING}, {PROCESSING}, "可改为告知的合理期限", "条例第三十五条"),
    "notice_fee": _step(14, "发出收费通知", {PROCESSING}, {FEE}, "暂停，起算缴费期限", "国办函〔2020〕109号第六条"),
    "pay": _step(15, "登记缴费", {FEE}, {PROCESSING}, "自缴费次日重新起算", "国办函〔2020〕109号第七条"),
    "close_unpaid": _step(
        16, "确认逾期未缴费", {FEE}, {Stage.CLOSED_ABANDONED_FEE}, "终止", "国办函〔2020〕109号第六条、第八条"
    ),
    "extend": _step(17, "延长答复期限", {PROCESSING}, {PROCESSING}, "期限顺延", "条例第三十三条第二款"),
    "approve": _step(18, "审批答复", {PROCESSING}, {APPROVED}, "继续", "条例第三十六条至第四十条"),
    "serve": _step(18, "送达答复", {APPROVED}, {REPLIED}, "止于送达", "国办公开办函〔2016〕235号"),
    "withdraw": _step(19, "撤回", OPEN, {Stage.CLOSED_WITHDRAWN}, "终止", "国办公开办函〔2021〕30号表三"),
    "bring_review": _step(20, "登记复议诉讼", SETTLED | DISPUTED, set(DISPUTED), "起算答复举证期限", "条例第五十一条"),
    "redo": _step(21, "重新办理", SETTLED | DISPUTED, {PROCESSING}, "按决定期限，未定的20日", "行政复议法第六十四条"),
    "year_end": _step(22, "结转", OPEN, set(OPEN), "不变", "国办公开办函〔2021〕30号"),
    "draft": _step(None, "起草答复", {RECEIVED, PROCESSING, REASONING}, {RECEIVED, PROCESSING, REASONING}, "继续", ""),
    "return_reply": _step(
        None, "退回答复", {RECEIVED, PROCESSING, REASONING, APPROVED}, {RECEIVED, PROCESSING, REASONING}, "继续", ""
    ),
    "search": _step(None, "登记检索", SEARCHING, set(SEARCHING), "继续", "条例第三十六条第（四）项"),
    "settle": _step(None, "登记复议诉讼结果", DISPUTED, set(SETTLED | DISPUTED), "终止", "条例第五十一条"),
    "archive": _step(None, "归档", CLOSED, {Stage.ARCHIVED}, "终止", "条例第四十五条"),
}


def require(case: Case, step: str) -> Transition:
    """The step, if it may begin where the request stands; else `Refused`."""
    transition = TRANSITIONS[step]
    if case.stage not in transition.sources:
        possible = "、".join(LABELS[stage] for stage in LABELS if stage in transition.sources)
        raise Refused(
            "wrong_stage",
            f"申请处于“{LABELS[case.stage]}”，不能{transition.verb}。",
            remedy=f"处于“{possible}”的申请才可以{transition.verb}。" if possible else None,
        )
    return transition
