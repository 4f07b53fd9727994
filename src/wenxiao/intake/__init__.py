"""Files taken in: received, read in a limited child, matched, previewed,
and applied whole or not at all.
"""
