"""Where each value of a rule is used, in the words of the rules page.
A value nothing reads is said to be so.
"""

from __future__ import annotations

READ_ONLY = "只供查阅，系统不按它计算"

USES: dict[str, dict[str, str]] = {
    "checks": {
        "checks": "导入、台账、送审前检查和报送、问题线索、督看里各项检查的级别、启用和数值；本级改动从所定日期起对当年预算起作用，没有核对原文的至多警告，根据是法、算术、完整的只能更严；检查页上没有写明在哪里执行的只列目录"
    },
    "codes": {"codes": "读表、导入时所报编号的说明"},
    "column_words": dict.fromkeys(
        (
            "level1",
            "level2",
            "level3",
            "target",
            "actual",
            "weight",
            "score",
            "reason",
            "initial",
            "full_year",
            "executed",
        ),
        "导入报表时认这一列的表头（向导、命令、接口、wenxiao read）",
    )
    | dict.fromkeys(
        (
            "project_code",
            "project_name",
            "unit_code",
            "unit",
            "dept",
            "fund",
            "level",
            "year",
            "date",
            "month",
            "voucher",
            "budget",
            "added",
            "cut_back",
            "cut_back_on",
            "arrived",
            "arrived_on",
            "change",
            "money_unit",
            "manager",
            "term_years",
            "expires_on",
            "midterm_on",
        ),
        "导入台账和清单时认这一列的表头（向导、命令、接口）",
    ),
    "department_accounts": {
        "items": "导入部门决算数据时认这些项目（向导、命令、接口）",
        "stages": "导入部门决算数据时认这些列",
        "amounts": "部门整体页的比率取哪一项的哪一列",
    },
    "department_dimensions": {"dimensions": READ_ONLY},
    "department_framework": {
        "used_for": READ_ONLY,
        "criteria": "开始评价时可选，评分项、指标解释、评分标准由此而来",
    },
    "disclosure": {"terms": READ_ONLY},
    "disclosure_tables": {"tables": "公开检查（命令 wenxiao disclose check）应有哪些表，按表名找"},
    "evaluation_frames": {
        "of_kind": "开始评价时先选好这套指标体系",
        "output_and_benefit": "核对产出与效益的合计时计入这些一级指标",
        "min_output_plus_benefit": "定权重时产出与效益合计低于此数的提示",
        "weights": "开始评价时带入这些分值，评价人可以按对象改",
    },
    "ex_ante": {
        "sources": "事前评估报告写明评估内容见于哪份文件",
        "dimensions": READ_ONLY,
        "policy_dimensions": "政策事前评估的评估内容，分值由两人定",
        "conclusions": READ_ONLY,
        "special_bond_items": "专项债券事前评估的评估内容，分值由两人定",
        "criteria": "项目事前评估的评估内容和分值",
    },
    "form_packs": {
        "project": "项目自评表（空表、填好的）打印成哪种表式",
        "department": "部门整体自评表打印成哪种表式",
    },
    "government_framework": {"criteria": "设计评价指标体系时查阅，不自动计分"},
    "grades": {"bands": "自评、复核和各类评价的等级，报告中的等级分布"},
    "materials": {
        "kinds": "上传佐证时可选的类别",
        "dates_completion": "检查完成日期与佐证日期是否相符",
        "most_files": "一次上传的文件数",
        "largest_mb": "单个文件的大小",
    },
    "monitoring": {
        "lights": "监控一览、督看、工作台的资金灯和定量目标的灯，监控报告，监控问题线索，处理建议",
        "tier_lights": "定性目标的灯",
        "unspent_below": "监控检查（资金未支出而目标已完成）",
        "idle_months": "监控检查（长期没有支出）",
        "cut_back_late_from": "监控检查（收回预算抬高执行率）",
        "windows": READ_ONLY,
        "possibility": "监控填报可选的完成可能性；完全不可能的目标亮红灯，有可能的至多黄灯",
        "causes": "监控填报可选的偏差原因",
        "compliance": "哪些类别的问题列入监控的合规一面",
        "deviation": "按规则提出的处理建议所引的文字",
    },
    "object_kinds": {
        "facts": "类型事项里登记这些内容，到了环节没有登记的，检查时提示（档案 → 类型事项）",
        "agree": "登记的事项应当相合，不相合的检查时指出",
        "look_at": "开始评价时列在本类型、本预算的指标里，权重由两人定",
    },
    "packages": {
        "congress": "人大材料包里有哪些材料（更多 → 材料包）",
        "upper": "上级考核材料包里各项内容的证明材料（更多 → 材料包）",
        "upper_columns": "上级考核评分表的栏目",
        "upper_items": "上级考核评分表的考核内容、分值、评分标准",
        "upper_statistics": "上级考核材料包里的上报统计表",
    },
    "problem_catalogue": {"entries": "新建区划时的问题目录；建好后在问题目录中改"},
    **{
        name: {
            "used_for": READ_ONLY,
            "criteria": "开始评价时可选，评分项、指标解释、评分标准由此而来",
        }
        for name in (
            "policy_framework",
            "special_bond_framework",
            "ppp_construction_framework",
            "ppp_operation_framework",
            "ppp_agency_framework",
            "purchase_framework",
        )
    },
    "profiles": {
        "default": "自评、复核的计分口径",
        "profiles": "自评、复核的计分和执行率得分",
        "tiers": "定性指标的档次得分",
        "satisfaction": "满意度指标的得分",
    },
    "project_framework": {
        "min_output_plus_benefit": READ_ONLY,
        "used_for": READ_ONLY,
        "criteria": "开始评价时可选，评分项、指标解释、评分标准由此而来",
    },
    "ratios": {"ratios": "部门整体支出评价基础数据表的比率（命令 wenxiao ratios）"},
    "deductions": {"reasons": "评价评分表里选的扣分原因和每种原因扣分的幅度"},
    "recheck": {
        "random_percent": "自评复核随机抽取的最低比例（复核页和命令 wenxiao risk）",
        "reason_percent_most": "自评复核页按理由抽取的上限（命令 wenxiao risk 用 --most）",
        "reasons": "自评复核按风险抽取的理由和界限（复核页和命令 wenxiao risk）",
    },
    "reconcile": {
        "least_same_words": "评价报告与评分表核对时，文字相同到多少算同一句",
        "share_tolerance": "核对占比之和时允许的差",
        "checks": "评价报告与评分表核对的编号、级别（命令 wenxiao reconcile）",
    },
    "rectification": {
        "feedback_days": READ_ONLY,
        "plan_days": "发反馈函时提示的整改期限",
        "applies_to": READ_ONLY,
    },
    "results_application": {
        "national": "按规则提出的结果应用建议",
        "first_action": READ_ONLY,
        "examples": READ_ONLY,
        "next_budget": "下年度预算会前单的建议和测算（整改应用 → 下年度预算）",
    },
    "reverse_names": {
        "names": "没有比较符时按越低越好计分、亮灯的指标名",
        "not_names": "名单中的例外",
    },
    "scoring_rules": {"rules": "每个得分旁的算法说明和依据"},
    "surveys": {
        "questions_least": "满意度问卷最少几个问题",
        "questions_most": "满意度问卷最多几个问题",
        "shown_from": "满意度问卷收到几份以后才显示结果",
        "levels": "满意程度一题的选项",
        "satisfied": "哪些选项算满意",
    },
    "synonyms": {"words": "比对绩效目标串稿时当作同一个词（命令 wenxiao similar）"},
    "unit_costs": {"standards": "单位成本页与本级标准对照，只提示，不计分"},
    "unit_assessment": {"items": "工作考核按这些内容、取数和分值算（更多 → 工作考核）"},
    "target_review": {
        "mode": READ_ONLY,
        "principles": READ_ONLY,
        "decision": "审核绩效目标时按等级写明的处理意见",
        "criteria": "审核绩效目标时各项的满分",
    },
}


def uses_of(rule: str, content: object) -> list[tuple[str, str]]:
    """Each value of a rule with where it is used, in the order of the rule."""
    known = USES.get(rule, {})
    return [
        (str(key), known.get(str(key), READ_ONLY))
        for key in (content if isinstance(content, dict) else ())
    ]
