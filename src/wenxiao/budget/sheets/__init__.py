"""Ledgers taken in: payments and budget lines."""

from wenxiao.budget.sheets.importing import Choices, LedgerImport, LedgerOutcome, import_ledger
from wenxiao.budget.sheets.reading import read_ledger_file
from wenxiao.budget.sheets.told import matches_told

__all__ = [
    "Choices",
    "LedgerImport",
    "LedgerOutcome",
    "import_ledger",
    "matches_told",
    "read_ledger_file",
]
