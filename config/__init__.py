"""Composition root: settings, urls, the Celery application. Only the processes themselves import it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
