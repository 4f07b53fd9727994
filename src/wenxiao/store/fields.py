"""Exact numbers in columns: BIGINT in the database, Decimal in Python. No other field may hold money or points."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

_BIGINT = 2**63 - 1


class FixedField(models.BigIntegerField):
    """A Decimal with two exact places, stored as BIGINT hundredths.

    A value finer than a hundredth, not finite or beyond BIGINT is refused, never rounded.
    """

    noun = "数值"

    def _hundredths(self, value: Any) -> int:
        try:
            exact = Decimal(value) * 100
            whole = int(exact)
        except (InvalidOperation, TypeError, ValueError, OverflowError) as error:
            raise ValidationError(f"“{value}”不是{self.noun}。") from error
        if whole != exact:
            raise ValidationError(f"“{value}”超过两位小数，{self.noun}只到百分位。")
        if abs(whole) > _BIGINT:
            raise ValidationError(f"“{value}”超出可存范围。")
        return whole

    def get_prep_value(self, value: Any) -> int | None:
        """Hundredths for the database."""
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return self._hundredths(value)

    def from_db_value(self, value: int | None, _expression: Any, _connection: Any) -> Decimal | None:
        """Decimal with two places for Python; sums of the column come back the same way."""
        return None if value is None else Decimal(int(value)).scaleb(-2)

    def to_python(self, value: Any) -> Decimal | None:
        """Decimal from what a form or fixture gives."""
        return None if value is None else Decimal(self._hundredths(value)).scaleb(-2)

    def value_to_string(self, obj: models.Model) -> str:
        """Decimal text, for serializers."""
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Skip BigIntegerField's own range validators: they speak of hundredths, not of the value."""
        models.Field.validate(self, value, model_instance)

    @property
    def validators(self) -> list[Any]:
        """None besides the exactness above."""
        return []


class MoneyField(FixedField):
    """元, exact to the 分; stored as BIGINT 分."""

    noun = "金额"


class PointsField(FixedField):
    """Points or a weight, exact to 0.01; stored as BIGINT hundredths."""

    noun = "分值"
