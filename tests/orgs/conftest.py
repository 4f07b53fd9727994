import pytest

from wenxiao.orgs import services as orgs


@pytest.fixture
def division():
    return orgs.create_division(code="360191", name="高新区", bureau="高新区财政局", by=None)


@pytest.fixture
def make_unit(division):
    def make(code, name, **more):
        return orgs.add_unit(division=division, code=code, name=name, by=None, **more)

    return make


@pytest.fixture
def make_user(division):
    def make(username, *roles, unit=None, **scope):
        user = orgs.create_user(
            division=division, username=username, name=username, unit=unit, by=None
        )
        for role in roles:
            orgs.grant(user=user, role=role, division=division, by=None, unit=unit, **scope)
        return user

    return make
