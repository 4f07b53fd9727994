"""Verbs that work on the database.
Parsers are built without Django; each verb starts it when it runs.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from wenxiao.site.database_state import (
    NotReady,
    chosen_division,
    chosen_user,
    is_empty,
    migrate,
    purpose,
    require_ready,
    start_django,
)
from wenxiao.site.place import DEMO_HOME, REAL_HOME, exposure

Verb = Callable[[argparse.Namespace], int]
FINE, PROBLEMS, WRONG_USE = 0, 1, 2


def say(sentence: str) -> None:
    """One line to the person at the terminal."""
    print(sentence, file=sys.stderr, flush=True)


def show(value: Any) -> None:
    """The verb's result, as JSON."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1, default=str)
    print(flush=True)


def on_rows(verb: Verb, *, ready: bool = True) -> Verb:
    """Start Django, ask for a database with content unless the verb makes
    one, and turn refusals into sentences.
    """

    def run(args: argparse.Namespace) -> int:
        start_django()
        from wenxiao.orgs.permissions import Refused
        from wenxiao.store.moves import NotAllowed, Stale
        from wenxiao.store.races import one_wins

        try:
            if ready:
                require_ready()
            with one_wins():
                return verb(args)
        except NotReady as error:
            say(str(error))
            return WRONG_USE
        except (Refused, NotAllowed, Stale) as error:
            say(str(error))
            return PROBLEMS

    return run


def existing(text: str) -> Path:
    """A path argument that must be a file."""
    path = Path(text)
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"没有这个文件：{text}")
    return path


def book_of(file: Path) -> Any:
    """The workbook in a file; None when it can't be read, after saying why."""
    from wenxiao.files.pool import read_in_child

    answer = read_in_child(file, "book")
    if answer["book"] is None:
        say("".join(f"{one['text']}{one['mend']}" for one in answer["problems"]))
    return answer["book"]


def add_parsers(verbs: Any) -> None:
    """All verbs of this module."""
    _add_beginnings(verbs)
    _add_work(verbs)
    _add_keeping(verbs)


def _add_beginnings(verbs: Any) -> None:
    init = verbs.add_parser(
        "init", help="建立一个地区：区划、系统安全审计三类管理员，以及模板里的单位、人员与对象"
    )
    init.add_argument("--template", type=Path, metavar="OUT.xlsx", help="只写出空白模板，不建库")
    init.add_argument(
        "--sample",
        type=Path,
        metavar="OUT.zip",
        help="只写出填好的样例（7 个单位、20 个对象），不建库",
    )
    init.add_argument(
        "--from", dest="source", type=existing, metavar="FILE.xlsx", help="按填好的模板载入"
    )
    init.add_argument("--code", help="区划代码，如 360100")
    init.add_argument("--name", help="区划名称，如 某某市")
    init.add_argument("--bureau", help="财政部门名称，如 某某市财政局")
    init.add_argument("--committee", action="store_true", help="由管理委员会管理（开发区、新区）")
    init.set_defaults(run=_init)
    demo = verbs.add_parser("demo", help="载入演示数据（工作年度 2021）")
    demo.add_argument(
        "--day",
        metavar="DATE",
        help="演示停在哪一天：2021-11-22（默认），或 2023-01-20（再演一年：批复、调整、监控、自评、评价）",
    )
    demo.set_defaults(run=_demo)
    upgrade = verbs.add_parser("upgrade", help="更新数据库结构（升级程序之后执行一次）")
    upgrade.set_defaults(run=on_rows(_upgrade, ready=False))
    serve = verbs.add_parser("serve", help="启动网页与后台任务")
    serve.add_argument(
        "--host", default=os.environ.get("HOST", "127.0.0.1"), help="监听地址，默认 127.0.0.1"
    )
    serve.add_argument(
        "--port", type=int, default=os.environ.get("PORT", "8000"), help="端口，默认 8000"
    )
    serve.add_argument("--workers", type=int, default=2, help="网页进程数，默认 2")
    serve.set_defaults(run=on_rows(_serve, ready=False))


