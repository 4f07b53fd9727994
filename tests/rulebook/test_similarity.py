"""串稿: copies are found whatever was renamed, reordered or renumbered; common speech makes none."""

import pytest

from wenxiao.rulebook.similarity import similar

PLAIN = [
    ("项目验收合格率", "=100"),
    ("项目完成及时率", "=100"),
    ("成本控制率", "≤100"),
    ("服务对象满意度", "≥95"),
]
OWN = {
    "泊位": [
        ("改造路内泊位", "≥3600"),
        ("接入平台停车场", "≥42"),
        ("车辆识别准确率", "≥98.5"),
        ("泊位日均周转次数", "≥5.2"),
    ],
    "粪污": [
        ("粪污清运农户数", "≥5200"),
        ("建设集中处理点", "=18"),
        ("粪污资源化利用率", "≥80"),
        ("清运响应时限", "≤48"),
    ],
    "矫正": [
        ("监管社区矫正对象", "≥420"),
        ("电子定位在线率", "≥98"),
        ("重新犯罪率", "≤0.2"),
        ("违规处置时限", "≤24"),
    ],
    "渔港": [
        ("维修码头长度", "≥460"),
        ("更换航标灯", "=26"),
        ("渔获卸货等待时间缩短", "≥20"),
        ("港内碰撞事故", "≤1"),
    ],
    "粮食": [
        ("建设应急加工点", "≥12"),
        ("日应急加工能力", "≥260"),
        ("储备轮换吨数", "≥900"),
        ("应急网点通过率", "=100"),
    ],
}


def table(name, rows, text=""):
    return {
        "id": name,
        "rows": [{"level3": words, "target": target} for words, target in rows],
        "text": text,
    }


def corpus(*more):
    return [table(name, [*rows, *PLAIN], f"对{name}开展工作") for name, rows in OWN.items()] + list(
        more
    )


def pairs(*more, plain=()):
    return {frozenset((pair.a, pair.b)): pair for pair in similar(corpus(*more), plain)}


def test_shared_common_speech_alone_makes_no_pair():
    assert pairs() == {}


@pytest.mark.parametrize(
    "copy",
    [
        [
            ("改造路内泊位", "≥100"),
            ("接入平台停车场", "≥7"),
            ("车辆识别准确率", "≥90"),
            ("泊位日均周转次数", "≥9"),
        ],
        [
            ("泊位日均周转次数", "不低于5.2"),
            ("车辆识别准确率", "98.5"),
            ("改造路内泊位", "3600"),
            ("接入平台停车场", "42"),
        ],
        [
            ("改造路内泊位", "≥3600"),
            ("接入平台停车场", "≥42"),
            ("车辆识别准确率", "≥98.5"),
            ("另一件全新的事", "≥1"),
        ],
        [
            ("改建路内停车泊位", "≥3600"),
            ("接入平台的停车场", "≥42"),
            ("车辆识别准确比例", "≥98.5"),
            ("泊位日均周转频次", "≥5.2"),
        ],
    ],
    ids=["numbers", "order and comparators", "a row added and one gone", "near synonyms"],
)
def test_a_rewritten_copy_is_found(copy):
    found = pairs(table("抄", [*copy, *PLAIN]))
    assert set(found) == {frozenset(("泊位", "抄"))}


def test_the_same_rows_are_named_by_their_places():
    rows = list(reversed(OWN["渔港"]))
    pair = pairs(table("抄", rows))[frozenset(("渔港", "抄"))]
    same = {tuple(sorted(rows)) for rows in pair.same_rows}
    assert pair.score > 0.5
    assert same == {(0, 3), (1, 2)}


def test_cited_laws_make_no_pair():
    cited = (
        "根据《中华人民共和国预算法》和《项目支出绩效评价管理办法》（财预〔2020〕10号）有关规定，"
    )
    one = table("甲", [("培训财务人员", "≥430"), ("结业考试通过率", "≥95")], f"{cited}组织培训")
    other = table("乙", [("清查单位", "=118"), ("账实相符率", "≥98")], f"{cited}开展清查")
    assert pairs(one, other) == {}


def test_texts_marked_as_plain_never_pair():
    rows = [("专属的一句通用话", "=1"), ("另一句专属通用话", "=1")]
    twins = (table("甲", rows), table("乙", rows))
    assert frozenset(("甲", "乙")) in pairs(*twins)
    assert frozenset(("甲", "乙")) not in pairs(*twins, plain=[words for words, _ in rows])


def test_no_pair_comes_twice_and_the_most_alike_comes_first():
    found = similar(
        corpus(table("近", [*OWN["粪污"], *PLAIN]), table("远", [*OWN["粪污"][:3], ("别的", "=1")]))
    )
    keys = [frozenset((pair.a, pair.b)) for pair in found]
    assert len(keys) == len(set(keys)) >= 2
    assert [pair.score for pair in found] == sorted((pair.score for pair in found), reverse=True)
    assert keys[0] == frozenset(("粪污", "近"))


def test_a_table_without_an_id_is_named_by_its_place_and_empty_tables_pair_with_nothing():
    rows = [{"level3": words, "target": target} for words, target in OWN["矫正"]]
    found = similar([{"rows": rows}, {"rows": rows}, {"rows": []}, {}])
    assert [(pair.a, pair.b) for pair in found] == [("0", "1")]
