"""Measures, each a module with ``measure() -> Section``; `make bench` runs
them all and writes docs/benchmarks.md.
"""
