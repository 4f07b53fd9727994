"""Out: official documents, workbooks and PDF, written from plain data."""
