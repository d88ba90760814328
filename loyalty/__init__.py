"""The program and its rules, the ledger, the checkout, reminders: what the product exists for."""
