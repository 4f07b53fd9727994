"""机构与人员: divisions, the unit tree with validity dates, users and their grants."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now
from django_otp.plugins.otp_totp.models import TOTPDevice

from wenxiao.store.fields import SealedTextField
from wenxiao.store.moves import Versioned
from wenxiao.store.sealing import unseal


class Installation(models.Model):
    """What this database is for since its first division began: real work or a demonstration."""

    class Kind(models.TextChoices):
        REAL = "real", "正式数据"
        DEMO = "demo", "演示数据"

    id = models.PositiveSmallIntegerField("编号", primary_key=True, default=1)
    kind = models.CharField("用途", max_length=4, choices=Kind.choices)
    begun_at = models.DateTimeField("启用时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据用途"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_installation"),
            models.CheckConstraint(
                condition=models.Q(kind__in=("real", "demo")), name="installation_kind"
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


AWAITS = "awaits"
"""Whose an entry of a rule is (id, None: the machine; name) until a second login confirms it."""


class Division(models.Model):
    """One finance bureau's territory (财政区划) with its governing body and report chain.

    ``parent`` is the territory above it, None for the highest kept here. ``confirmers`` confirm
    results beside 财政绩效科; ``small_office`` ({} or since, by, why): a leader after one officer.
    """

    class Body(models.TextChoices):
        GOVERNMENT = "government", "人民政府"
        COMMITTEE = "committee", "管理委员会"

    code = models.CharField("区划代码", max_length=9, unique=True)
    name = models.CharField("名称", max_length=60)
    short_name = models.CharField("简称", max_length=30, blank=True)
    body = models.CharField(
        "管理机构", max_length=12, choices=Body.choices, default=Body.GOVERNMENT
    )
    bureau = models.CharField("财政部门", max_length=60)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", verbose_name="上级财政区划"
    )
    report_chain = models.JSONField("报送对象", default=list)
    demo = models.BooleanField("演示", default=False)
    rules = models.JSONField("本级规则", default=list)
    confirmers = models.JSONField("另行指定的确认人", default=list)
    small_office = models.JSONField("小机构", default=dict)
    account_policy = models.JSONField("账号安全要求", default=dict)
    assist_links = models.BooleanField("填报协助可用免登录链接", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "财政区划"

    def __str__(self) -> str:
        return self.name

    @property
    def own_rules(self) -> dict[str, list[dict[str, Any]]]:
        """The division's own dated rule values by rule name, in the rulebook's shape of overrides.

        What one person said was read (``AWAITS``) counts only when another has compared it too.
        """
        grouped: dict[str, list[dict[str, Any]]] = {}
        for entry in self.rules:
            if AWAITS in entry:
                continue
            grouped.setdefault(entry["rule"], []).append(entry)
        return grouped


class Unit(Versioned):
    """A budget department or unit. ``path`` ("/000003/000017/") names its ancestors and itself: a
    subtree is one prefix, and sorted by it units stand below their department as they were entered.

    ``aliases``: other names it is called by in files, short ones and those a person chose it for.
    """

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "预算部门"
        UNIT = "unit", "预算单位"
        FINANCE = "finance", "财政科室"

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    code = models.CharField("单位代码", max_length=21)
    name = models.CharField("单位名称", max_length=100)
    kind = models.CharField("类别", max_length=12, choices=Kind.choices, default=Kind.UNIT)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="上级单位"
    )
    path = models.CharField("路径", max_length=120, blank=True)
    office = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="served", verbose_name="对口业务科室"
    )
    contact = models.CharField("联系人", max_length=60, blank=True)
    phone = SealedTextField("联系电话", blank=True)
    aliases = models.JSONField("别名", default=list)
    valid_from = models.DateField("启用日期", null=True)
    valid_to = models.DateField("停用日期", null=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="predecessors", verbose_name="承接单位"
    )
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        constraints = [models.UniqueConstraint(fields=["division", "code"], name="unit_code_once")]
        indexes = [models.Index(fields=["division", "path"], name="unit_path")]

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Makes users for Django's authentication."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> User:
        """A user who can log in; without a password nobody can."""
        user: User = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class Duty(models.TextChoices):
    """What an account is for, lastingly: an administrator's work, or the bureau's or a unit's."""

    SYSTEM = "system", "系统管理"
    SECURITY = "security", "安全管理"
    AUDIT = "audit", "审计管理"
    BUSINESS = "business", "业务"


