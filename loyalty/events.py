"""Codes of the events that loyalty tells patients about; their texts are registered at start-up."""

POINTS_EARNED = "points.earned"
# Context: {"account": id, "last_day": "2026-11-27"}.
POINTS_BURNING_SOON = "points.burning_soon"
