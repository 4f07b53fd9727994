"""The head of a score sheet: which column holds which level, weight, expert, score and reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from wenxiao.files.cells.cells import Sheet
from wenxiao.files.cells.grids import TableGrid, column_name, plain_number
from wenxiao.files.cells.labels import remembered
from wenxiao.files.cells.textforms import squeezed
from wenxiao.files.forms.headings import own_column

TREE = re.compile(r"^(项目|部门|政策|预算)?(决策|投入|过程|产出|效益|效果|管理|绩效|履职|影响力?)")
FIRST_BRANCH = re.compile(r"(决策|投入|过程|管理)")
ROLES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("level1", re.compile(r"^一级(评价|考核|绩效)?(指标)?(名称)?$|^(指标)?一级$")),
    ("level2", re.compile(r"^二级(评价|考核|绩效)?(指标)?(名称)?$|^(指标)?二级$")),
    (
        "level3",
        re.compile(
            r"^三级(评价|考核|绩效)?(指标)?(名称)?$|^(指标)?三级$|^(具体|评价|考核|评审|评估|审核|审查|考评)?指标(名称|内容)?$"
        ),
    ),
    ("item", re.compile(r"^(考核|评价|评审|审核|评分|测评|评估)?(项目|类别|维度|事项|大类)$")),
    ("content", re.compile(r"^(考核|评价|评审|审核|评估|评分)(内容|要素|要点)$")),
    ("opinion", re.compile(r"^(专家)?(评审|审核|评估|审查|评价|考评)(意见|结论|结果)$")),
    ("level4", re.compile(r"^四级(评价|考核|绩效)?(指标)?(名称)?$")),
    ("code", re.compile(r"^(指标)?(编码|编号|代码)$")),
    ("numerator", re.compile(r"^分子")),
    ("denominator", re.compile(r"^分母")),
    ("computed", re.compile(r"^(计算(值|结果)|比率|计算得(值|数)|指标计算值)")),
    ("target", re.compile(r"^(年度)?(目标值|指标值|绩效目标值|计划(目标)?值|标杆值)$")),
    ("actual", re.compile(r"^(实际(完成)?值|实际完成(情况)?|完成(值|情况)|全年完成值)$")),
    ("average", re.compile(r"平均(得)?分|^均分$|平均值$")),
    ("self_score", re.compile(r"自评(得)?分")),
    ("expert", re.compile(r"专家|评委|评审(人|员)|评价人员|评分人")),
    (
        "weight",
        re.compile(
            r"^(指标|标准|参考|基准|设定|各项|三级指标|二级指标|一级指标)?(分值|权重|满分|标准分|权重分值?|分数|权数)(值|分值)?$|^总分值$"
        ),
    ),
    (
        "score",
        re.compile(
            r"^(评价|评审|审查|审核|评估|复核|最终|综合|实际|最后|考评|考核|评定|核定|单项|财政评价|绩效评价|机构)*(得分|评分|打分|评价分|分)$|^得分(值|情况|小计)?$"
        ),
    ),
    (
        "reason",
        re.compile(
            r"(扣分|评分|得分|打分|计分|评价|失分)(的)?(原因|说明|理由|依据|情况|情况说明|原因说明|描述)((及|和|与|/|、).{1,6})?$|^(说明|理由|扣分点|扣分事项|原因|原因分析)$"
        ),
    ),
    ("note", re.compile(r"^备注")),
    (
        "standard",
        re.compile(r"(评分|评价|计分|扣分|打分|考核)(标准|细则|办法|规则|要点|方法)|^标准$"),
    ),
    ("explanation", re.compile(r"(指标)?(解释|说明|内涵|释义|定义)|计算公式")),
)
_OWN = {"level1", "level2", "level3", "weight", "score", "reason"}
"""The columns of a score sheet a division may add words for."""
POINTS = re.compile(
    r"\(\s*(\d{1,3}(?:\.\d+)?)\s*[分%]?\s*\)\s*$|(?<=\S)\s*(\d{1,3}(?:\.\d+)?)分\s*$"
)
"""Points written behind a name: 「决策（15分）」「项目立项 5分」."""
SCORE_ORDER = ("最终", "综合", "评价", "评审", "审查", "复核")


@dataclass(slots=True)
class ScoreTableHead:
    """Where a score sheet's table begins and what its columns are."""

    row: int
    last_row: int
    roles: dict[str, int] = field(default_factory=dict)
    experts: list[int] = field(default_factory=list)
    level_weights: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def same_columns(self, other: ScoreTableHead) -> bool:
        """Whether the other head repeats this one, as on the next printed page."""
        return self.roles == other.roles and self.experts == other.experts

    def level_columns(self) -> list[int]:
        """Columns of the levels, left to right."""
        return sorted(
            self.roles[name]
            for name in ("level1", "level2", "level3", "level4")
            if name in self.roles
        )


