"""What records are called in Chinese, on desks and in reports."""

TITLES = {
    "publication.document": "公文",
    "publication.public_document": "已公开文件",
    "publication.catalogue_duty": "目录事项",
    "publication.catalogue_item": "目录事项",
    "publication.catalogue_clock": "目录期限",
    "publication.reconciliation": "认领核对",
    "publication.draw_work": "随机抽查待办",
    "publication.cleanup_round": "文件清理",
    "publication.gazette_issue": "政府公报",
    "publication.proposal": "公开建议",
    "publication.secret_line": "保密登记",
    "publication.survey": "属性认定与评估",
    "publication.decision": "决策事项",
    "publication.decision_catalogue": "年度决策目录",
    "publication.meeting": "会议",
    "publication.work_ledger": "工作台账",
    "publication.compilation": "制度文件汇编",
    "publication.draw": "随机抽取",
    "publication.public_decision": "已公开决策事项",
    "publication.public_decision_catalogue": "已公开年度决策目录",
    "publication.public_meeting": "已公开会议",
    "publication.public_work_ledger": "已公开工作台账",
    "requests.request": "信息公开申请",
    "requests.channel": "申请渠道",
    "requests.collection": "协查",
    "requests.complaint": "投诉举报",
    "hotline.ticket": "热线工单",
    "hotline.entry": "公开内容",
    "hotline.signal": "苗头预警",
    "hotline.rating": "好差评",
    "hotline.public_ticket": "已公开工单",
    "hotline.knowledge": "常见问题",
    "hotline.bulletin": "热线公报",
    "opinion.event": "政务舆情",
    "sitewatch.site": "网站",
    "sitewatch.account": "政务新媒体账号",
    "sitewatch.finding": "网站问题",
    "supervision.calendar_notice": "放假通知",
    "supervision.task": "督查任务",
    "readmodel.annual_report": "公开年报",
}


def title(type_name: str) -> str:
    """The Chinese name of a type such as `hotline.ticket`; one without a name is shown by its type, never left out."""
    return TITLES.get(type_name, f"其他事项（{type_name}）")
