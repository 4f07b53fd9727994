"""The demonstration: the published facts of one district's work year 2021,
the rest 合成, loaded as users would.
"""
