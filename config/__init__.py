"""Composition root: settings, urls, the Celery application. Nobody imports it but the processes themselves."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
