"""Cells: any workbook, Word file or csv as a grid of what a person sees, with addresses."""
