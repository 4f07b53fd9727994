"""The drawing of the re-check: by reasons with figures, and a share at
random that anybody can draw again.
"""

from decimal import Decimal
from fractions import Fraction
from math import ceil
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reach import reach, reaches

from wenxiao.rulebook import basis
from wenxiao.rulebook.recheck import SampleError, SelfEvaluation, least_share, sample
from wenxiao.rulebook.recheck_facts import self_evaluation

D = Decimal
REASONS = basis.in_force("recheck").content["reasons"]
PEERS = tuple(SelfEvaluation(f"P{at}", score=D(90), group="道路") for at in range(5))


def codes_of(*objects):
    """The codes of reasons of the first object, and those not asked of it."""
    line = sample(objects, seed=0, share=D(0)).lines[0]
    return [one.code for one in line.reasons], line.not_asked


AT_FLOOR = [
    ("FH-11", {"score": D(90), "rate": D("79.99")}, {"score": D(90), "rate": D(80)}),
    ("FH-12", {"score": D(95), "last_score": D(85)}, {"score": D(95), "last_score": D("85.01")}),
    ("FH-13", {"score": D(95), "group": "道路"}, {"score": D("94.99"), "group": "道路"}),
    ("FH-14", {"score": D(80), "light": "red"}, {"score": D("79.99"), "light": "red"}),
    ("FH-15", {"proved": D("49.99")}, {"proved": D(50)}),
    ("FH-16", {"lowered": ("培训人数由100改为80。",)}, {"lowered": ()}),
    ("FH-17", {"differences": ("总分 相加为 90，公布 95",)}, {"differences": ()}),
    ("FH-18", {"doubts": ("写着尚未验收而得满分。",)}, {"doubts": ()}),
]


@pytest.mark.parametrize(("code", "holds", "fails"), AT_FLOOR)
def test_every_reason_holds_from_its_floor_on_and_not_before(code, holds, fails):
    reasons, not_asked = codes_of(SelfEvaluation("A", **holds), *PEERS)
    assert reasons == [code]
    assert code not in not_asked
    reasons, not_asked = codes_of(SelfEvaluation("A", **fails), *PEERS)
    assert reasons == []
    assert code not in not_asked


def test_every_reason_of_the_rule_is_tried_here_and_says_its_ground():
    assert [code for code, *_ in AT_FLOOR] == list(REASONS)
    objects = (SelfEvaluation("A", score=D(96), rate=D(45), differences=("总分不符",)), *PEERS)
    first, second = sample(objects, seed=0).lines[0].reasons
    assert (first.code, first.ground, first.standing) == ("FH-11", "惯例", "未核")
    assert first.text == "执行率 45.00%（低于 80%），自评 96 分（90 分以上）。"
    assert (second.code, second.ground, second.text) == (
        "FH-17",
        "算术",
        "与复算不符 1 处：总分不符。",
    )


def test_what_is_not_known_never_counts_and_is_named():
    reasons, not_asked = codes_of(SelfEvaluation("A"))
    assert (reasons, list(not_asked)) == ([], list(REASONS))
    few = (SelfEvaluation("A", score=D(100), group="道路"), *PEERS[:4])
    assert "FH-13" in codes_of(*few)[1]  # fewer peers than the floor say nothing


@reaches(apart=0.3)
@given(st.lists(st.integers(0, 100).map(D), min_size=6, max_size=30))
def test_the_middle_of_the_peers_leaves_the_object_itself_out(scores):
    these = [SelfEvaluation(str(at), score=one, group="路") for at, one in enumerate(scores)]
    drawn = sample(these, seed=0, share=D(0)).lines
    reach(apart=any(line.reasons for line in drawn))
    for at, line in enumerate(drawn):
        middle = median(scores[:at] + scores[at + 1 :])
        assert bool(line.reasons) == (scores[at] - middle >= 5)


known = st.one_of(st.none(), st.integers(0, 100).map(D))
objects = st.lists(
    st.builds(
        SelfEvaluation,
        id=st.uuids().map(str),
        score=known,
        rate=known,
        last_score=known,
        group=st.sampled_from(["", "甲", "乙"]),
        light=st.sampled_from([None, "red", "yellow", "green"]),
        proved=known,
        doubts=st.sampled_from([None, (), ("疑点",)]),
    ),
    max_size=40,
    unique_by=lambda one: one.id,
)


@reaches(both=0.15, shuffled=0.3)
@given(objects, st.integers(), st.integers(0, 100).map(D), st.randoms())
def test_the_same_objects_share_and_seed_give_the_same_sample(these, seed, share, chance: Random):
    drawn = sample(these, seed=seed, share=share)
    assert drawn == sample(these, seed=seed, share=share)
    mixed = list(these)
    chance.shuffle(mixed)
    reach(both=bool(drawn.count("risk") and drawn.count("random")), shuffled=mixed != these)
    again = sample(mixed, seed=seed, share=share)
    assert sorted(again.lines, key=lambda one: one.id) == sorted(drawn.lines, key=lambda o: o.id)
    assert sorted(line.rank for line in drawn.lines) == list(range(1, len(these) + 1))