def role_of(label: str) -> str | None:
    """What a column heading stands for, remarks in brackets left aside;
    None when it is nothing known.
    """
    words = _heading_words(label)
    own = own_column(words)
    return own if own in _OWN else _known_role(words)


@remembered
def _heading_words(label: str) -> str:
    return re.sub(r"\(.*?\)|（.*?）|[%:：]", "", squeezed(label))


@remembered
def _known_role(words: str) -> str | None:
    return next((role for role, pattern in ROLES if pattern.search(words)), None)


def find_heads(sheet: Sheet) -> list[ScoreTableHead]:
    """Every table head of a score sheet on this sheet, top to bottom; one
    that is repeated counts again.
    """
    grid, heads, row = TableGrid(sheet), [], sheet.origin
    while row <= grid.bottom:
        head = _head_at(grid, row)
        if head is not None:
            heads.append(head)
            row = head.last_row
        row += 1
    return heads


def unscored_head(sheet: Sheet) -> tuple[list[str], str] | None:
    """(headings nobody knows, cell of the row) of a table with levels and
    weights but no column of points.
    """
    grid = TableGrid(sheet)
    for row in range(sheet.origin, grid.bottom + 1):
        cells = grid.own_cells(row)
        roles = {role_of(cell.text) for cell in cells}
        if {"level1", "level3"} & roles and "weight" in roles and not {"score", "target"} & roles:
            unknown = [cell.text.strip() for cell in cells if role_of(cell.text) is None]
            return unknown, cells[0].address
    return None


def _head_at(grid: TableGrid, row: int) -> ScoreTableHead | None:
    labels = {cell.col: squeezed(cell.text) for cell in grid.own_cells(row)}
    known = {role_of(label) for label in labels.values()}
    grouped = bool(known & {"item", "content"}) and {"weight", "score"} <= known
    if not (known & {"level1", "level3"} or grouped) or len(labels) < 3:
        return None
    last = _last_head_row(grid, row)
    head = ScoreTableHead(row, last)
    _place_columns(grid, head)
    scored = "score" in head.roles or bool(head.experts)
    leveled = "level1" in head.roles or "level2" in head.roles or "level3" in head.roles
    weighted = "weight" in head.roles or _points_in_names(grid, head)
    return head if leveled and scored and weighted else None


def _points_in_names(grid: TableGrid, head: ScoreTableHead) -> bool:
    """Whether the criteria carry their weight in brackets: 「立项依据充分性（4分）」."""
    col = head.roles.get("level3", head.roles.get("level2", grid.left))
    names = [grid.text(row, col) for row in range(head.last_row + 1, grid.bottom + 1)]
    return sum(1 for name in names if POINTS.search(squeezed(name[:200]))) >= 3


def _last_head_row(grid: TableGrid, row: int) -> int:
    merges = [grid.merge_at(row, cell.col) for cell in grid.own_cells(row)]
    deepest = max((merge.bottom for merge in merges if merge is not None), default=row)
    if row < deepest <= row + 2:
        return deepest
    below = [squeezed(cell.text) for cell in grid.own_cells(row + 1)]
    levels = [text for text in below if TREE.match(text)]
    if (
        below
        and not levels
        and all(len(text) < 10 for text in below)
        and any(role_of(text) for text in below)
    ):
        first = grid.own_cells(row + 1)[0].col
        if first > min(cell.col for cell in grid.own_cells(row)) + 1:
            return row + 1
    return row + 1 if _is_second_head(grid, row, below) or _names_experts(grid, row) else row


