"""What happens by itself every night of every clinic."""
