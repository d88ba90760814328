"""Which what-if run is counted next, and by which document of its draft.

Each run keeps two processors busy, and the desks need theirs: runs go one after another.
"""

from datetime import datetime

from django.db import transaction

from clinics import background_runs
from loyalty.models import WhatIfRun


def claim_next(*, claim: str, at: datetime) -> WhatIfRun | None:
    """Take the run that waits longest; None while another is counted. Own transaction."""
    runs = WhatIfRun.objects.select_related("version", "compared")
    with transaction.atomic():
        run = background_runs.claim_next(runs, claim=claim, at=at)
        if run is not None:
            # The document as it is now is what will be counted, from its beginning.
            WhatIfRun.objects.filter(pk=run.pk).update(revision=run.version.revision, done=0)
    return run
