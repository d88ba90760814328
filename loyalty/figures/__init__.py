"""Figures of the business, read from receipts, refunds and reminders: reports and tiles only show them."""
