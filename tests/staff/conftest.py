"""The second step is asked for as in production; counts of tries begin anew."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def second_step(settings):
    settings.STAFF_SECOND_STEP = True
    cache.clear()
