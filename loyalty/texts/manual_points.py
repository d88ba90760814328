"""Why points were given or taken by hand, as the patient and the staff read it."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from loyalty.manual_points import ManualReason

REASON_TITLES: dict[str, Promise] = {
    ManualReason.APOLOGY: gettext_lazy("Our apology"),
    ManualReason.PROMISED: gettext_lazy("Points we had promised"),
    ManualReason.MISTAKE: gettext_lazy("Correction of a mistake"),
    ManualReason.DECISION: gettext_lazy("Decision of the clinic"),
}


def manual_reason(explanation: Mapping[str, Any] | None) -> str:
    """Empty for what was not done by hand."""
    return str(REASON_TITLES.get((explanation or {}).get("manual", ""), ""))
