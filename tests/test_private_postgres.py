"""The private PostgreSQL of demo and tests."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_cyrillic_is_compared_without_case_on_the_private_server():
    with connection.cursor() as cursor:
        cursor.execute("select lower('ИВАНОВА') = 'иванова' and 'Семёнов' ilike 'СЕМЁН%'")

        assert cursor.fetchone() == (True,)
