"""Other products, run by their own virtualenvs, from the requirements beside this file."""
