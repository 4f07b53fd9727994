"""The verbs that keep data safe: ``backup``, ``restore`` and ``drill``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.site.verbs_data import FINE, PROBLEMS, WRONG_USE, on_rows, say, show

if TYPE_CHECKING:
    from wenxiao.records.models import BackupRun


def add_parsers(verbs: Any) -> None:
    """All verbs of this module."""
    backup = verbs.add_parser("backup", help="备份数据库与原始文件，附摘要清单")
    backup.add_argument("directory", type=Path, metavar="DIR", help="备份目录，须为空或尚不存在")
    backup.add_argument(
        "--repeat",
        action="store_true",
        help="连续备份：DIR 存多份，只写变了的数据块，可每隔几分钟执行一次",
    )
    backup.add_argument(
        "--keep",
        type=int,
        default=30,
        metavar="天数",
        help="连续备份留多久，默认 30 天：两天内每份都留，更早的每天留一份",
    )
    backup.add_argument("--verify", action="store_true", help="核对已有备份，不新做")
    backup.set_defaults(run=_backup)
    restore = verbs.add_parser("restore", help="把备份恢复到空的数据库")
    restore.add_argument(
        "directory",
        type=Path,
        nargs="?",
        metavar="DIR",
        help="备份目录；连续备份取最后一份，要其中一份就写 DIR/copies/时刻.json",
    )
    restore.add_argument(
        "--manifest",
        default="",
        metavar="SHA256",
        help="备份时给出的 manifest_sha256；写了就核对是不是那一份",
    )
    restore.add_argument(
        "--after-recovery",
        action="store_true",
        help="PostgreSQL 已用 WAL 恢复到某一时刻：核对留痕和文件，停用登录和令牌",
    )
    restore.set_defaults(run=_restore)
    drill = verbs.add_parser("drill", help="恢复演练：恢复到临时的地方，逐项比对，结果记入系统")
    drill.add_argument(
        "directory", type=Path, nargs="?", metavar="DIR", help="备份；不写则当场做一份来演练"
    )
    drill.set_defaults(run=on_rows(_drill))


def _backup(args: argparse.Namespace) -> int:
    from wenxiao.site import backups

    if args.verify:
        faults = backups.verify(args.directory)
        show({"directory": str(args.directory), "faults": faults})
        return PROBLEMS if faults else FINE
    if args.keep < 1:
        say(f"--keep 应为 1 以上的天数，收到的是 {args.keep}。")
        return WRONG_USE
    return on_rows(_repeat if args.repeat else _make)(args)


def _make(args: argparse.Namespace) -> int:
    from wenxiao.records.models import BackupRun
    from wenxiao.site import backups

    backup = backups.make(args.directory)
    _note(BackupRun.Kind.FULL, args.directory, backup)
    show(backup)
    return FINE


def _repeat(args: argparse.Namespace) -> int:
    from wenxiao.records.models import BackupRun
    from wenxiao.site import backups

    copy = backups.repeat(args.directory, keep_days=args.keep)
    _note(BackupRun.Kind.REPEATED, args.directory, copy)
    show(copy)
    return FINE


def _note(kind: BackupRun.Kind, directory: Path, made: dict[str, Any]) -> None:
    from wenxiao.orgs.models import Division
    from wenxiao.records.backup_runs import note_backup_run

    note_backup_run(
        divisions=Division.objects.order_by("pk"),
        kind=kind,
        place=str(directory.absolute()),
        made_at=made["made_at"],
        seconds=made["seconds"],
        rows=made["rows"],
        files=made["files"],
        new_bytes=made.get("new_bytes"),
        faults=[f"缺原始文件：{name}" for name in made["missing_files"]],
        by=None,
        why="命令行备份",
    )


def _restore(args: argparse.Namespace) -> int:
    if args.after_recovery == bool(args.directory):
        say("请写备份目录（wenxiao restore DIR），或只写 --after-recovery，两者取一。")
        return WRONG_USE
    if args.after_recovery:
        return on_rows(_after_recovery)(args)
    return on_rows(_put_back, ready=False)(args)


def _put_back(args: argparse.Namespace) -> int:
    from wenxiao.site import backups
    from wenxiao.store.fields import unopened_columns

    outcome = backups.restore(args.directory, seal=args.manifest)
    unopened = unopened_columns()
    show({**outcome, "data_key": "打不开" if unopened else "打得开", "unopened": unopened})
    if unopened:
        say(
            "已恢复。备份里的联系电话等用原来的数据密钥加密，这里的密钥打不开，显示为“打不开：缺数据密钥”，"
            "没有丢。请在让人使用以前把原来的 data.key 放回 WENXIAO_HOME；放回以后照旧。"
        )
    return FINE


def _after_recovery(_args: argparse.Namespace) -> int:
    from wenxiao.site import backups

    outcome = backups.after_recovery()
    show(outcome)
    return PROBLEMS if outcome["missing_files"] else FINE


def _drill(args: argparse.Namespace) -> int:
    from wenxiao.site import backups

    outcome = backups.drill(args.directory)
    show(outcome)
    return PROBLEMS if outcome["faults"] else FINE
