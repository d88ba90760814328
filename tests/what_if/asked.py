"""A year of a small clinic, and a draft that somebody asks about."""

import random
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection

from loyalty.models import ProgramVersion, WhatIfRun
from loyalty.program.versions import create_draft, current_version
from loyalty.what_if import counting
from loyalty.what_if.asking import ask
from loyalty.what_if.part import live_part
from tests.programs import publish_preset
from tests.what_if.programs import preset
from tests.what_if.worlds import LONG_BEFORE, STARTS_AT, UNTIL, live, make_members, make_visits

AT = UNTIL
GENEROUS = {"standart": 8, "silver": 10, "gold": 12, "premium": 15}


def live_a_year(*, members: int = 5, each: int = 3) -> None:
    """Under the dentistry preset as version 1."""
    publish_preset(starts_at=LONG_BEFORE - timedelta(days=1))
    people = make_members(members)
    live(people, make_visits(random.Random(7), members=members, each=each, since=STARTS_AT, until=UNTIL))


def make_draft(document: Mapping[str, Any] | None = None) -> ProgramVersion:
    """A generous one by default."""
    return create_draft(document=dict(document or generous()), at=AT, actor=None)


def generous() -> dict[str, Any]:
    document = preset("dentistry")
    document["earning"]["rules"][0]["effect"]["percent_by_tier"] = GENEROUS
    return document


def ask_for(draft: ProgramVersion, *, months: int = 12) -> WhatIfRun:
    return ask(version=draft, months=months, actor=None, at=AT)


def waiting_run() -> WhatIfRun:
    """Of a draft over a past without receipts: enough where only the claim matters."""
    if not ProgramVersion.objects.exists():
        publish_preset(starts_at=LONG_BEFORE)
    version = make_draft()
    return WhatIfRun.objects.create(
        version=version, revision=0, compared=current_version(at=AT), months=12, asked_at=AT
    )


def count_here(monkeypatch) -> None:
    """Parts are counted in the test's own transaction, which no other process would see."""
    monkeypatch.setattr(
        counting, "live_parts", lambda jobs, *, report: [live_part(job, report=report) for job in jobs]
    )


def rows_of_everything_else() -> dict[str, str]:
    """A digest of every table but the runs' own."""
    with connection.cursor() as cursor:
        tables = [t for t in connection.introspection.table_names(cursor) if t != WhatIfRun._meta.db_table]
        digests = {}
        for table in tables:
            cursor.execute(f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t")
            digests[table] = cursor.fetchone()[0]
    return digests


def worker_command() -> list[str]:
    return [sys.executable, "-m", "tests.what_if.worker_child", connection.settings_dict["NAME"], AT.isoformat()]
