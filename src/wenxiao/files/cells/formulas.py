"""The few formulas officers write (sums, ratios, rounding), computed
exactly when a file carries no cached value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from openpyxl.utils import column_index_from_string

from wenxiao.files.cells.cells import Sheet

Value = Fraction | str | bool | None
TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>\"[^\"]*\")|(?P<range>\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+)"
    r"|(?P<ref>\$?[A-Z]{1,3}\$?\d+(?![A-Z(]))|(?P<name>[A-Z]+)(?=\()|(?P<sign><=|>=|<>|[-+*/%(),<>=]))",
    re.IGNORECASE,
)
DEEPEST = 40
"""Formulas that lead through more cells than this are left alone."""


class UnknownFormulaError(ValueError):
    """The formula uses something not computed here."""


def computed_value(sheet: Sheet, row: int, col: int) -> Fraction | None:
    """What the cell's formula yields, exact; None when it is not a number
    or uses what is not computed here.
    """
    try:
        value = _cell_value(sheet, row, col, 0)
    except (UnknownFormulaError, ZeroDivisionError):
        return None
    return value if isinstance(value, Fraction) else None


def decimal_text(value: Fraction, places: int = 10) -> str:
    """Decimal text of an exact value, half-up to ``places`` and without trailing zeros."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = format(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent_text(value: Fraction) -> str:
    """A ratio as percent with two decimals, half-up: "102.61"."""
    hundredths = value * 10_000
    whole = (2 * abs(hundredths.numerator) + hundredths.denominator) // (2 * hundredths.denominator)
    sign = "-" if hundredths < 0 and whole else ""
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def _cell_value(sheet: Sheet, row: int, col: int, depth: int) -> Value:
    cell = sheet.cells.get((row, col))
    if cell is None:
        return None
    if cell.formula is not None and not cell.has_cached:
        if depth > DEEPEST:
            raise UnknownFormulaError(cell.formula)
        return _Computation(sheet, cell.formula, depth).result()
    return _as_number(cell.raw if cell.raw is not None else cell.text)


def _as_number(text: str) -> Value:
    cleaned = text.strip()
    if re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", cleaned):
        return Fraction(cleaned)
    return cleaned or None


