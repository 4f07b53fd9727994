"""Exact numbers in columns: BIGINT in the database, Decimal in Python.
No other field may hold money or points.

Also one question asked of lists in JSON columns (``holds``), which SQLite has no lookup for.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Combinable, register_combinable_fields

from wenxiao.store.moves import NotAllowed
from wenxiao.store.sealing import MARK, is_sealed, mark_of, marked, seal, unseal

_BIGINT = 2**63 - 1
_LOOKED_AT = 100

_Set_contra = TypeVar("_Set_contra", contravariant=True)
_Get_co = TypeVar("_Get_co", covariant=True)

if TYPE_CHECKING:

    class _Column(models.Field[_Set_contra, _Get_co]):
        """What the type checker knows: numbers go in, a Decimal comes out."""

        _pyi_private_set_type: Decimal | int | str | Combinable
        _pyi_private_get_type: Decimal
        _pyi_lookup_exact_type: Decimal | int | str
else:

    class _Column(models.Field):
        """Django's field, to be written with its types as the type checker wants them."""

        def __class_getitem__(cls, _types: Any) -> Any:
            return cls


class FixedField(_Column[_Set_contra, _Get_co]):
    """A Decimal with two exact places, stored as BIGINT hundredths.

    A value finer than a hundredth, not finite or beyond BIGINT is refused, never rounded. Sums,
    minima, sums and differences of columns come back as Decimal too; what would need rounding (an
    average) is refused.
    """

    empty_strings_allowed = False
    noun = "数值"

    def get_internal_type(self) -> str:
        """No IntegerField by name either: Django would cut every aggregate
        of one to a whole number.
        """
        return "FixedField"

    def db_type(self, connection: Any) -> str:  # noqa: ARG002 - the same on every database
        """The column is a BIGINT."""
        return "bigint"

    def cast_db_type(self, connection: Any) -> str:
        """The same when cast."""
        return self.db_type(connection)

    def _hundredths(self, value: Any) -> int:
        try:
            exact = Decimal(repr(value) + "（浮点数）" if isinstance(value, float) else value)
            sign, digits, exponent = exact.as_tuple()
            whole = int(Decimal((sign, digits, int(exponent) + 2)))
        except (InvalidOperation, TypeError, ValueError, OverflowError) as error:
            raise ValidationError(f"“{value}”不是{self.noun}。") from error
        if abs(whole) > _BIGINT:
            raise ValidationError(f"“{value}”超出可存范围。")
        if Decimal(whole).scaleb(-2) != exact:
            raise ValidationError(f"“{value}”超过两位小数，{self.noun}只到百分位。")
        return whole

    def get_prep_value(self, value: Any) -> Any:
        """Hundredths for the database."""
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return self._hundredths(value)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> Decimal | None:
        """Decimal with two places for Python; ValueError for what isn't
        whole hundredths, such as an average.
        """
        if value is None:
            return None
        whole = int(value)
        if whole != value:
            raise ValueError(
                f"{value}: 均值等须取整的计算不能在数据库里做，请用 rulebook.numbers。"
            )
        return Decimal(f"{whole}E-2")

    def to_python(self, value: Any) -> Decimal | None:
        """Decimal from what a form or fixture gives."""
        return None if value is None or value == "" else Decimal(f"{self._hundredths(value)}E-2")

    def value_to_string(self, obj: models.Model) -> str:
        """Decimal text, for serializers."""
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        """A decimal input with two places."""
        return super().formfield(
            **{"form_class": forms.DecimalField, "decimal_places": 2, **kwargs}
        )


for _sign in (Combinable.ADD, Combinable.SUB):
    register_combinable_fields(FixedField, _sign, FixedField, FixedField)


class MoneyField(FixedField[_Set_contra, _Get_co]):
    """元, exact to the 分; stored as BIGINT 分."""

    noun = "金额"


class PointsField(FixedField[_Set_contra, _Get_co]):
    """Points or a weight, exact to 0.01; stored as BIGINT hundredths."""

    noun = "分值"


class UnopenedText(str):
    """What is read of sealed text without its key: words; written back it stays sealed."""

    __slots__ = ("sealed",)

    def __init__(self, _words: str, sealed: str = "") -> None:
        super().__init__()
        self.sealed = sealed

    def __new__(cls, words: str, _sealed: str = "") -> Self:
        """The words, with what is stored behind them."""
        return super().__new__(cls, words)


class SealedTextField(models.TextField):  # type: ignore[type-arg]  # Django takes none
    """Personal data, sealed with the key outside the database: rows and backups show none of it.

    It reads as plain text in Python. The database finds a telephone in it by the whole number alone
    (``phone__numbered``). What was stored before it was sealed reads as it is.
    """

    def _of(self) -> str:
        return f"{self.model._meta.label}.{self.attname}"

    def get_prep_value(self, value: Any) -> Any:
        """Sealed anew at each writing; what could not be opened stays as it is."""
        if isinstance(value, UnopenedText):
            return value.sealed
        text = super().get_prep_value(value)
        if not text or is_sealed(text):
            return text
        return marked(seal(text.encode(), of=self._of()), text)

    def from_db_value(self, value: str | None, *_args: Any) -> str | None:
        """The plain text; where the key is another, words that say so."""
        if not value or not is_sealed(value):
            return value
        try:
            return unseal(value, of=self._of()).decode()
        except NotAllowed:
            return UnopenedText("（打不开：缺数据密钥）", value)


@SealedTextField.register_lookup
class Numbered(models.Lookup[Any]):
    """``phone__numbered="138…"``: the whole number, however it is parted, by its keyed mark."""

    lookup_name = "numbered"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The column ends with the mark; what is no number finds nothing."""
        column, params = self.process_lhs(compiler, connection)
        mark = mark_of(str(self.rhs))
        if not mark:
            return "1 = 0", ()
        return f"{column} LIKE %s", (*params, f"%{MARK}{mark}")


def unopened_columns() -> list[str]:
    """The sealed columns (model.field) that hold something this home's key does not open."""
    unopened = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, SealedTextField):
                values = model._default_manager.exclude(**{field.name: ""})
                texts = values.values_list(field.name, flat=True)[:_LOOKED_AT]
                if any(isinstance(text, UnopenedText) for text in texts):
                    unopened.append(f"{model._meta.label}.{field.name}")
    return unopened


def ends_of(text: str) -> str:
    """Personal data as lists and the trail show it: its first and last signs."""
    if isinstance(text, UnopenedText) or len(text) < 5:
        return text
    return f"{text[:3]}…{text[-2:]}"


def seal_column(model: Any, name: str) -> None:
    """Seal what stood in plain text in a column (for migrations)."""
    for pk, text in model.objects.exclude(**{name: ""}).values_list("pk", name):
        model.objects.filter(pk=pk).update(**{name: text})


def open_column(model: Any, name: str) -> None:
    """The way back: the column holds plain text again."""
    for pk, text in model.objects.exclude(**{name: ""}).values_list("pk", name):
        plain = models.Value(str(text), output_field=models.TextField())
        model.objects.filter(pk=pk).update(**{name: plain})


@models.JSONField.register_lookup
class HoldsWord(models.Lookup[Any]):
    """``tags__holds="民生"``: a JSON list of texts has this one.
    Both databases look inside, nothing is read out for it.
    """

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """SQLite: an empty list is told by its text, without being taken apart."""
        column, params = self.process_lhs(compiler, connection)
        inside = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value = %s)"
        return f"({column} <> '[]' AND {inside})", (*params, *params, self.rhs)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """PostgreSQL: containment of jsonb."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} @> %s::jsonb", (*params, json.dumps([self.rhs]))
