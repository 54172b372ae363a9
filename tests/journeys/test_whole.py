"""After all journeys: every record of the platform agrees, and nothing personal came out. Runs last."""

from tests.journeys.agreement import agree
from tests.journeys.platform import Platform


def test_every_case_agrees_with_what_it_told_and_with_its_view(platform: Platform) -> None:
    agree(platform)
