"""Hours in which people may be written to, and those when one of them wants to be left in peace.

Pure: standard library only.
"""

from datetime import UTC, datetime, time, timedelta, tzinfo

DAY_BEGINS = time(10)
DAY_ENDS = time(20)
# What has just happened is told at any hour: whoever paid at nine in the evening is awake.
PROMPT = timedelta(minutes=15)


def next_daytime(moment: datetime, zone: tzinfo) -> datetime:
    """The moment itself if it is daytime in the zone, else the next 10:00 there; aware, in UTC."""
    local = moment.astimezone(zone)
    if DAY_BEGINS <= local.time() < DAY_ENDS:
        return moment
    day = local.date() + timedelta(days=0 if local.time() < DAY_BEGINS else 1)
    return datetime.combine(day, DAY_BEGINS, tzinfo=zone).astimezone(UTC)


def quiet_end(moment: datetime, *, begins: time, ends: time, zone: tzinfo) -> datetime | None:
    """When the quiet hours that the moment falls into are over, aware, in UTC; None outside of them.

    They may go over midnight; the end itself is no longer quiet.
    """
    now = moment.astimezone(zone)
    if begins < ends:
        if not begins <= now.time() < ends:
            return None
        day = now.date()
    elif now.time() >= begins:
        day = now.date() + timedelta(days=1)
    elif now.time() < ends:
        day = now.date()
    else:
        return None
    return datetime.combine(day, ends, tzinfo=zone).astimezone(UTC)


def may_go_at(*, due_at: datetime, at: datetime, zone: tzinfo) -> datetime:
    """`at` itself, or the next daytime for what is late and would arrive in the night: after a breakdown, say."""
    return at if at - due_at <= PROMPT else next_daytime(at, zone)
