"""Backups: a consistent copy of the rows and the files as received, with what it takes to prove
that it comes back.

``writing`` makes one, ``repeating`` makes many that share what did not change, ``archive`` opens
and checks one, ``restoring`` puts one back, ``drilling`` does so in a scratch place and notes the
result. The secret key is not part of it.
"""

from wenxiao.site.backups.archive import opened, verify
from wenxiao.site.backups.drilling import drill
from wenxiao.site.backups.repeating import repeat
from wenxiao.site.backups.restoring import after_recovery, restore
from wenxiao.site.backups.writing import make

__all__ = ["after_recovery", "drill", "make", "opened", "repeat", "restore", "verify"]
