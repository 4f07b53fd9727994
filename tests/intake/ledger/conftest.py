import pytest

from wenxiao.orgs import services as orgs


@pytest.fixture
def division():
    return orgs.create_division(code="360191", name="高新区", bureau="高新区财政局", by=None)


@pytest.fixture
def unit(division):
    return orgs.add_unit(division=division, code="101", name="教体局", kind="department", by=None)
