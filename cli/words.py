"""The library's own words in Chinese: headings of help pages, and what is said of a line it cannot read."""

import difflib
import re
from typing import Any

HELP = "显示说明。"
HEADINGS = {
    "DEPRECATED_STRING": "（已弃用）",
    "DEFAULT_STRING": "[默认：{}]",
    "ENVVAR_STRING": "[环境变量：{}]",
    "REQUIRED_LONG_STRING": "[必填]",
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
}


def in_chinese(command: Any) -> Any:
    """The command, whose help pages, and those of all under it, have Chinese headings."""
    shown = command.format_help

    def format_help(ctx: Any, formatter: Any) -> None:
        from typer import rich_utils  # slow to import, and needed for help pages only

        for name, words in HEADINGS.items():
            setattr(rich_utils, name, words)
        if (own := command.get_help_option(ctx)) is not None:
            own.help = HELP
        shown(ctx, formatter)

    usage = command.get_usage
    command.format_help = format_help
    command.get_usage = lambda ctx: usage(ctx).replace("Usage:", "用法：", 1)
    for each in getattr(command, "commands", {}).values():
        in_chinese(each)
    return command


def explained(error: Any) -> str:
    """What is wrong with the line and how to go on, without the value that was given."""
    ctx = getattr(error, "ctx", None)
    where = f"用 {ctx.command_path} --help 查看用法。" if ctx else "用 zwgk --help 查看用法。"
    return f"{_wrong(error, ctx)}{where}"


def _wrong(error: Any, ctx: Any) -> str:
    message = str(error.message)
    match type(error).__name__:
        case "NoSuchOption":
            near = "、".join(sorted(error.possibilities or ()))
            return f"没有选项 {error.option_name}。" + (f"您要的是 {near} 吗？" if near else "")
        case "MissingParameter":
            return f"缺少{_named(error)}。"
        case "BadParameter":
            return f"{_named(error)}的值不正确。{_choices(error)}"
        case "BadOptionUsage":
            return f"选项 {error.option_name} 的用法不正确：没有给值，或多给了值。"
        case "FileError":
            return "文件打不开。"
    if message.startswith("No such command"):
        return _no_command(message, ctx)
    if message.startswith("Missing command"):
        return "请写出要执行的命令。"
    return "参数太多，或写法不正确。"


def _no_command(message: str, ctx: Any) -> str:
    typed = re.search(r"'([^']*)'", message)
    near = difflib.get_close_matches(typed[1] if typed else "", ctx.command.commands, n=2)
    return "没有这个命令。" + (f"您要的是 {'、'.join(near)} 吗？" if near else "")


def _named(error: Any) -> str:
    """The argument or option that is meant, as a person types it."""
    if error.param is None:
        return "参数"
    kind = "参数" if error.param.param_type_name == "argument" else "选项"
    name = str(error.param.name).rstrip("_").upper() if kind == "参数" else max(error.param.opts, key=len)
    meaning = (getattr(error.param, "help", None) or "").rstrip("。")
    return f"{kind} {name}" + (f"（{meaning}）" if meaning else "")


def _choices(error: Any) -> str:
    """The values that may be given, where they can be listed."""
    listed = getattr(getattr(error.param, "type_descriptor", None), "choices", None) or ()
    return f"可取：{'、'.join(str(getattr(each, 'value', each)) for each in listed)}。" if listed else ""
