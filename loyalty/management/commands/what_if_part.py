"""`manage.py what_if_part`: one part of a what-if run, in a process of its own. Started by the portal itself."""

import gc
import json
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from loyalty.what_if.part import PartJob, live_part

# All of a part's queries see one moment of the database, and PostgreSQL itself refuses to write anything.
ONE_MOMENT = "set transaction isolation level repeatable read, read only"

# A member makes some thousands of short-lived values and no cycles.
OBJECTS_A_COLLECTION = 100_000


class Command(BaseCommand):
    help = "Counts one part of a what-if run: the job comes by stdin, progress and the result go to stdout."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        job = PartJob.from_json(json.load(sys.stdin))
        # What the portal itself is made of stays to the end: no collection has to look through it again.
        gc.freeze()
        gc.set_threshold(OBJECTS_A_COLLECTION)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ONE_MOMENT)
            result = live_part(job, report=lambda done: self._tell({"done": done}))
        self._tell({"result": result.as_json()})

    def _tell(self, words: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(words))
        self.stdout.flush()