class _Computation:
    """Recursive descent over one formula; every number is exact."""

    def __init__(self, sheet: Sheet, formula: str, depth: int) -> None:
        self.sheet, self.depth, self.at = sheet, depth, 0
        self.tokens = self._tokens(formula.lstrip("=").strip())

    def _tokens(self, text: str) -> list[tuple[str, str]]:
        out, position = [], 0
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None or match.lastgroup is None:
                raise UnknownFormulaError(text)
            out.append((match.lastgroup, match[match.lastgroup]))
            position = match.end()
        return out

    def result(self) -> Value:
        value = self._comparison()
        if self.at != len(self.tokens):
            raise UnknownFormulaError
        return value

    def _peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def _take(self, *signs: str) -> str:
        token = self._peek()
        if token in signs and token:
            self.at += 1
            return token
        return ""

    def _comparison(self) -> Value:
        left = self._sum()
        sign = self._take("=", "<>", "<=", ">=", "<", ">")
        if not sign:
            return left
        right = self._sum()
        if sign in {"=", "<>"}:
            # an empty cell equals 0 and "" alike
            equal = left == right or {left, right} in ({None, Fraction(0)}, {None, ""})
            return equal == (sign == "=")
        a, b = _number(left), _number(right)
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}[sign]

    def _sum(self) -> Value:
        value = self._product()
        while sign := self._take("+", "-"):
            right = _number(self._product())
            value = _number(value) + (right if sign == "+" else -right)
        return value

    def _product(self) -> Value:
        value = self._factor()
        while sign := self._take("*", "/"):
            right = _number(self._factor())
            value = _number(value) * right if sign == "*" else _number(value) / right
        return value

    def _factor(self) -> Value:
        if sign := self._take("-", "+"):
            return -_number(self._factor()) if sign == "-" else _number(self._factor())
        value = self._atom()
        while self._take("%"):
            value = _number(value) / 100
        return value

    def _atom(self) -> Value:
        if self.at >= len(self.tokens):
            raise UnknownFormulaError
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Fraction(text)
        if kind == "text":
            return text.strip('"')
        if kind == "ref":
            row, col = _place(text)
            return _cell_value(self.sheet, row, col, self.depth + 1)
        if kind == "name":
            return self._call(text.upper())
        if text == "(":
            value = self._comparison()
            self._expect(")")
            return value
        raise UnknownFormulaError(text)

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise UnknownFormulaError(sign)

    def _call(self, name: str) -> Value:
        self._expect("(")
        if name in {"IF", "IFERROR"}:
            return self._if() if name == "IF" else self._iferror()
        arguments: list[list[Value]] = []
        while not self._take(")"):
            arguments.append(self._argument())
            if not self._take(",") and self._peek() != ")":
                raise UnknownFormulaError(name)
        function = FUNCTIONS.get(name)
        if function is None:
            raise UnknownFormulaError(name)
        return function(arguments)

    def _argument(self) -> list[Value]:
        kind, text = self.tokens[self.at]
        if kind == "range":
            self.at += 1
            (top, left), (bottom, right) = (_place(part) for part in text.split(":"))
            return [
                _cell_value(self.sheet, row, col, self.depth + 1)
                for row in range(top, bottom + 1)
                for col in range(left, right + 1)
                if (row, col) in self.sheet.cells
            ]
        return [self._comparison()]

    def _guarded(self) -> Value | ZeroDivisionError:
        """One argument whose division by zero only counts if it is the one chosen."""
        start = self.at
        try:
            return self._comparison()
        except ZeroDivisionError as error:
            self.at = self._end_of_argument(start)
            return error

    def _end_of_argument(self, start: int) -> int:
        level = 0
        for position in range(start, len(self.tokens)):
            text = self.tokens[position][1]
            if level == 0 and text in {",", ")"}:
                return position
            level += (text == "(") - (text == ")")
        raise UnknownFormulaError

    def _iferror(self) -> Value:
        value = self._guarded()
        self._expect(",")
        instead = self._guarded()
        self._expect(")")
        return _settled(instead if isinstance(value, ZeroDivisionError) else value)

    def _if(self) -> Value:
        condition = self._comparison()
        truth = condition if isinstance(condition, bool) else bool(_number(condition))
        self._expect(",")
        when_true = self._guarded()
        when_false: Value | ZeroDivisionError = self._guarded() if self._take(",") else False
        self._expect(")")
        return _settled(when_true if truth else when_false)


def _settled(value: Value | ZeroDivisionError) -> Value:
    if isinstance(value, ZeroDivisionError):
        raise value
    return value


def _place(text: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", text.upper()).groups()  # type: ignore[union-attr]  # TOKEN matched it
    return int(digits), column_index_from_string(letters)


def _number(value: Value) -> Fraction:
    if value is None:
        return Fraction(0)
    if isinstance(value, Fraction):
        return value
    raise UnknownFormulaError


def _numbers(arguments: list[list[Value]]) -> list[Fraction]:
    # as a spreadsheet does: SUM and AVERAGE pass over text and empty cells
    return [value for argument in arguments for value in argument if isinstance(value, Fraction)]


def _average(arguments: list[list[Value]]) -> Fraction:
    numbers = _numbers(arguments)
    if not numbers:
        raise ZeroDivisionError
    return sum(numbers, Fraction(0)) / len(numbers)


def _round(arguments: list[list[Value]]) -> Fraction:
    value, places = (
        _number(arguments[0][0]),
        int(_number(arguments[1][0])) if len(arguments) > 1 else 0,
    )
    scale = Fraction(10) ** places
    scaled = abs(value) * scale
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole) / scale


FUNCTIONS: dict[str, Callable[[list[list[Value]]], Value]] = {
    "SUM": lambda arguments: sum(_numbers(arguments), Fraction(0)),
    "AVERAGE": _average,
    "ROUND": _round,
    "MIN": lambda arguments: min(_numbers(arguments), default=Fraction(0)),
    "MAX": lambda arguments: max(_numbers(arguments), default=Fraction(0)),
}
