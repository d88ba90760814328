"""The admin: what staff see, may do and may not."""
