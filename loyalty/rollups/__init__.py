"""Daily rollups: counted by the night, repaired on demand, proved against the ledger to the point."""