def _add_work(verbs: Any) -> None:
    taken = verbs.add_parser("import", help="导入表格：自评表、监控表、评分表、对象清单、支付明细")
    taken.add_argument("file", type=existing, metavar="FILE")
    taken.add_argument("--kind", help="表格种类；不写则按内容辨认；认不定的列出要选的种类")
    taken.add_argument(
        "--create", action="store_true", help="库里没有的单位、项目、任务照表新建；不写则列为未匹配"
    )
    taken.add_argument(
        "--leave-out", action="store_true", help="台账有阻断的行时，其余的行照样导入（记入批次）"
    )
    taken.add_argument("--year", type=int, help="台账的预算年度；不写则按日期和年度列辨认")
    taken.add_argument(
        "--source",
        default="",
        metavar="名称",
        help="台账来自哪个系统，如 国库集中支付系统；记住它的列和单位",
    )
    taken.add_argument(
        "--accounting", action="store_true", help="支付台账是单位核算的；不写为国库支付"
    )
    taken.add_argument(
        "--planned", action="store_true", help="台账是分月用款计划，不是支付；不计入任何支出"
    )
    taken.add_argument(
        "--match",
        action="append",
        default=[],
        metavar="未匹配项=代码",
        help="台账里未匹配的单位（unit:名称）或项目是哪一个：已有的代码、新建或不导入；可写多次",
    )
    taken.add_argument(
        "--choices",
        type=existing,
        metavar="C.json",
        help='回答未定的问题，如 {"0": {"unit": "示例局"}}：表的序号、工作表名称或 * → unit、subject、'
        "round、year、skip、keep；台账写 未匹配项 → 代码",
    )
    taken.add_argument(
        "--hand-in",
        action="store_true",
        help="收到的自评、监控表检查通过的同时代单位报送（同时写 --by）；不写则只算收到",
    )
    taken.add_argument("--dry-run", action="store_true", help="只读只查，不写入")
    taken.add_argument("--division", help="区划代码或名称；只有一个区划时可不写")
    taken.add_argument("--by", metavar="账号", help="以谁的名义导入；不写记为本机操作")
    taken.add_argument("--json", action="store_true", help="结果总是 JSON，此项为约定写法")
    taken.set_defaults(run=on_rows(_import))
    _add_reports(verbs)


def _add_reports(verbs: Any) -> None:
    report = verbs.add_parser("report", help="写出报告").add_subparsers(
        dest="report", required=True, metavar="报告"
    )
    annual = report.add_parser("annual", help="年度预算绩效管理工作报告及汇总表")
    annual.add_argument("--division", help="区划代码或名称")
    annual.add_argument("--year", type=int, required=True, help="工作年度")
    annual.add_argument("--out", type=Path, required=True, metavar="DIR", help="写到哪个目录")
    annual.add_argument(
        "--public", action="store_true", help="公开稿：不含限制知悉的对象和内部栏目，序号重排"
    )
    annual.set_defaults(run=on_rows(_annual))
    for name, title in (("leaders", "给领导的一页纸"), ("half-year", "半年简报")):
        one = report.add_parser(name, help=title)
        one.add_argument("--division", help="区划代码或名称")
        one.add_argument("--year", type=int, required=True, help="工作年度")
        one.add_argument("--out", type=Path, required=True, metavar="DIR", help="写到哪个目录")
        one.add_argument("--public", action="store_true", help="不含限制知悉的对象")
        one.set_defaults(run=on_rows(_brief), name=name)

    evaluations = report.add_parser(
        "evaluations", help="年度财政评价和部门评价的评价报告，每个任务一个目录、每个对象一份"
    )
    evaluations.add_argument("--division", help="区划代码或名称")
    evaluations.add_argument("--year", type=int, required=True, help="工作年度")
    evaluations.add_argument("--out", type=Path, required=True, metavar="DIR", help="写到哪个目录")
    evaluations.set_defaults(run=on_rows(_evaluations))


def _add_keeping(verbs: Any) -> None:
    users = verbs.add_parser("users", help="账号").add_subparsers(
        dest="users", required=True, metavar="事项"
    )
    listed = users.add_parser("list", help="列出账号与在用授权")
    listed.set_defaults(run=on_rows(_list_users))
    tokens = verbs.add_parser("tokens", help="接口令牌").add_subparsers(
        dest="tokens", required=True, metavar="事项"
    )
    create = tokens.add_parser("create", help="给账号生成一个接口令牌；权限就是该账号的授权")
    create.add_argument("username", metavar="账号")
    create.add_argument("--name", required=True, help="用途，如 一体化系统推送支付")
    create.add_argument("--days", type=int, default=365, help="有效天数，默认 365，最多 730")
    create.set_defaults(run=on_rows(_create_token))
    ended = tokens.add_parser("revoke", help="停用接口令牌")
    ended.add_argument("number", type=int, metavar="编号")
    ended.add_argument("--why", default="不再使用", help="理由，记入留痕")
    ended.set_defaults(run=on_rows(_revoke_token))
    shown = tokens.add_parser("list", help="列出接口令牌")
    shown.set_defaults(run=on_rows(_list_tokens))
    reset = users.add_parser("reset-password", help="给账号换一个一次性密码")
    reset.add_argument("username", metavar="账号")
    reset.add_argument("--why", default="忘记密码", help="理由，记入留痕")
    reset.add_argument("--second-factor", action="store_true", help="一并解除动态口令")
    reset.set_defaults(run=on_rows(_reset_password))


