"""Benchmarks, run by hand: `python -m tests.benchmarks.ledger`. Never part of the test run.

Importing the package sets Django up on a server of the benchmarks' own.
"""

import os

import django

os.environ["PRIVATE_POSTGRES"] = "benchmarks"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
