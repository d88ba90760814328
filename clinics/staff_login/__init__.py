"""Pages of the staff log-in: password, second step, setting the phone up."""