def _init(args: argparse.Namespace) -> int:
    if args.sample:
        from wenxiao.files.out.sample_books import sample_zip

        args.sample.write_bytes(sample_zip(datetime.now(ZoneInfo("Asia/Shanghai")).year))
        say(f"样例已写到 {args.sample}，怎样走一遍见其中的“说明.txt”。")
        return FINE
    if args.template:
        from wenxiao.files.out.opening_template import opening_template

        args.template.write_bytes(opening_template())
        say(
            f"模板已写到 {args.template}。填好后执行：wenxiao init --code … --name … --bureau … --from {args.template}"
        )
        return FINE
    if not (args.code and args.name and args.bureau):
        say(
            "请写明 --code 区划代码、--name 区划名称、--bureau 财政部门名称。先要一份空白模板：wenxiao init --template 模板.xlsx"
        )
        return WRONG_USE
    os.environ.setdefault("WENXIAO_HOME", REAL_HOME)  # never the demonstration's
    return on_rows(_found, ready=False)(args)


def _found(args: argparse.Namespace) -> int:
    from wenxiao.site.opening import begin

    migrate()
    begun = begin(
        code=args.code,
        name=args.name,
        bureau=args.bureau,
        committee=args.committee,
        source=args.source,
        progress=say,
    )
    for problem in begun.problems:
        say(problem.sentence())
    if begun.passwords:
        say(
            f"已建立{begun.division}：单位 {begun.units} 个，对象 {begun.subjects} 个，账号 {len(begun.passwords)} 个。"
        )
        say("下列一次性密码只显示这一次，首次登录须修改。启动网页：wenxiao serve")
    else:
        say(f"共 {len(begun.problems)} 处要改，都列在上面。改好之前，没有写入任何内容。")
    show(begun.as_json())
    return PROBLEMS if begun.problems else FINE


def _demo(args: argparse.Namespace) -> int:
    if args.day not in {None, *DAYS}:
        say(f"--day 只有 {'、'.join(DAYS)} 两天，收到的是“{args.day}”。")
        return WRONG_USE
    if not os.environ.get("WENXIAO_DATABASE_URL"):
        os.environ.setdefault("WENXIAO_HOME", DEMO_HOME)
    return on_rows(_load_demo, ready=False)(args)


DAYS = ("2021-11-22", "2023-01-20")
"""The days the demonstration may stand at: its own, and a played year later."""


def _load_demo(args: argparse.Namespace) -> int:
    from django.conf import settings

    from wenxiao.site.demo.accounts import ACCOUNTS, PASSWORD
    from wenxiao.site.demo.load import load_demo

    migrate()
    if not is_empty():
        raise NotReady(
            "数据库里已有数据，演示只载入空的数据库。请用 WENXIAO_HOME 或 WENXIAO_DATABASE_URL 另指一处。"
        )
    say(f"演示数据载入 {settings.HOME}")
    settings.STORY_DAY_FILE.unlink(missing_ok=True)
    division = load_demo()
    if args.day == DAYS[1]:
        from wenxiao.site.demo.following_year import play_following_year

        say("再演一年：2022 年的目标批复、调整、监控、自评、评价……")
        play_following_year(division)
        settings.STORY_DAY_FILE.write_text(args.day, encoding="utf-8")
    accounts = [
        {"username": a.username, "password": PASSWORD, "role": a.role.label} for a in ACCOUNTS
    ]
    show({"division": division.name, "code": division.code, "accounts": accounts})
    return FINE


def _upgrade(_args: argparse.Namespace) -> int:
    applied = migrate()
    say(f"执行了 {applied} 项结构更新。" if applied else "数据库结构已是最新。")
    return FINE


def _serve(args: argparse.Namespace) -> int:
    from django.conf import settings

    from wenxiao.site.serving import serve

    begun = purpose()
    if settings.DEMO and begun == "real":
        raise NotReady(
            "WENXIAO_DEMO=1 只能用于演示数据，这里是正式数据：日期会停在演示那一天。请去掉 WENXIAO_DEMO。"
        )
    demo = begun == "demo" or (settings.DEMO and begun != "real")
    os.environ.update(WENXIAO_BOUND=args.host, WENXIAO_DEMO="1" if demo else "")
    for sentence in exposure(args.host, demo=demo):
        say(sentence)
    return serve(host=args.host, port=args.port, workers=args.workers)


