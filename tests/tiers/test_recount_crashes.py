"""Kill -9 within the recount of tiers, then the night again: every tier and notice once."""

import pytest

from loyalty.models import NightlyRun, Standing
from loyalty.nightly import night
from notifications.models import OutboxMessage
from tests.nightly.burning import moscow
from tests.nightly.killed import killed_night
from tests.programs import make_member
from tests.tiers.paying import run_tiers

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT = moscow(2026, 11, 28, 3, 10)
MEMBERS = 5
POINTS = ["tiers.before_slice", "tiers.in_slice", "tiers.after_slice"]


@pytest.fixture
def _members_with_unsupported_tiers():
    """Judged by no program yet: two have grown, three lack the support of their tier."""
    run_tiers(turnover={"kind": "lifetime"}, recount="nightly")
    for number in range(MEMBERS):
        make_member(phone=f"+7916000000{number}", tier="silver", turnover=[0, 150_000][number % 2])
    Standing.objects.update(tier_key="")


@pytest.mark.usefixtures("_members_with_unsupported_tiers")
@pytest.mark.parametrize("fail_point", [*POINTS, *(f"{point}:2" for point in POINTS)])
def test_a_killed_recount_is_finished_by_the_next_run(fail_point):
    killed_night(fail_point, at=NIGHT)

    night.run_due_nights(at=NIGHT)

    assert Standing.objects.filter(tier="gold").count() == 2
    assert Standing.objects.filter(tier="silver", grace_until=moscow(2026, 12, 28).date()).count() == 3
    events = OutboxMessage.objects.order_by("event").values_list("event", flat=True)
    assert list(events) == ["tier.at_risk"] * 3 + ["tier.changed"] * 2
    assert NightlyRun.objects.get(step="TIERS").accounts == 2
