"""The patient's own place: log-in by a one-time code and the pages behind it."""