def _import(args: argparse.Namespace) -> int:
    from wenxiao.intake.unattended import KINDS, take

    if args.kind and args.kind not in KINDS:
        say(f"--kind 只认 {'、'.join(KINDS)}，收到的是 {args.kind}。")
        return WRONG_USE
    if unclear := [one for one in args.match if not all(one.rpartition("=")[::2])]:
        say(f"--match 应写成“未匹配项=代码”，收到的是 {unclear[0]}。")
        return WRONG_USE
    outcome = take(
        args.file,
        division=chosen_division(args.division),
        by=chosen_user(args.by),
        kind=args.kind or "",
        dry_run=args.dry_run,
        create=args.create,
        leave_out=args.leave_out,
        year=args.year,
        source=args.source,
        accounting=args.accounting,
        planned=args.planned,
        matches={one.rpartition("=")[0]: one.rpartition("=")[2] for one in args.match},
        choices=_choices(args.choices),
        hand_in=args.hand_in,
    )
    show(outcome)
    return (
        PROBLEMS
        if any(p["level"] != "提示" for p in outcome["problems"]) or outcome["unmatched"]
        else FINE
    )


def _choices(path: Path | None) -> Any:
    """The answers in a file; NotAllowed where it isn't JSON."""
    from wenxiao.store.moves import NotAllowed

    if path is None:
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as refusal:
        raise NotAllowed(f"《{path.name}》不是 JSON（UTF-8），--choices 不能读取。") from refusal


def _annual(args: argparse.Namespace) -> int:
    from wenxiao.reports.services import write_all

    args.out.mkdir(parents=True, exist_ok=True)
    version: Literal["internal", "public"] = "public" if args.public else "internal"
    written = write_all(chosen_division(args.division), args.year, args.out, version=version)
    files = (
        [str(path) for path in written] if written else sorted(str(p) for p in args.out.iterdir())
    )
    show({"year": args.year, "version": version, "files": files})
    return FINE


def _brief(args: argparse.Namespace) -> int:
    from wenxiao.reports.briefs import write_brief

    args.out.mkdir(parents=True, exist_ok=True)
    version: Literal["internal", "public"] = "public" if args.public else "internal"
    division = chosen_division(args.division)
    written = write_brief(division, args.year, args.name, args.out, version=version)
    files = [str(path) for path in written]
    show({"year": args.year, "version": version, "files": files})
    return FINE


def _evaluations(args: argparse.Namespace) -> int:
    """One report after the other; what is written stays when the command is stopped (Ctrl+C)."""
    from wenxiao.budget.models import Round
    from wenxiao.followup.selectors.ledger import EVALUATIONS
    from wenxiao.reports.report_runs import plain_name, write_all_reports

    written, left = 0, []
    rounds = Round.objects.filter(division=chosen_division(args.division), work_year=args.year)
    for row in rounds.filter(kind__in=EVALUATIONS).order_by("pk"):
        for name, why in write_all_reports(row, args.out / f"{row.pk} {plain_name(row.name)}"):
            if why:
                left.append({"name": name, "why": why})
            else:
                written += 1
                say(f"已写 {written} 份：{name}")
    show({"year": args.year, "out": str(args.out), "written": written, "left": left})
    return PROBLEMS if left else FINE


def _list_users(_args: argparse.Namespace) -> int:
    from wenxiao.orgs.models import Grant, Role, User

    held: dict[int, list[str]] = {}
    for user, role in Grant.objects.in_force().order_by("pk").values_list("user", "role"):
        held.setdefault(user, []).append(Role(role).label)
    fields = User.objects.order_by("pk").values_list("pk", "username", "name", "is_active")
    show(
        [
            {"username": u, "name": n, "active": a, "roles": held.get(pk, [])}
            for pk, u, n, a in fields
        ]
    )
    return FINE


def _reset_password(args: argparse.Namespace) -> int:
    from wenxiao.orgs.services import reset_password

    user = chosen_user(args.username)
    assert user is not None
    password = reset_password(user=user, by=None, why=args.why, second_factor=args.second_factor)
    say("一次性密码只显示这一次，登录后须修改：")
    show({"username": user.username, "password": password})
    return FINE


def _create_token(args: argparse.Namespace) -> int:
    from wenxiao.orgs.services.tokens import make_token

    user = chosen_user(args.username)
    assert user is not None
    token, text = make_token(user=user, name=args.name, days=args.days, by=None)
    say("令牌只显示这一次，请妥善保管：")
    show({"number": token.pk, "username": user.username, "until": token.until, "token": text})
    return FINE


def _revoke_token(args: argparse.Namespace) -> int:
    from wenxiao.orgs.services.tokens import revoke_token

    token = revoke_token(number=args.number, by=None, why=args.why)
    show({"number": token.pk, "revoked": True})
    return FINE


def _list_tokens(_args: argparse.Namespace) -> int:
    from wenxiao.orgs.services.tokens import tokens

    show(tokens())
    return FINE
