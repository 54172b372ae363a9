"""What every decision asks first: does the document stand where this may be done, and may this person do it."""

from datetime import date

from contracts.publication.record import Attribute, Changes, Metadata
from kernel.numbers import DocumentNumber
from kernel.refused import Refused
from services.publication.domain import themes
from services.publication.domain.facts import Official
from services.publication.domain.law import CATEGORIES, CHANNELS, CLOCKS, GENRES, GROUNDS, OPENNESS, SECRET
from services.publication.domain.state import Case, Stage

LABELS = {
    Stage.DRAFT: "起草中",
    Stage.OPENNESS: "待公开机构审查",
    Stage.HEAD: "待负责人审批",
    Stage.REVIEW: "待发布前审查",
    Stage.CLEARED: "待编号公开",
    Stage.RETURNED: "已退文",
    Stage.IMPORTED: "待确认",
    Stage.PUBLISHED: "已公开",
    Stage.FILED: "已归档",
    Stage.REASSESS: "待定期评估",
    Stage.WITHDRAWN: "已撤下待核实",
    Stage.SEALED: "已撤下",
}
WAITS = {
    Stage.DRAFT: "起草人认定公开属性",
    Stage.RETURNED: "起草人补正",
    Stage.OPENNESS: "本单位政务公开工作机构",
    Stage.HEAD: "单位负责人",
    Stage.REVIEW: "发文机关审核人",
    Stage.CLEARED: "发文机关编号、公开",
    Stage.IMPORTED: "指定人员确认",
    Stage.REASSESS: "政务公开工作机构",
    Stage.WITHDRAWN: "另一名负责人补批",
}


def stands(case: Case, *stages: Stage) -> None:
    """Refuse unless the document is in one of the stages."""
    if case.stage not in stages:
        raise Refused("wrong_stage", f"文件现在是“{LABELS[case.stage]}”，不能这样办理。", remedy=_way_on(case.stage))


def _way_on(stage: Stage) -> str:
    if stage is Stage.SEALED:
        return "撤下不能恢复；应当公开的，请另行起草。"
    waiting = WAITS.get(stage)
    return f"现在等待：{waiting}。" if waiting else "已办结；需要改动时用更正、标注有效性或紧急撤下。"


def same_agency(case: Case, by: Official) -> None:
    """Steps inside the unit are for its own people."""
    if by.agency != case.agency:
        raise Refused("other_agency", "只能由文件主办单位的人员办理。", remedy="请用主办单位的身份办理。")


def other_person(case: Case, by: Official) -> None:
    """Drafter and approver, and the approvers among each other, are different people (P03)."""
    if by.id in case.drafters:
        raise Refused("own_draft", "起草人不能审批自己起草的文件。", remedy="请由另一名有权人员办理。")
    if any(by.id == approval.by.id for approval in case.approvals):
        raise Refused("already_signed", "同一人不能在一份文件上审批两次。", remedy="请由另一名有权人员办理。")


def lawful_ground(attribute: Attribute, ground: str | None, reason: str | None) -> None:
    """Not proactive: legal ground and reason are needed, else the draft is returned (国办发〔2016〕80号 一(一)).

    A state secret never enters the platform (保密不上网).
    """
    if attribute is Attribute.PROACTIVE:
        return
    reasoned = bool(reason) and len(str(reason).strip()) >= 4
    if ground not in GROUNDS:
        raise Refused(
            "ground_missing",
            f"拟不主动公开的，必须写明法定依据{'' if reasoned else '，并说明理由'}。",
            field="ground",
            remedy=f"可用的依据代码：{'、'.join(code for code in GROUNDS if code != SECRET)}。",
        )
    if ground == SECRET:
        raise Refused(
            "secret_matter",
            "国家秘密不得在本平台办理。",
            field="ground",
            remedy="请审核人立即用“紧急撤下”封存本件，线下按保密规定办理。",
        )
    if not reasoned:
        raise Refused(
            "reason_missing", "拟不主动公开的，必须说明理由。", field="reason", remedy="请写明理由后重新提交。"
        )


def changed(metadata: Metadata, changes: Changes, names: tuple[str, ...] | None = None) -> Metadata:
    """The metadata with the changes, checked. `names` are those of new issuers."""
    given = {key: value for key, value in changes if value is not None}
    if names is not None:
        given["issuer_names"] = names
    if changes.doc_no:
        number = DocumentNumber.parse(changes.doc_no)
        given |= {"doc_no": number.canonical, "party": number.is_party if changes.party is None else changes.party}
    if changes.theme:
        given["theme"] = themes.canonical(changes.theme)
    known_channels(changes.channels or ())
    after = Metadata.model_validate(metadata.model_dump() | given)
    well_formed(after)
    return after


def well_formed(metadata: Metadata) -> None:
    """Refuse words that stand in none of the fixed lists, and dates that contradict each other."""
    _one_of("category", metadata.category, CATEGORIES)
    _one_of("genre", metadata.genre, GENRES)
    _one_of("openness", metadata.openness, OPENNESS)
    if metadata.effective_on and metadata.valid_until and metadata.valid_until < metadata.effective_on:
        raise Refused("dates_reversed", "有效期截止日早于生效日。", field="valid_until", remedy="请更正日期。")


def known_clock(clock: str) -> None:
    if clock not in CLOCKS:
        raise Refused("unknown_clock", "没有这种公开时限。", field="clock", remedy=f"可用：{'、'.join(CLOCKS)}。")


def known_channels(channels: tuple[str, ...]) -> None:
    """Refuse words that are no channel, so that counts by channel add up. The word is named by its place only."""
    wrong = next((place for place, channel in enumerate(channels, 1) if channel not in CHANNELS), None)
    if wrong is not None:
        known = "、".join(CHANNELS)
        raise Refused(
            "unknown_channel", f"第 {wrong} 个公开渠道不在渠道表中。", field="channel", remedy=f"可用：{known}。"
        )


def formed_by(formed_on: date | None, published_on: date) -> None:
    """Nothing is published before it was formed."""
    if formed_on and formed_on > published_on:
        raise Refused("published_before_formed", "公开日期早于成文日期。", field="formed_on", remedy="请核对两个日期。")


def _one_of(field: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise Refused("unknown_word", "该项取值不在规定的范围内。", field=field, remedy=f"可用：{'、'.join(allowed)}。")
