"""The reception's one page: find a patient, quote, confirm, refund."""
