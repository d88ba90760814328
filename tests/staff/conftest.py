"""The second step is asked for as in production; counts of tries begin anew."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def second_step(settings):
    settings.STAFF_SECOND_STEP = True
    # What these tests measure is not how long a guess takes.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
