"""Explanations as sentences: the same words at the desk and in the cabinet."""
