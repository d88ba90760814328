"""QR codes as inline SVG: black on white whatever the theme, with the quiet zone that scanners need."""

import segno
from django.utils.safestring import SafeString, mark_safe

# Modules of white around the code, by ISO/IEC 18004.
QUIET_ZONE = 4


def qr_svg(payload: str) -> SafeString:
    """The SVG takes the size of its place."""
    code = segno.make(payload, error="m", micro=False)
    svg = code.svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return mark_safe(svg)  # noqa: S308  # drawn by segno, without any text of ours
