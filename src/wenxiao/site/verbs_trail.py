"""The verbs of the trail: ``trail verify`` and ``trail anchors``, which
notes its last links down elsewhere.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wenxiao.site.database_state import NotReady, chosen_division
from wenxiao.site.verbs_data import FINE, PROBLEMS, existing, on_rows, show

if TYPE_CHECKING:
    from wenxiao.orgs.models import Division

_ANCHOR = ("division", "day", "number", "hash")


def add_parsers(verbs: Any) -> None:
    """Both verbs of this module."""
    trail = verbs.add_parser("trail", help="留痕").add_subparsers(
        dest="trail", required=True, metavar="事项"
    )
    verify = trail.add_parser("verify", help="核对留痕链是否被改动")
    verify.add_argument("--division", help="区划代码或名称；不写则全部")
    verify.add_argument(
        "--anchors",
        type=existing,
        metavar="FILE",
        help="另处保存的锚点，尾部被截断或整链重算才看得出",
    )
    verify.set_defaults(run=on_rows(_verify))
    anchors = trail.add_parser("anchors", help="把各日末条校验值追加到另处的锚点文件")
    anchors.add_argument("file", type=Path, metavar="FILE", help="放在别的机器或别的盘上")
    anchors.set_defaults(run=on_rows(_anchors))


def _verify(args: argparse.Namespace) -> int:
    from wenxiao.orgs.models import Division

    chosen = [chosen_division(args.division)] if args.division else None
    divisions = chosen or list(Division.objects.order_by("pk"))
    noted = _noted(args.anchors) if args.anchors else []
    if chosen:
        noted = [one for one in noted if one["division"] == chosen[0].pk]
    faults = [*_absent_guards(), *_faults(divisions, noted)]
    show({"divisions": [d.name for d in divisions], "anchors": len(noted), "faults": faults})
    return PROBLEMS if faults else FINE


def _faults(divisions: Iterable[Division], noted: list[dict[str, Any]]) -> list[dict[str, object]]:
    from wenxiao.records.chain import Fault, verify, without_entries
    from wenxiao.records.selectors import export_entries, export_heads

    faults: list[Fault] = []
    seen = set()
    for division in divisions:
        seen.add(division.pk)
        heads = export_heads(division=division)
        if not heads:
            faults.append(without_entries(division.pk))
        own = [one for one in noted if one["division"] == division.pk]
        faults += verify(export_entries(division=division), heads, anchors=own)
    faults += verify((), anchors=[one for one in noted if one["division"] not in seen])
    return [fault.as_json() for fault in faults]


def _absent_guards() -> list[dict[str, object]]:
    from wenxiao.records.apps import GUARDS
    from wenxiao.store.guards import missing

    text = "数据库里保护留痕的触发器不在：有人拆除过，或恢复后没有装回。请执行 wenxiao upgrade 装回，并核对锚点。"
    return [{"trigger": name, "text": text} for name in missing(GUARDS)]


def _noted(path: Path) -> list[dict[str, Any]]:
    """The anchors of a file that ``trail anchors`` wrote; NotReady names the line that is none."""
    noted = []
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            noted.append(_anchor(line, f"{path.name} 第 {at} 行"))
    if not noted:
        raise NotReady(f"{path.name} 里没有锚点。请给 wenxiao trail anchors 写出的文件。")
    return noted


def _anchor(line: str, place: str) -> dict[str, Any]:
    try:
        anchor = json.loads(line)
        return {name: anchor[name] for name in _ANCHOR}
    except (ValueError, KeyError, TypeError):
        raise NotReady(
            f"{place}不是锚点。每行应为 wenxiao trail anchors 写出的一条，含 {'、'.join(_ANCHOR)}。"
        ) from None


def _anchors(args: argparse.Namespace) -> int:
    """Append what the file does not name yet; what it names is never
    touched, so it may be writable by appending only.
    """
    from wenxiao.records.selectors import export_heads

    path: Path = args.file
    known = [_key(one) for one in _noted(path)] if path.is_file() and path.stat().st_size else []
    fresh = [head for head in export_heads() if _key(head) not in set(known)]
    now = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        with path.open("a", encoding="utf-8") as out:
            for head in fresh:
                out.write(json.dumps({**head, "noted_at": now}) + "\n")
    except OSError as error:
        raise NotReady(f"{path} 写不进去：{error.strerror}。请换一个可写的位置。") from None
    show({"file": str(path), "before": len(known), "added": len(fresh)})
    return FINE


def _key(anchor: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(anchor[name] for name in _ANCHOR)
