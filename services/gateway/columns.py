"""Columns of the site, as the page tags name them (网页设计规范, annex of 国办发〔2017〕47号)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column. `kind` is one of the names that the tag `ColumnType` may have."""

    name: str
    kind: str
    description: str
    keywords: str


HOME = Column(
    name="首页",
    kind="首页",
    description="政府信息公开平台首页：最新公开、目录入口和依申请公开。",
    keywords="政府信息公开,政务公开",
)
CATALOGUE = Column(
    name="公开目录",
    kind="信息公开目录",
    description="主动公开的政府信息，按主题、体裁、机构、年份等分类。",
    keywords="信息公开目录,主题分类,体裁分类,发布机构",
)
LISTS = Column(
    name="清单目录",
    kind="信息公开目录",
    description="主动公开基本目录、标准目录、权责清单、办事指南、双公示等法定清单，附变更理由和下载。",
    keywords="主动公开基本目录,权责清单,办事指南,行政许可公示,行政处罚公示",
)
GAZETTE = Column(
    name="政府公报",
    kind="政府公报",
    description="政府公报各期目录、刊登的规范性文件和下载。",
    keywords="政府公报,规范性文件,公报下载",
)
NOTICES = Column(
    name="公示公告",
    kind="通知公告",
    description="正在公示的事项、公示期限、异议反映和公示结果。",
    keywords="公示,公示期,异议",
)
GUIDE = Column(
    name="公开指南",
    kind="信息公开指南",
    description="政府信息的分类、编排体系、获取方式和工作机构。",
    keywords="信息公开指南,获取方式,工作机构",
)
DOCUMENTS = Column(
    name="政策文件",
    kind="政策文件",
    description="主动公开的政府文件全文、元数据和解读。",
    keywords="政策文件,行政规范性文件,政策解读",
)
DECISIONS = Column(
    name="重大行政决策",
    kind="征集调查",
    description="年度决策事项目录，决策草案征求意见、采纳情况、决策公布和评估结果。",
    keywords="重大行政决策,征求意见,意见采纳",
)
MEETINGS = Column(
    name="会议公开",
    kind="工作动态",
    description="会议直播、会议决定和邀请列席情况。",
    keywords="政府常务会议,部门办公会议,列席",
)
LEDGERS = Column(
    name="执行公开",
    kind="工作动态",
    description="重大部署的工作台账、进展、成效和督查结果。",
    keywords="工作台账,执行公开,督查",
)
SEARCH = Column(
    name="信息检索",
    kind="信息公开目录",
    description="对已公开的政府信息作全文检索。",
    keywords="全文检索,信息查询",
)
REQUESTS = Column(
    name="依申请公开",
    kind="依申请公开",
    description="提交政府信息公开申请，查询办理进度和答复。",
    keywords="依申请公开,信息公开申请,进度查询",
)
ANSWERS = Column(
    name="常见问题",
    kind="咨询投诉",
    description="热线知识库的问答和公开的诉求办理结果。",
    keywords="常见问题,知识库,办理结果公开",
)
GUIDES = Column(
    name="办事指南",
    kind="办事服务",
    description="办事事项的条件、材料、流程、时限，和与热线知识库同源的问答。",
    keywords="办事指南,常见问题",
)
TICKETS = Column(
    name="互动交流",
    kind="咨询投诉",
    description="提交咨询、求助、投诉、举报和建议，查询办理进度。",
    keywords="咨询投诉,诉求办理,进度查询",
)
