"""Who may write many rows of the house at once."""

from tests.acts.cases_of_work import IMPORTS
from tests.acts.shape import Act

from wenxiao.budget import services as budget

TABLES = {
    "describe_subjects": Act(
        IMPORTS,
        lambda h: h.subject,
        lambda h, row, by: budget.describe_subjects(
            division=h.division,
            rows=[
                budget.DescribedRow(
                    row.pk,
                    1,
                    budget.facts_of(row) | {"manager": "某某"},
                    "|".join(budget.facts_of(row).values()),
                )
            ],
            by=by,
            why="批复载明",
        ),
    )
}