def _names_experts(grid: TableGrid, row: int) -> bool:
    """Whether the next row only names experts, each under the heading that
    spans them, merged or not.
    """
    cells = grid.own_cells(row + 1)
    if len(cells) < 2 or any(
        plain_number(cell) is not None or len(squeezed(cell.text)) > 8 for cell in cells
    ):
        return False
    return all(role_of(_heading_over(grid, row, cell.col)) == "expert" for cell in cells)


def _heading_over(grid: TableGrid, row: int, col: int) -> str:
    """The heading of a column, or the one to its left that reaches over it
    where merges were lost.
    """
    while col >= grid.left:
        if text := squeezed(grid.text(row, col)):
            return text
        col -= 1
    return ""


def _is_second_head(grid: TableGrid, row: int, below: list[str]) -> bool:
    """Whether the next row is the rest of a head saved without its merges:
    headings alone, some under empty cells.
    """
    if len(below) < 2 or any(role_of(text) is None for text in below):
        return False
    return any(not grid.text(row, cell.col) for cell in grid.own_cells(row + 1))


def _place_columns(grid: TableGrid, head: ScoreTableHead) -> None:
    weights: list[int] = []
    scores: list[tuple[str, int]] = []
    averages: list[int] = []
    for col in range(grid.left, grid.right + 1):
        if grid.anchor(head.row, col)[1] != col and not grid.text(head.last_row, col):
            continue
        top, label = squeezed(grid.text(head.row, col)), squeezed(grid.text(head.last_row, col))
        label = label or top
        if label and not top and role_of(_heading_over(grid, head.row, col)) == "expert":
            top = _heading_over(grid, head.row, col)
        merge = grid.merge_at(head.last_row, col)
        if not label or (merge is not None and merge.left != col):
            continue
        role = _role_under(top, label)
        _name_column(grid, head, label, col)
        if role == "weight":
            weights.append(col)
        elif role == "expert":
            head.experts.append(col)
        elif role == "average":
            averages.append(col)
        elif role == "score":
            scores.append((label, col))
        elif role is not None:
            _put_role(head, role, col)
    _settle_scores(head, scores, averages)
    _settle_levels(head)
    _settle_weights(grid, head, weights)


def _put_role(head: ScoreTableHead, role: str, col: int) -> None:
    """A column's role, the first of a kind; of 审核内容 beside 审核要点 the first is the item."""
    if role == "content" and role in head.roles:
        head.roles.setdefault("item", head.roles[role])
        head.roles[role] = col
    head.roles.setdefault(role, col)


def _role_under(top: str, label: str) -> str | None:
    role = role_of(label)
    if top != label and role_of(top) == "expert" and role in {None, "score", "expert"}:
        return "average" if re.search(r"平均|均分|综合|最终", label) else "expert"
    if role == "expert" and re.search(r"(意见|说明|签名|姓名|建议)$", label):
        return None
    if role is None and top != label:
        return role_of(top)
    return role


def _name_column(grid: TableGrid, head: ScoreTableHead, label: str, col: int) -> None:
    address = str(col) if grid.sheet.origin == 0 else column_name(col)
    shown = grid.text(head.last_row, col) or label
    name = re.sub(r"\s+", "", shown)
    head.names[name if name not in head.names else f"{name}[{address}]"] = address


def _settle_scores(
    head: ScoreTableHead, scores: list[tuple[str, int]], averages: list[int]
) -> None:
    if averages:
        head.roles["score"] = averages[-1]
        if not head.experts and len(scores) > 1:
            head.experts = [col for _, col in scores]
        return
    if not scores and "self_score" in head.roles and "actual" not in head.roles:
        head.roles["score"] = head.roles["self_score"]  # the unit's own points are the only ones
    if not scores:
        return
    ordered = sorted(
        scores,
        key=lambda item: next((n for n, word in enumerate(SCORE_ORDER) if word in item[0]), 9),
    )
    head.roles["score"] = ordered[0][1]


