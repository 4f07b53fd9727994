"""Where a proof may go from where it stands.
What was withdrawn or replaced stays, and counts no more.
"""

from __future__ import annotations

MATERIAL: dict[str, frozenset[str]] = {
    "unverified": frozenset({"verified", "refused", "replaced", "withdrawn"}),
    "verified": frozenset({"refused"}),
    "refused": frozenset({"verified", "replaced", "withdrawn"}),
    "replaced": frozenset(),
    "withdrawn": frozenset(),
}
"""What a reviewer accepted (采信) leaves the hands of whoever handed it in."""

STANDING = ("unverified", "verified", "refused")
"""States of the proofs a reader is shown; the others are history."""

COUNTED = ("unverified", "verified")
"""States in which a proof stands behind a value."""
