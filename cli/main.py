"""The `zwgk` command. What it can do stands in one table; a module is imported when its command is invoked."""

import importlib
import sys
from pathlib import Path
from typing import Any

import typer
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer.core import TyperCommand, TyperGroup

from cli.memory import lasting
from cli.place import DATA
from cli.words import explained, in_chinese

COMMANDS = {
    "up": ("cli.up:up", "在本机启动整个平台（自带消息服务与数据库），首次运行装入示例政府。"),
    "serve": ("cli.serve:serve", "在本进程运行一个或多个服务（设置取自 ZWGK_ 环境变量）。"),
    "search": ("cli.query:search", "全文检索。"),
    "desk": ("cli.query:desk", "工作台：已逾期、即将到期、等待办理的事项。"),
    "catalogue": ("cli.catalogue:catalogue", "下载公开目录。"),
    "publication": (
        "cli.publication:app",
        "公文与信息公开：起草、属性认定、审批、审查、公开、更正、撤下、存量导入。",
    ),
    "requests": ("cli.requests:app", "依申请公开：登记、补正、征求意见、延期、收费、答复、复议诉讼、台账。"),
    "hotline": ("cli.hotline:app", "热线工单：受理、派单、办理、回访、办结；好差评、公开、知识、预警、统计。"),
    "opinion": ("cli.opinion:app", "政务舆情：帖文归集、事件处置。"),
    "sitewatch": ("cli.sitewatch:app", "网站与政务新媒体监测：登记、探测、问题整改。"),
    "supervision": ("cli.supervision:app", "督查考核：任务分工、进展、办结。"),
    "report": ("cli.report:app", "年度报告与统计，季度分析、通报、情况表、逾期清单和时限看板。"),
    "calendar": ("cli.calendar:app", "工作日历与年度节假日通知。"),
    "deadline": ("cli.calendar:deadline_app", "期限如何计算。"),
    "agencies": ("cli.query:agencies_app", "机构名录。"),
    "token": ("cli.people:token", "签发一个半天内有效的登录凭证（仅限内嵌平台）。"),
    "readmodel": ("cli.query:readmodel_app", "读模型：视图、检索与重建。"),
    "republish": ("cli.bus:republish", "重新发布服务的全部现行记录（恢复备份之后，或供新的消费者）。"),
    "streams": ("cli.bus:streams_app", "消息流与消费者：计划、比较、建立。"),
    "parked": ("cli.bus:parked_app", "无法处理而搁置的消息。"),
    "permissions": ("cli.bus:permissions_app", "消息服务的账号与权限。"),
    "clock": ("cli.clock:app", "内嵌平台的模拟时钟（以 --clock 启动时）。"),
    "contracts": ("cli.contracts:app", "已发布的契约：冻结的模式、AsyncAPI、由登记表生成的文件。"),
    "credentials": ("cli.credentials:app", "部署用的密钥与消息服务凭证。"),
}


class Lazy(TyperGroup):
    """Lists commands by the table; imports the one that is invoked."""

    def __init__(self, **given: Any) -> None:
        listed = {name: TyperCommand(name, help=text) for name, (_, text) in COMMANDS.items()}
        super().__init__(**given | {"commands": listed})
        in_chinese(self)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, _, rest = super().resolve_command(ctx, args)
        return name, imported(str(name)), rest

    def main(self, *given: Any, **named: Any) -> Any:
        """Run a line; what cannot be read of it is said in one line of Chinese, with exit code 2."""
        try:
            ended = super().main(*given, **named | {"standalone_mode": False})
        except typer.Abort:
            sys.stderr.write("已取消。\n")
            sys.exit(1)
        except UsageError as error:
            if not isinstance(error, NoArgsIsHelpError):
                sys.stderr.write(f"✗ {explained(error)}\n")
            sys.exit(error.exit_code)
        sys.exit(ended if isinstance(ended, int) else 0)

    def invoke(self, ctx: Any) -> Any:
        """What was typed in a form that no message can have is said in one line too."""
        try:
            return super().invoke(ctx)
        except ValueError as error:  # pydantic's own class of errors is one
            from cli.session import misread

            raise misread(error) from None


def imported(name: str) -> Any:
    """The command itself, with all that stands under it."""
    where, text = COMMANDS[name]
    module, _, attribute = where.partition(":")
    with lasting():
        found = getattr(importlib.import_module(module), attribute)
    holder = typer.Typer(add_completion=False, callback=everywhere)
    if isinstance(found, typer.Typer):
        holder.add_typer(found, name=name, help=text)
    else:
        holder.command(name, context_settings=getattr(found, "context_settings", None))(found)
    group: Any = typer.main.get_command(holder)
    return in_chinese(group.commands[name])


def everywhere(
    data: Path = typer.Option(None, "--data", envvar="ZWGK_DATA", help="平台的数据目录，默认 .zwgk。"),
) -> None:
    DATA.set(data)


app = typer.Typer(
    cls=Lazy,
    callback=everywhere,
    help="政务公开平台：发布、依申请公开、舆情、热线、网站监测、督查，一条命令即可运行。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Entry point of the installed command."""
    sys.exit(app())


if __name__ == "__main__":
    main()
