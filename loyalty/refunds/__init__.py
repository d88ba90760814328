"""Giving money and points back: what is still whole, what would happen, the acts."""
