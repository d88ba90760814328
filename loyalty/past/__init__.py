"""Receipts of the past, posted as if each had been paid on its day."""
