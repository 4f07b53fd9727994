"""What make test runs on PostgreSQL: what the database decides, and every statement once."""

import second_database


def chosen(tests, *, always=(), seconds=()):
    return second_database.choose(
        {
            "tests": tests,
            "marked": list(tests),
            "always": list(always),
            "seconds": dict.fromkeys(tests, 1.0) | dict(seconds),
        }
    )


def test_every_statement_is_sent_by_the_fewest_seconds():
    tests = {"a": ["1", "2"], "b": ["2"], "c": ["3"], "d": ["1", "2", "3"]}
    assert chosen(tests) == ["d"]
    assert chosen(tests, seconds={"d": 9.0}.items()) == ["a", "c"]


def test_what_a_later_one_sends_too_is_left_out_again():
    tests = {"one": ["1", "2"], "two": ["1", "3", "4"], "three": ["2", "5", "6"]}
    cheap = {"one": 0.1}.items()
    assert chosen(tests, seconds=cheap) == ["three", "two"]


def test_what_the_database_decides_always_runs_and_counts():
    tests = {"race": ["1"], "page": ["1"], "list": ["2"]}
    assert chosen(tests, always=["race"], seconds={"race": 50.0}.items()) == ["list", "race"]


def test_a_statement_counts_by_its_text_without_values():
    import statements

    one = 'SELECT "a" FROM "b" WHERE "c" IN (%s, %s, %s) LIMIT 21'
    assert statements.shape(one) == statements.shape(
        one.replace("%s, %s, %s", "%s").replace("21", "5")
    )
    assert statements.shape('SAVEPOINT "s1_x2"') == statements.shape('SAVEPOINT "s9_x7"')
    assert statements.shape("SELECT T3.a") != statements.shape("SELECT T4.a")
