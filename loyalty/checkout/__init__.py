"""From what the desk typed to a posted receipt: draft, quote, confirmation, rows."""
