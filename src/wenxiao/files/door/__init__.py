"""The door: whether a stranger's file may come in at all, by its bytes,
markings and personal data.
"""
