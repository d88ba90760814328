"""A year of a small clinic, and a draft that somebody asks about."""

import random
import sys
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection

from loyalty.models import ProgramVersion, WhatIfRun
from loyalty.program.versions import create_draft, current_version
from loyalty.rules.compilation import compile_program
from loyalty.what_if import counting
from loyalty.what_if.asking import ask
from loyalty.what_if.part import live_part
from loyalty.what_if.result import TriedProgram, WhatIf
from loyalty.what_if.trial.comparison import Comparison, Winners
from loyalty.what_if.trial.totals import Totals
from tests.programs import publish_preset
from tests.what_if.programs import preset
from tests.what_if.worlds import LONG_BEFORE, PERIOD, STARTS_AT, UNTIL, live, make_members, make_visits

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


def store_run(pk: int, *, version: ProgramVersion, state: str) -> WhatIfRun:
    """In any state; of a done one the result is made up: Gold loses, Silver wins."""
    return WhatIfRun.objects.create(
        pk=pk,
        version=version,
        revision=version.revision,
        compared=current_version(at=AT),
        months=12,
        asked_at=AT,
        state=state,
        done=12_000,
        total=45_000,
        result=_made_up_result().as_json() if state == "DONE" else None,
    )


def _made_up_result() -> WhatIf:
    program = compile_program(preset("dentistry"))
    now, then = Totals(points_left=1_234_567, points_burnt=20), Totals(points_left=1_034_567, points_burnt=30)
    for totals, issued in ((now, 9_000_000), (then, 8_000_000)):
        for code in ("standart", "silver", "gold"):
            tier = totals.of_tier(code)
            tier.receipts, tier.members, tier.price_kopecks = 15_000, 700, 98_765_432_10
            tier.points_kopecks, tier.points_spent, tier.points_issued = 1_234_567_00, 1_234_567, issued
    comparison = Comparison(members=2_100, visitors=2_000, touched_receipts=30_000, touched_members=1_400)
    comparison.by_tier["silver"] = Winners(members=700, winners=700, gained_kopecks=7_654_321_00)
    comparison.by_tier["gold"] = Winners(members=700, losers=700, lost_kopecks=98_765_432_10)
    comparison.moves["gold"] = {"silver": 5}
    return WhatIf(
        period=PERIOD,
        current=TriedProgram.of(program, now),
        draft=TriedProgram.of(program, then),
        comparison=comparison,
        are_budgets_exact=True,
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
