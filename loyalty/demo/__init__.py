"""Made-up clinics, people and two years of receipts: the same for the same day and seed."""
