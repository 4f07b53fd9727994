"""问效：预算绩效管理系统。A row comes in at the bottom, gains meaning as it rises, and
leaves as a figure in a report.
"""

__version__ = "0.1.0"
