"""What the program tells the patient, worded at sending."""
