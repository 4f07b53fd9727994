"""Ledgers of payments, budgets, adjustments and arrivals: read, matched, compared, imported, taken back."""

from wenxiao.budget.sheets.importing import Choices, LedgerOutcome, import_ledger

__all__ = ["Choices", "LedgerOutcome", "import_ledger"]
