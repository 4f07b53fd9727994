"""Who may ask another office for a row of a form, bring its answer in, take it over or leave it."""

from datetime import timedelta

from tests.acts.cases_of_office import JUDGES
from tests.acts.shape import Act

from wenxiao.followup.services.confirming import confirm_and_order
from wenxiao.orgs.services.account_policy import open_assist_links
from wenxiao.reviews.services import assisting, correct_received_day, surveying
from wenxiao.reviews.services.describing import describe_form
from wenxiao.store.clock import today


def asked(h):
    """A request for help with the one row of a form being filled, by workbook."""
    return assisting.ask_assistance(
        review=h.review("selfeval"),
        indicator=h.indicator,
        asked_of="养护科",
        until=today() + timedelta(days=7),
        by=h.people["clerk"],
    )[0]


def answered(h):
    return assisting.answer_by_workbook(
        assistance=asked(h), by=h.people["clerk"], value="11公里", answered_by="张工"
    )


QUESTIONS = [{"kind": "likert", "text": f"第{n}问满意吗"} for n in range(5)]


def surveyed(h, *, sheets=0):
    """A survey of the one row, with so many satisfied paper sheets."""
    survey = surveying.open_survey(
        review=h.review("selfeval"),
        row=h.indicator,
        title="满意度",
        audience="家长",
        questions=QUESTIONS,
        until=today() + timedelta(days=7),
        by=h.people["clerk"],
    )
    if sheets:
        counts = [{"满意": sheets}] * len(QUESTIONS)
        surveying.count_paper(survey=survey, sheets=sheets, counts=counts, by=h.people["clerk"])
    return survey


ASSISTING = {
    "correct_received_day": Act(
        "performance budget treasury department office",
        lambda h: h.received(),
        lambda h, row, by: correct_received_day(review=row, on=row.received_on, by=by, why="补录"),
    ),
    "open_survey": Act(
        "clerk",
        lambda h: h.review("selfeval"),
        lambda h, row, by: surveying.open_survey(
            review=row,
            row=h.indicator,
            title="满意度",
            audience="家长",
            questions=QUESTIONS,
            until=today() + timedelta(days=7),
            by=by,
        ),
    ),
    "count_paper": Act(
        "clerk",
        surveyed,
        lambda h, row, by: surveying.count_paper(
            survey=row, sheets=9, counts=[{"满意": 9}] * len(QUESTIONS), by=by
        ),
    ),
    "bring_answers": Act(
        "clerk",
        surveyed,
        lambda h, row, by: surveying.bring_answers(
            survey=row,
            text="\n".join(
                ["\t".join(one["text"] for one in QUESTIONS), "\t".join(["满意"] * len(QUESTIONS))]
            ),
            by=by,
        ),
    ),
    "import_answers": Act(
        "clerk",
        surveyed,
        lambda h, row, by: surveying.import_answers(
            survey=row,
            sheet=surveying.AnswerSheet(
                "答卷.xlsx", [(2, ["满意"] * len(QUESTIONS))], list(range(len(QUESTIONS)))
            ),
            by=by,
        ),
    ),
    "close_survey": Act(
        "clerk", surveyed, lambda h, row, by: surveying.close_survey(survey=row, by=by)
    ),
    "take_survey": Act(
        "clerk",
        lambda h: surveyed(h, sheets=20),
        lambda h, row, by: surveying.take_survey(
            survey=row, by=by, row_version=row.indicator.actuals.get(stage="selfeval").version
        ),
    ),
    "describe_form": Act(
        "clerk",
        lambda h: h.review("selfeval"),
        lambda h, row, by: describe_form(
            review=row, by=by, texts={"goal_done": "已建成", "filler": "张三"}
        ),
    ),
    "ask_assistance": Act(
        "clerk",
        lambda h: h.review("selfeval"),
        lambda h, row, by: assisting.ask_assistance(
            review=row,
            indicator=h.indicator,
            asked_of="养护科",
            until=today() + timedelta(days=7),
            by=by,
        ),
    ),
    "answer_by_workbook": Act(
        "clerk",
        asked,
        lambda h, row, by: assisting.answer_by_workbook(
            assistance=row, by=by, value="11公里", answered_by="张工"
        ),
    ),
    "take_assistance": Act(
        "clerk",
        answered,
        lambda h, row, by: assisting.take_assistance(
            assistance=row, by=by, row_version=row.indicator.actuals.get(stage="selfeval").version
        ),
    ),
    "decline_assistance": Act(
        "clerk",
        answered,
        lambda h, row, by: assisting.decline_assistance(assistance=row, by=by, why="口径不同"),
    ),
    "withdraw_assistance": Act(
        "clerk", asked, lambda h, row, by: assisting.withdraw_assistance(assistance=row, by=by)
    ),
}
ORDERED = {
    "confirm_and_order": Act(
        JUDGES,
        lambda h: h.finding(),
        lambda h, row, by: confirm_and_order(
            finding=row, by=by, deadline=today() + timedelta(days=30), why="现场查实"
        ),
    )
}
LINKS = {
    "open_assist_links": Act(
        "security",
        lambda h: None,
        lambda h, row, by: open_assist_links(
            division=h.division, on=True, by=by, why="等保要求已核"
        ),
    )
}
