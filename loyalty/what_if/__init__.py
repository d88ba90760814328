"""What-if: the receipts of the past months once more, under a draft and under the version in force, side by side.

Nothing that the clinic works with is read back from the trial or changed by it: it lives in memory, member by
member, and leaves only its totals. `docs/what-if.md` says what it assumes.
"""