class User(AbstractBaseUser):
    """A person who logs in. What they may do stands in their grants alone."""

    username = models.CharField("账号", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    division = models.ForeignKey(Division, models.PROTECT, null=True, verbose_name="财政区划")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name="所在单位")
    phone = SealedTextField("电话", blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    duty = models.CharField(
        "账号类别", max_length=8, choices=Duty.choices, blank=True, default="", db_default=""
    )
    rules_read = models.PositiveSmallIntegerField("看过哪年的规则变化", null=True)

    USERNAME_FIELD = "username"
    objects = Users()

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(duty__in=("", "system", "security", "audit", "business")),
                name="user_duty",
            ),
            models.UniqueConstraint(Lower("username"), name="one_account_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class LoginTry(models.Model):
    """Failed tries at one door since the last success, and until when it is shut.

    A door is a name from one known browser or address, an address, a name from wherever, or one's
    own secret (old password, code). ``key``: digests of names, for people type passwords there.
    """

    class Door(models.TextChoices):
        BROWSER = "browser", "账号与常用浏览器"
        PAIR = "pair", "账号与来源地址"
        ADDRESS = "address", "来源地址"
        ACCOUNT = "account", "账号"
        SECRET = "secret", "本人的旧密码或动态口令"
        LINK = "link", "填报协助链接与来源地址"

    door = models.CharField("按什么计", max_length=8, choices=Door.choices)
    key = models.CharField("键", max_length=160)
    failures = models.PositiveIntegerField("连续失败次数", default=0)
    last_at = models.DateTimeField("最近一次")
    locked_until = models.DateTimeField("暂停至", null=True)
    succeeded_at = models.DateTimeField("最近一次成功", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "登录失败"
        constraints = [models.UniqueConstraint(fields=["door", "key"], name="one_door")]


class OldPassword(models.Model):
    """A password an account had, as its hash: the next ones must differ from the latest few."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="old_passwords", verbose_name="用户"
    )
    password = models.CharField("密码", max_length=128)
    replaced_at = models.DateTimeField("更换时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "用过的密码"


class Phone(TOTPDevice):  # type: ignore[misc]  # the library has no types
    """动态口令: the secret a person's phone shares with the system, sealed by a key kept elsewhere."""

    class Meta:
        proxy = True
        verbose_name = verbose_name_plural = "动态口令"

    @property
    def bin_key(self) -> bytes:
        """The secret; KeyLost where the home's key is another one."""
        return unseal(self.key, of=sealed_for(self.user_id))


def sealed_for(user: int) -> str:
    """Whose secret a sealed column holds."""
    return f"totp:{user}"


class RecoveryCode(models.Model):
    """恢复码: takes the place of one code of the phone, once. Only a digest of it is kept."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="recovery_codes", verbose_name="用户"
    )
    digest = models.CharField("摘要", max_length=64)
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "恢复码"


class AccountSheet(models.Model):
    """账号发放单: a unit's accounts nobody entered yet; two administrators print their first codes once.

    The codes stand on the paper alone; of each a digest is stored, as of a reset's.
    """

    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="account_sheets", verbose_name="单位"
    )
    users = models.ManyToManyField(User, related_name="account_sheets", verbose_name="账号")
    prepared_at = models.DateTimeField("列出时间", auto_now_add=True)
    prepared_by = models.ForeignKey(
        User, models.PROTECT, related_name="+", verbose_name="系统管理员"
    )
    released_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="安全管理员"
    )
    printed_at = models.DateTimeField("打印时间", null=True)
    until = models.DateTimeField("领取码有效至", null=True)
    closed_at = models.DateTimeField("作废时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "账号发放单"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(released_by=None)
                | ~models.Q(released_by=models.F("prepared_by")),
                name="sheet_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(printed_at=None) | models.Q(released_by__isnull=False),
                name="sheet_printed_after_both",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}账号发放单 {self.pk}"


class PasswordReset(models.Model):
    """重置密码申请: the person asks and alone knows the code; administrators agree by its number and
    see no secret. Kept for names nobody has, too, so that none stands out.
    """

    user = models.ForeignKey(
        User, models.CASCADE, null=True, related_name="resets", verbose_name="用户"
    )
    username = models.CharField("账号", max_length=60)
    number = models.CharField("申请号", max_length=6, unique=True)
    digest = models.CharField("领取码摘要", max_length=64)
    second_factor = models.BooleanField("一并解除动态口令", default=False)
    address = models.GenericIPAddressField("来自", null=True)
    asked_at = models.DateTimeField("申请时间")
    until = models.DateTimeField("有效期至")
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    consented_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name="同意人"
    )
    closed_at = models.DateTimeField("办结时间", null=True)
    sheet = models.ForeignKey(
        AccountSheet, models.PROTECT, null=True, related_name="codes", verbose_name="账号发放单"
    )

    class Meta:
        verbose_name = verbose_name_plural = "重置密码申请"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by=None)
                | models.Q(consented_by=None)
                | ~models.Q(approved_by=models.F("consented_by")),
                name="reset_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(user=None)
                | (
                    (models.Q(approved_by=None) | ~models.Q(approved_by=models.F("user")))
                    & (models.Q(consented_by=None) | ~models.Q(consented_by=models.F("user")))
                ),
                name="reset_not_own",
            ),
        ]

    def __str__(self) -> str:
        return f"重置密码申请 {self.number}"


class Role(models.TextChoices):
    """Who somebody is in the field; each role's powers stand in permissions.py."""

    CLERK = "clerk", "单位经办人"
    HEAD = "head", "单位负责人"
    DEPARTMENT = "department", "主管部门"
    OFFICE = "office", "财政业务科室"
    PERFORMANCE = "performance", "财政绩效科"
    BUDGET = "budget", "预算科"
    TREASURY = "treasury", "国库科"
    SECRETARIAT = "secretariat", "办公室"
    LEADER = "leader", "局领导"
    AGENCY = "agency", "第三方机构"
    EXPERT = "expert", "评审专家"
    SYSTEM = "system", "系统管理员"
    SECURITY = "security", "安全管理员"
    AUDIT = "audit", "审计管理员"
    AUDITOR = "auditor", "外部审计"


class GrantsInForce(models.QuerySet["Grant"]):
    """Grants that hold now."""

    def in_force(self) -> GrantsInForce:
        """Not ended, begun; by the database's clock."""
        today = Now()
        return self.filter(models.Q(until=None) | models.Q(until__gte=today), since__lte=today)


class Grant(models.Model):
    """Role × scope × period. Scope: a unit subtree, subjects, or (both empty) the division."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants", verbose_name="用户")
    role = models.CharField("角色", max_length=12, choices=Role.choices)
    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name="单位范围")
    subjects = models.ManyToManyField("budget.Subject", blank=True, verbose_name="对象范围")
    by_subjects = models.BooleanField("只限所列对象", default=False)
    since = models.DateTimeField("起", db_default=Now())
    until = models.DateTimeField("止", null=True)
    why = models.CharField("依据", max_length=200, blank=True)

    objects = GrantsInForce.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "授权"
        indexes = [models.Index(fields=["user", "role"], name="grant_user")]


class Agency(models.Model):
    """A third-party evaluator (第三方机构)."""

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    name = models.CharField("机构名称", max_length=100)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    lead = models.CharField("主评人", max_length=60, blank=True)
    phone = SealedTextField("电话", blank=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "第三方机构"
        constraints = [
            models.UniqueConstraint(fields=["division", "name"], name="agency_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Expert(models.Model):
    """A person of the expert pool (专家库)."""

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    name = models.CharField("姓名", max_length=60)
    field = models.CharField("专业领域", max_length=60, blank=True)
    synthetic = models.BooleanField("合成", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "专家"

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A list somebody wants to find again (我的视图): a name, and the conditions of its address."""

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name="用户")
    page = models.CharField("页面", max_length=60, default="subjects")
    name = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=500)
    look = models.CharField("列与次序", max_length=1000, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "我的视图"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class ApiToken(models.Model):
    """接口令牌: lets a machine act as a user, by that user's grants. Only a digest of it is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens", verbose_name="用户")
    name = models.CharField("用途", max_length=60)
    digest = models.CharField("摘要", max_length=64, unique=True)
    made_at = models.DateTimeField("生成时间", auto_now_add=True)
    until = models.DateField("有效期至")
    used_on = models.DateField("最近使用", null=True)
    revoked_at = models.DateTimeField("停用时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"

    def __str__(self) -> str:
        return self.name


class Course(models.Model):
    """培训: a course of the year's plan, for whom, when, with material from the document library."""

    division = models.ForeignKey(Division, models.PROTECT, verbose_name="财政区划")
    year = models.PositiveSmallIntegerField("工作年度")
    title = models.CharField("名称", max_length=100)
    audience = models.JSONField("对象", default=list)
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=100, blank=True)
    material = models.ForeignKey("records.Document", models.PROTECT, null=True, verbose_name="材料")

    class Meta:
        verbose_name = verbose_name_plural = "培训"

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """参训: a person who was there, signed in by themselves or from the list."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="people", verbose_name="培训")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, verbose_name="单位")
    user = models.ForeignKey(User, models.PROTECT, null=True, verbose_name="用户")
    name = models.CharField("姓名", max_length=60)
    at = models.DateTimeField("签到时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "参训"
        constraints = [
            models.UniqueConstraint(fields=["course", "unit", "name"], name="attended_once")
        ]
