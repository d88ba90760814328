"""Codes of the events that loyalty tells patients about; their texts are registered at start-up."""

POINTS_EARNED = "points.earned"
