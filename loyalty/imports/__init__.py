"""Files of a previous system: patients with their balances, and receipts replayed through a program."""
