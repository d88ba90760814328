"""Codes of the events that loyalty tells patients about; their texts are registered at start-up."""

POINTS_EARNED = "points.earned"
# Context: {"receipt": id}.
RECEIPT_NOTE = "receipt.note"
# Context: {"account": id, "last_day": "2026-11-27"}.
POINTS_BURNING_SOON = "points.burning_soon"
# Context: {"code": id of the patients' spending code}.
SPEND_CODE = "spend.code"
# Context: {"receipt": id}.
SPEND_OVERRIDDEN = "spend.overridden"
# Context: {"was": code, "tier": code}.
TIER_CHANGED = "tier.changed"
# Context: {"grace_until": "2026-12-22"}.
TIER_AT_RISK = "tier.at_risk"
# Context: {"operation": id, "version": id}.
GIFT_GIVEN = "gift.given"
