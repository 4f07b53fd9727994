"""Accounts beside those the seed made, with a role where one is named."""

from wenxiao.orgs.services import create_user, grant


def account(small, name, role=None, unit=None):
    user = create_user(
        division=small.division,
        username=name,
        name=name,
        by=None,
        unit=unit,
        password="Chang-e_2021!",
        must_change_password=False,
    )
    if role:
        grant(user=user, role=role, division=small.division, unit=unit, by=None)
    return user
