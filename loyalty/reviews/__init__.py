"""Reviews of patients: leaving them, looking at them, points for them."""
