"""Hours in which people may be written to. Pure: standard library only."""

from datetime import UTC, datetime, time, timedelta, tzinfo

DAY_BEGINS = time(10)
DAY_ENDS = time(20)


def next_daytime(moment: datetime, zone: tzinfo) -> datetime:
    """The moment itself if it is daytime in the zone, else the next 10:00 there; aware, in UTC."""
    local = moment.astimezone(zone)
    if DAY_BEGINS <= local.time() < DAY_ENDS:
        return moment
    day = local.date() + timedelta(days=0 if local.time() < DAY_BEGINS else 1)
    return datetime.combine(day, DAY_BEGINS, tzinfo=zone).astimezone(UTC)
