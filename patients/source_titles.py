"""What a source is called for people."""

from patients.models import SourceChannel
from patients.models.source_channel import OWN_SOURCES


def source_title(code: str) -> str:
    """The channel's name, or the code itself where an import has brought it. At most one query."""
    if not code:
        return "—"
    if code in OWN_SOURCES:
        return str(OWN_SOURCES[code])
    name = SourceChannel.objects.filter(code=code).values_list("name", flat=True).first()
    return name or code
