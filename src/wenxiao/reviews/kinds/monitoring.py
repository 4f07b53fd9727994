"""绩效监控: money and goals against the calendar. It yields lights and findings, never points."""

from wenxiao.reviews.kinds.shape import Kind

MONITORING = Kind(
    code="monitoring", title="绩效监控", result="监控情况", rows="indicators", scores=False, stage="monitoring",
    fill="fill", check=("check_department", "check_office"),
)  # fmt: skip
