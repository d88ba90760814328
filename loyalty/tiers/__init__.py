"""Which tier a member stands in, why, until when, and who moves."""
