"""The rule engine: pure functions over frozen values, in points, kopecks, basis points and calendar days.

Imports the standard library, `clinics.money`, `clinics.calendar` and its own modules only.
"""
