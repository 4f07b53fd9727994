"""Ledgers taken in: payments and budget lines."""

from wenxiao.intake.ledger.choices import matches_told
from wenxiao.intake.ledger.ledger_import import (
    LedgerAnswers,
    LedgerImport,
    LedgerOutcome,
    import_ledger,
)
from wenxiao.intake.ledger.reading import read_ledger_file

__all__ = [
    "LedgerAnswers",
    "LedgerImport",
    "LedgerOutcome",
    "import_ledger",
    "matches_told",
    "read_ledger_file",
]
