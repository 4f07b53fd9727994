"""The trail's chain: whoever alters, removes, inserts, swaps, cuts or recomputes is found."""

import copy
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reach import reach, reaches

from wenxiao.records import chain
from wenxiao.records.sm3 import sm3, sm3_written_out


def made(count=6, days=("2021-01-04", "2021-01-05")):
    entries, previous = [], chain.GENESIS
    for day in days:
        for number in range(1, count + 1):
            entry = {
                "division": 1,
                "day": day,
                "number": number,
                "at": f"{day}T01:00:00.000000+00:00",
                "by": 3,
                "by_name": "王某",
                "act": "登记支出",
                "target_type": "budget.Spending",
                "target_id": number,
                "label": "校园安保",
                "why": "",
                "data": {"amount": "5.00"},
                "previous": previous,
            }
            entry["hash"] = previous = chain.link(previous, entry)
            entries.append(entry)
    return entries


def test_sm3_is_the_standards_own():
    assert sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert (
        sm3_written_out(b"abcd" * 16)
        == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    )


@reaches(several_blocks=0.3, one_block=0.1)
@given(st.one_of(st.binary(max_size=55), st.binary(min_size=56, max_size=200)))
def test_sm3_written_out_equals_openssl(data):
    reach(several_blocks=len(data) >= 56, one_block=len(data) < 56)
    assert sm3_written_out(data) == hashlib.new("sm3", data).hexdigest()


def test_what_the_hash_covers_is_spelt_so():
    """Whoever checks an export without this program spells it like this:
    UTF-8, sorted, no blanks.
    """
    (entry,) = made(1, ("2021-01-04",))
    assert chain.canonical(entry).decode() == (
        '{"act":"登记支出","at":"2021-01-04T01:00:00.000000+00:00","by":3,"by_name":"王某",'
        '"data":{"amount":"5.00"},"day":"2021-01-04","division":1,"label":"校园安保","number":1,'
        '"target_id":1,"target_type":"budget.Spending","why":""}'
    )
    assert chain.digest_of([["甲", 1]]) == sm3('["甲", 1]'.encode())


def test_a_whole_chain_is_fine():
    assert chain.verify(made()) == []
    assert chain.verify_export(json.dumps({"entries": made()})) == []


@pytest.mark.parametrize("field", chain.FIELDS[3:])
def test_any_altered_field_is_found(field):
    entries = made()
    entries[4][field] = "改动" if field != "data" else {"amount": "500.00"}
    assert [(fault.day, fault.number) for fault in chain.verify(entries)] == [("2021-01-04", 5)]


def test_a_removed_entry_is_found():
    entries = made()
    del entries[2]
    assert [fault.number for fault in chain.verify(entries)] == [4, 4]


def test_a_removed_day_is_found():
    assert (
        len(
            chain.verify(
                made(days=("2021-01-04", "2021-01-05", "2021-01-06"))[:6]
                + made(days=("a", "b", "c"))[12:]
            )
        )
        > 0
    )
    three = made(days=("2021-01-04", "2021-01-05", "2021-01-06"))
    assert [(f.day, f.number) for f in chain.verify(three[:6] + three[12:])] == [("2021-01-06", 1)]


def test_a_swap_is_found():
    entries = made()
    entries[1]["number"], entries[2]["number"] = 3, 2
    assert chain.verify(entries)


def test_a_rewritten_entry_with_a_fresh_hash_is_found_by_the_next():
    entries = made()
    entries[3]["why"] = "补记"
    entries[3]["hash"] = chain.link(entries[3]["previous"], entries[3])
    assert [fault.number for fault in chain.verify(entries)] == [5]


def test_a_cut_tail_and_a_recomputed_chain_need_an_anchor():
    entries = made()
    anchor = {key: entries[-1][key] for key in ("division", "day", "number", "hash")}
    assert chain.verify(entries[:-2]) == []
    assert "截断" in chain.verify(entries[:-2], anchors=[anchor])[0].text
    forged, previous = copy.deepcopy(entries), chain.GENESIS
    for entry in forged:
        entry["by_name"], entry["previous"] = "李某", previous
        entry["hash"] = previous = chain.link(previous, entry)
    assert chain.verify(forged) == []
    assert "重算" in chain.verify(forged, anchors=[anchor])[0].text


def test_divisions_have_chains_of_their_own():
    other = [{**entry, "division": 2} for entry in made()]
    for entry, before in zip(other, [None, *other[:-1]], strict=True):
        entry["previous"] = before["hash"] if before else chain.GENESIS
        entry["hash"] = chain.link(entry["previous"], entry)
    assert chain.verify([*made(), *other]) == []


def test_a_digest_is_the_same_for_the_same_rows():
    assert chain.digest_of([["甲", 1], ["乙", 2]]) == chain.digest_of([["甲", 1], ["乙", 2]])
    assert chain.digest_of([["甲", 1]]) != chain.digest_of([["甲", 2]])


def headed(entries):
    """The stored heads of whole days: each names the last entry of its day."""
    last = {(entry["division"], entry["day"]): entry for entry in entries}
    return [
        {key: one[key] for key in ("division", "day", "number", "hash")} for one in last.values()
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_heads_name_the_last_entry_of_each_day_in_any_order(turned):
    entries = made()
    heads = headed(entries)
    assert chain.verify(entries[::-1] if turned else entries, heads) == []
    assert [
        (fault.day, fault.number, "截断" in fault.text)
        for fault in chain.verify(entries[-2::-1] if turned else entries[:-1], heads)
    ] == [("2021-01-05", 5, True)]


def test_a_number_given_twice_is_held_against_its_head_as_it_came_first():
    entries = made()
    twice = {**entries[-1], "why": "补记"}
    twice["hash"] = chain.link(twice["previous"], twice)
    faults = chain.verify([*entries, twice], headed(entries))
    assert [(fault.number, "序号应为 7" in fault.text) for fault in faults] == [
        (6, True),
        (6, False),
    ]


def test_each_fault_of_a_head_has_its_sentence():
    entries = made()
    heads = headed(entries)
    rewritten = [heads[0], {**heads[1], "hash": "0" * 64}]
    cases = (
        (made(1, ("2021-01-06",)), [], "链头被删除"),
        (entries, heads[:1], "链头被删除"),
        (entries[:6], heads, "尾部被截断"),
        (entries, [heads[0], {**heads[1], "number": 7}], "链头记到第 7 条"),
        (entries, [heads[0], {**heads[1], "number": 5}], "链头只记到第 5 条"),
        (entries, rewritten, "有一处被重写"),
    )
    for rows, stored, sentence in cases:
        (fault,) = chain.verify(rows, stored)
        assert sentence in fault.text
        assert (fault.division, fault.day) == (
            1,
            rows[-1]["day"] if len(rows) != 6 else "2021-01-05",
        )
