"""The points ledger: its kernel in SQL, the acts that call it, and reads."""
