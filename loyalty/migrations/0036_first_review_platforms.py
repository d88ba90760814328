"""The clinic's own form, open from the start, and the usual public sites, closed: their rules may forbid it."""

from django.db import migrations

PLATFORMS = (
    ("own-form", "Отзыв клинике", "Feedback to the clinic", True),
    ("yandex-maps", "Яндекс Карты", "", False),
    ("two-gis", "2ГИС", "", False),
    ("prodoctorov", "ПроДокторов", "", False),
)


def add_platforms(apps, schema_editor):
    platforms = apps.get_model("loyalty", "ReviewPlatform").objects
    for code, name, name_en, is_open in PLATFORMS:
        platforms.get_or_create(code=code, defaults={"name": name, "name_en": name_en, "is_open": is_open})


def remove_platforms(apps, schema_editor):
    """Those that no review names."""
    platforms = apps.get_model("loyalty", "ReviewPlatform").objects
    platforms.filter(code__in=[code for code, *_rest in PLATFORMS], reviews=None).delete()


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0035_reviews")]

    operations = [migrations.RunPython(add_platforms, remove_platforms)]