def _settle_levels(head: ScoreTableHead) -> None:
    """项目 and 考核内容 are the levels of a sheet that names none so; the rightmost is its deepest."""
    roles = head.roles
    loose = sorted((roles.pop(role), role) for role in ("item", "content") if role in roles)
    if "level1" in roles or not loose:
        return
    before = [col for col, _ in loose if "level3" not in roles or col < roles["level3"]]
    if "level3" not in roles and before:
        roles["level3"] = before.pop()
    for level, col in zip(("level1", "level2"), before, strict=False):
        roles.setdefault(level, col)


def _settle_weights(grid: TableGrid, head: ScoreTableHead, weights: list[int]) -> None:
    """A weight column belongs to the level at its left; the one of the
    deepest level is the criterion's.
    """
    if not weights:
        return
    deepest = (
        "level3" if "level3" in head.roles else "level2" if "level2" in head.roles else "level1"
    )
    levels = {
        col: name
        for name, col in head.roles.items()
        if name in {"level1", "level2", "level3", "level4"}
    }
    spare: list[int] = []
    for col in weights:
        before = [level for level in levels if level < col]
        label = squeezed(grid.text(head.last_row, col))
        named = next(
            (
                name
                for word, name in (("一级", "level1"), ("二级", "level2"), ("三级", "level3"))
                if word in label
            ),
            None,
        )
        owner = named or (levels[max(before)] if before else deepest)
        if owner in {"level1", "level2"} and owner != deepest and len(weights) > 1:
            head.level_weights[owner] = col
        else:
            spare.append(col)
    head.roles["weight"] = spare[0] if spare else weights[-1]
    if head.level_weights:
        _mark_weight_names(grid, head)


def _mark_weight_names(grid: TableGrid, head: ScoreTableHead) -> None:
    """Several columns of one name are told apart by the level they belong to: 「分值[l1w]」."""
    marks = {col: f"l{level[-1]}w" for level, col in head.level_weights.items()} | {
        head.roles["weight"]: "w"
    }
    by_address = {address: name.split("[")[0] for name, address in head.names.items()}
    head.names = {}
    for col in range(grid.left, grid.right + 1):
        address = str(col) if grid.sheet.origin == 0 else column_name(col)
        if address in by_address:
            head.names[
                f"{by_address[address]}[{marks[col]}]" if col in marks else by_address[address]
            ] = address


def looks_like_evaluation(sheet: Sheet) -> bool:
    """Whether the sheet holds a finance or department evaluation's score sheet.

    A self-evaluation or monitoring form has other branches (产出指标 first) and states targets and
    completion.
    """
    grid = TableGrid(sheet)
    for head in find_heads(sheet):
        if _has_first_branch(grid, head):
            return True
        title = "".join(
            cell.text for row in range(sheet.origin, head.row) for cell in grid.own_cells(row)
        )
        if (
            "actual" not in head.roles
            and re.search(r"评分|考核|考评|打分|评审|审核|评估", title)
            and not re.search(r"自评(?!评分)|监控|目标申报", title)
        ):
            return True
    return False


def _has_first_branch(grid: TableGrid, head: ScoreTableHead) -> bool:
    columns = (
        [head.roles["level1"]]
        if "level1" in head.roles
        else range(grid.left, min(grid.left + 2, grid.right + 1))
    )
    for row in range(head.last_row + 1, grid.bottom + 1):
        for col in columns:
            text = _bare(squeezed(grid.text(row, col)))
            if len(text) < 16 and TREE.match(text) and FIRST_BRANCH.search(text[:6]):
                return True
    return False


def _bare(text: str) -> str:
    return re.sub(r"^([A-Z]\d*|[一二三四五六七]、|\(?[一二三四五]\)|\d+[.、])", "", text)