@reaches(risk=0.2, room=0.2, crowded=0.05)
@given(objects, st.integers(), st.integers(0, 100).map(D))
def test_at_least_the_share_is_drawn_at_random_and_whatever_has_a_reason_is_drawn(
    these, seed, share
):
    drawn = sample(these, seed=seed, share=share)
    assert drawn.count("random") == ceil(Fraction(share) * len(these) / 100)
    risky = [line for line in drawn.lines if line.reasons]
    assert all(line.reasons for line in drawn.lines if line.drawn == "risk")
    room = len(risky) + drawn.count("random") <= len(these)
    reach(risk=drawn.count("risk") > 0, room=room, crowded=not room)
    if room:
        assert all(line.drawn == "risk" for line in risky)
    else:
        assert all(line.drawn for line in drawn.lines)
    counts = [len(line.reasons) for line in sorted(drawn.lines, key=lambda one: one.rank)]
    assert counts == sorted(counts, reverse=True)


def test_another_seed_draws_others_and_the_lot_can_be_drawn_by_hand():
    many = [SelfEvaluation(f"X{at}") for at in range(50)]
    one, other = (
        {line.id for line in sample(many, seed=seed).lines if line.drawn} for seed in (1, 2)
    )
    assert len(one) == len(other) == 10  # 20 % of 50
    assert one != other
    # printf '1:X0' | sha256sum, and so on: the ten smallest
    assert one == {"X14", "X20", "X23", "X24", "X32", "X37", "X42", "X45", "X5", "X9"}


def test_the_share_is_the_rule_of_the_day_and_a_division_may_say_more():
    assert least_share(2024) == 20
    own = {
        "recheck": [
            {
                "from": "2024-01-01",
                "document": "本级自评复核办法",
                "standing": "旁证",
                "content": {
                    "random_percent": "30",
                    "reasons": {"FH-15": {"floors": {"proved_below": "70"}}},
                },
            }
        ]
    }
    assert least_share(2024, own) == 30
    line = sample([SelfEvaluation("A", proved=D(60))], seed=0, share=D(0), on=2024, overrides=own)
    assert line.lines[0].reasons[0].code == "FH-15"


def test_a_share_outside_the_whole_or_one_id_twice_is_refused():
    with pytest.raises(SampleError, match="0 至 100"):
        sample([], seed=0, share=D(101))
    with pytest.raises(SampleError, match="“A”重复"):
        sample([SelfEvaluation("A"), SelfEvaluation("A")], seed=0)


# ---- from a published form -----------------------------------------------------------------------


def form(**more):
    rows = [
        {
            "level1": "产出指标",
            "level2": "数量指标",
            "level3": "培训人数",
            "target": "≥80人",
            "actual": "80人",
            "weight": 60,
            "score": 60,
        },
        {
            "level1": "效益指标",
            "level2": "社会效益指标",
            "level3": "持证人数",
            "target": "≥30人",
            "actual": "30人",
            "weight": 30,
            "score": 30,
        },
    ]
    return {
        "year": 2023,
        "budget": {"full_year": 100, "executed": 100},
        "exec_weight": 10,
        "exec_score": 10,
        "total_score": 100,
        "indicators": rows,
        **more,
    }


def test_a_form_that_holds_gives_no_reason():
    read = self_evaluation(form(), "A")
    assert (read.score, read.rate) == (D(100), D(100))
    assert read.differences == read.doubts == ()
    assert read.last_score is read.light is read.proved is read.lowered is None


def test_facts_beside_the_form_are_read():
    case = form(
        last_year={"score": "88.5"},
        group="培训",
        monitoring={"light": "红灯"},
        doubts=[{"code": "ZP-06", "text": "材料写着尚未验收"}],
    )
    case["indicators"][0] |= {"proof": "签到表", "approved_target": "≥100人"}
    case["indicators"][1] |= {"proof": "无"}
    read = self_evaluation(case, "A")
    assert (read.last_score, read.group, read.light) == (D("88.5"), "培训", "red")
    assert read.proved == D("66.67")
    assert read.lowered == ("“培训人数”由“≥100人”改为“≥80人”，目标事后调低。",)
    assert read.doubts == ("材料写着尚未验收",)


def test_published_points_that_the_rule_does_not_give_are_a_difference():
    case = form(total_score=98)
    case["indicators"][0] |= {"actual": "40人"}
    told = self_evaluation(case, "A").differences
    assert [text.split(" ")[0] for text in told] == ["第", "总分"]


def test_a_form_cut_off_is_not_doubted_for_what_is_missing_of_it():
    case = form(truncated="后面各行未取到", total_score=None)
    case["indicators"].pop()
    assert self_evaluation(case, "A").doubts == ()
