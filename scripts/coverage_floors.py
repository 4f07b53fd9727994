"""The coverage ratchet: each room has a floor in tests/coverage.json that only rises.

Usage: python scripts/coverage_floors.py [--raise]   (after a test run)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ROOT / "tests" / "coverage.json"
MEASURED = ROOT / "build" / "tests" / "coverage.json"
# A line moved from one room to another must not fail a run by itself.
SLACK = 1


def measured() -> dict[str, int]:
    """Whole percents covered (lines and branches together, rounded down) by room."""
    covered: dict[str, list[int]] = {}
    for name, file in json.loads(MEASURED.read_text(encoding="utf-8"))["files"].items():
        parts = Path(name).parts
        room = parts[parts.index("wenxiao") + 1]
        if room.endswith(".py"):
            continue
        sums, figures = covered.setdefault(room, [0, 0]), file["summary"]
        reached = figures["covered_lines"] + figures["covered_branches"]
        sums[0] += reached
        sums[1] += reached + figures["missing_lines"] + figures["missing_branches"]
    return {room: (100 * got // of if of else 100) for room, (got, of) in sorted(covered.items())}


def floors() -> dict[str, int]:
    """The floors agreed so far; a room without one starts at 0."""
    return json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}


def compare() -> bool:
    """Print rooms below their floor; True when there is none."""
    if not MEASURED.exists():
        print("没有覆盖率数据。")
        return False
    now, low = measured(), floors()
    fallen = {
        room: (now.get(room, 0), floor) for room, floor in low.items() if now.get(room, 0) < floor
    }
    for room, (got, floor) in fallen.items():
        print(f"覆盖率：{room} {got}% 低于下限 {floor}%")
    return not fallen


def lift() -> None:
    """Write each floor just under what was measured; never lower one."""
    low = floors()
    lifted = {room: max(low.get(room, 0), got - SLACK) for room, got in measured().items()}
    FLOORS.write_text(json.dumps(lifted, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print("覆盖率下限：" + "，".join(f"{room} {floor}%" for room, floor in lifted.items()))


if __name__ == "__main__":
    if "--raise" in sys.argv:
        lift()
        sys.exit(0)
    sys.exit(0 if compare() else 1)
