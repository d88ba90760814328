"""The pure half of a what-if: one member's past lived once more under one program, and the totals of many."""
