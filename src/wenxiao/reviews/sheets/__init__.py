"""Forms of units and agencies into dossiers: read in a limited child, matched, previewed, applied whole or not at all."""

from wenxiao.reviews.sheets.importing import (
    ImportOutcome,
    apply_batch,
    import_file,
    preview_file,
    preview_reading,
)

__all__ = ["ImportOutcome", "apply_batch", "import_file", "preview_file", "preview_reading"]
