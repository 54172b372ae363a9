"""Values from law and policy, each with its source and how well it was verified.

Grades: A the primary text was read; B an official excerpt; C a local rule or secondary source; D our own decision where
the law is silent; M recalled and not confirmed. C, D and M are settings of a region, not national law.
"""

from dataclasses import dataclass
from typing import Literal

from contracts.publication.record import RunningLimit


@dataclass(frozen=True)
class Clock:
    """A time limit of publication. `days` count from the day after the information was formed."""

    id: str
    title: str
    days: int
    unit: Literal["workdays", "days", "hours"]
    warn: int
    """So many of the same unit before the end a warning is due (D)."""
    source: str
    grade: Literal["A", "B", "C", "D", "M"]

    @property
    def told(self) -> RunningLimit:
        return RunningLimit(**{name: getattr(self, name) for name in RunningLimit.model_fields})


_CLOCKS = (
    Clock("PUB.GENERAL", "主动公开", 20, "workdays", 5, "政府信息公开条例第二十六条", "A"),
    Clock("ENF.PERMIT_PENALTY", "行政许可、行政处罚决定", 7, "workdays", 2, "国办发〔2018〕118号", "B"),
    Clock("ENF.OTHER", "其他行政执法决定", 20, "workdays", 5, "国办发〔2018〕118号", "B"),
    Clock("BUD.GOV", "政府预算、决算", 20, "days", 5, "预算法第十四条", "A"),
    Clock("BUD.DEPT", "部门预算、决算", 20, "days", 5, "预算法第十四条", "A"),
    Clock("BUD.UNIT", "单位预算、决算", 20, "days", 5, "预算法实施条例", "A"),
    Clock("MEETING.RESULT", "会议决定事项", 5, "workdays", 1, "地方年度政务公开工作要点", "C"),
    Clock("GUIDE.CHANGE", "办事指南变更", 1, "workdays", 1, "地方年度政务公开工作要点", "C"),
)
CLOCKS = {clock.id: clock for clock in _CLOCKS}
REISSUE = Clock("REISSUE", "转载上级重要信息", 24, "hours", 6, "政府网站与政务新媒体检查指标", "B")
"""Counted from the publication at the source; takes the place of the document's own clock."""
MATERIAL = Clock("INTERPRETATION", "公开解读材料", 3, "workdays", 1, "郑州市2016年政策解读规定（地方）", "C")
"""Counted from the publication of what it explains, where the two are not published together."""
TAKEDOWN = Clock("TAKEDOWN", "紧急撤下后的补批和渠道确认", 24, "hours", 4, "平台设定：没有文件规定期限", "D")
"""Counted from the take-down: within it another person approves and each channel confirms."""
ISSUE_DAY = Clock(
    "ISSUE.DAY",
    "可以公开的文件当日公开",
    24,
    "hours",
    8,
    "毕节市七星关区2017年全面推进政务公开工作实施方案（五）3",
    "C",
)
"""Counted from the beginning of the day of issue, for what waits only to be published."""
EVERY_CLOCK = (*_CLOCKS, ISSUE_DAY, REISSUE, MATERIAL, TAKEDOWN)
"""All limits that run on documents."""
CHANNELS = (
    "网站", "公报", "微信", "微博", "客户端", "手机报", "新闻发布会", "广播电视", "报刊", "查阅点", "公告栏", "电子屏",
    "明白卡", "服务手册", "触摸屏", "入户现场", "精准推送",
)  # fmt: skip
"""公开渠道 (条例23, 25; 国办发〔2016〕80号)."""
MAX_DELIVERIES = 60
MAX_OBJECTIONS = 40


@dataclass(frozen=True)
class Ground:
    """A ground on which information is not published, with its row in the yearly report (国办公开办函〔2021〕30号)."""

    code: str
    title: str
    article: str
    row: str


_GROUNDS = (
    Ground("EX14-SECRET", "国家秘密", "政府信息公开条例第十四条", "(三)1"),
    Ground("EX14-LAW", "法律、行政法规禁止公开", "政府信息公开条例第十四条", "(三)2"),
    Ground("EX14-SAFETY", "危及“三安全一稳定”", "政府信息公开条例第十四条", "(三)3"),
    Ground("EX15-THIRD", "保护第三方合法权益", "政府信息公开条例第十五条", "(三)4"),
    Ground("EX16-INTERNAL", "三类内部事务信息", "政府信息公开条例第十六条", "(三)5"),
    Ground("EX16-PROCESS", "四类过程性信息", "政府信息公开条例第十六条", "(三)6"),
    Ground("EX16-CASEFILE", "行政执法案卷", "政府信息公开条例第十六条", "(三)7"),
    Ground("EX36-QUERY", "专门查询规定", "政府信息公开条例第三十六条", "(三)8"),
)
GROUNDS = {ground.code: ground for ground in _GROUNDS}
SECRET = "EX14-SECRET"

CATEGORIES = ("概况", "计划总结", "法规公文", "工作动态", "人事", "财政", "其他")
"""信息类别: the seven of the yearly reports."""
NUMBERED = frozenset({"法规公文"})
"""Categories that are official papers: published only with a 发文字号 (D)."""
GENRES = (
    "决议", "决定", "命令", "公报", "公告", "通告", "意见", "通知",
    "通报", "报告", "请示", "批复", "议案", "函", "纪要", "其他",
)  # fmt: skip
"""体裁分类: the fifteen kinds of 党政机关公文处理工作条例 (M), and 其他."""
OPENNESS = ("决策", "执行", "管理", "服务", "结果")
"""五公开 (国办发〔2016〕80号, B)."""

REASSESS_DAYS = 365
"""条例18 demands a regular review of what is not published and names no period: yearly (D)."""
EXPIRY_WARN_DAYS = 183
"""A normative document that ends is looked at six months before (C)."""

FORMS = (
    "图解", "动画", "音视频", "问答", "文章", "讲话", "访谈", "新闻发布会", "政策吹风会", "专家解读", "媒体解读",
    "其他",
)  # fmt: skip
"""解读形式 (七星关区 2017 方案 (六), C)."""
ELEMENTS = (
    "背景依据", "目标任务", "主要内容", "涉及范围", "执行标准", "注意事项", "关键词诠释", "惠民利民举措",
    "新旧政策差异",
)  # fmt: skip
"""What an explanation should speak of (七星关区 2017 方案 (六)2, C)."""
LEAD_OWES = 2
"""Explanations a year by the principal leader of a unit of 宏观经济 or 民生 (七星关区 2017 方案 (六)2, C)."""
LEAD_SOURCE = "毕节市七星关区2017年全面推进政务公开工作实施方案(六)2"
LEAD_FLAGS = ("macro", "livelihood")
