"""A document with all that the office knows of it, in words: for the desk and for `zwgk publication show`."""

from contracts.publication.documents import DocumentFile
from contracts.publication.record import Document, Metadata
from kernel.clock import shown, shown_limit
from services.gateway.labels import GROUNDS


def lines(found: DocumentFile) -> dict[str, str]:
    """By their labels; what says nothing is left out."""
    record = found.record
    said = _standing(record) | _described(record) | _about(record) | _to_look_at(found)
    return {label: str(value) for label, value in said.items() if value}


def _standing(record: Document) -> dict[str, object]:
    """Where it stands, and what is due until when: the last day, as all lists say it."""
    due = "应撤清于" if record.state in ("withdrawn", "sealed") else "应公开于"
    waits = f"（等待：{record.waits_for}）" if record.waits_for else ""
    return {
        "编号": record.id,
        "标题": record.title,
        "状态": record.state_label + waits,
        "公开属性": record.attribute or "未认定",
        "不公开依据": f"{record.ground} {GROUNDS.get(record.ground, '')}" if record.ground else "",
        due: (shown_limit(record.due_at) + ("（已逾期）" if record.overdue else "")) if record.due_at else "",
        "时限依据": f"{record.limit.title}，{record.limit.source}" if record.limit else "",
    }


def _described(record: Document) -> dict[str, object]:
    """The fields of the record, under the names that they have in the public catalogue."""
    fields, late = record.metadata, record.days_late
    return {
        "发文字号": fields.doc_no,
        "索引号": fields.index_no,
        "发布机构": "、".join(fields.issuer_names),
        "信息类别": fields.category,
        "体裁分类": fields.genre,
        "主题分类": fields.theme,
        "组配分类": fields.group,
        "五公开": fields.openness,
        "成文日期": fields.formed_on,
        "发文日期": fields.issued_on,
        "发布日期": shown(record.published_at) if record.published_at else "",
        "当日公开": f"晚 {late} 天" if late else ("是" if late == 0 else ""),
        "生效日期": fields.effective_on,
        "有效期至": fields.valid_until,
        "有效性": _validity(fields),
        "内容概述": fields.summary,
        "关键词": "、".join(fields.keywords),
        "发送范围": fields.scope,
        "公开渠道": "、".join(fields.channels),
        "党务文件": "是" if fields.party else "",
        "所解读的文件": "、".join(fields.interprets),
    }


def _about(record: Document) -> dict[str, object]:
    """How it is explained, re-issued, delivered, and what became of a notice."""
    plan, source, notice = record.interpretation, record.source, record.notice
    planned = (plan.plan, "、".join(plan.forms), plan.interpreter, plan.material or "没有解读材料") if plan else ()
    delay = record.delay_hours
    objections = f"收到异议 {notice.objections} 件，已答复 {notice.answered} 件" if notice else ""
    return {
        "解读方案": "，".join(planned),
        "解读": "\n".join(
            f"{each.on} {each.form} {each.interpreter}" + ("（第一解读人）" if each.lead else "")
            for each in record.explanations
        ),
        "待解读疑问": "\n".join(
            f"{each.no} {each.source.value}：{each.point}" for each in record.questions if not each.settled
        ),
        "转载来源": " ".join((source.issuer, source.doc_no or "", shown(source.published_at))) if source else "",
        "转载时延": f"{delay} 小时" if delay is not None else "",
        "推送": "\n".join(
            " ".join(part for part in (str(each.on), each.channel, each.place, each.target) if part)
            for each in record.deliveries
        ),
        "公示": f"至 {notice.until}，{notice.contact}；{objections}" if notice else "",
        "公示结果": notice.result if notice else "",
        "公报": record.gazette,
        "认领的目录事项": "、".join(record.claims),
    }


def _to_look_at(found: DocumentFile) -> dict[str, object]:
    """What a person has still to look at."""
    return {
        "个人信息": "；".join(f"{finding.place}：{finding.kind} {finding.masked}" for finding in found.findings),
        "个人信息例外": found.allowed,
        "不公开理由": found.reason,
        "更正": "\n".join(f"{shown(each.replaced_at)} {each.reason}" for each in found.versions),
        "矛盾": "\n".join(conflict.message for conflict in found.conflicts),
        "退文缺项": "、".join(found.missing),
        "尚缺": "、".join(found.lacks),
    }


def _validity(metadata: Metadata) -> str:
    """How a document stands, since when, and by which document."""
    said = (metadata.validity.value, f"自 {metadata.ended_on} 起", f"依据 {metadata.ended_by}")
    given = (True, metadata.ended_on, metadata.ended_by)
    return "，".join(part for part, known in zip(said, given, strict=True) if known)
