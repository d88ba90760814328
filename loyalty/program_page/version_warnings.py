"""What is worth a look before a version is published, though nothing forbids it."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from loyalty.models import ProgramVersion
from loyalty.program.places import place_of
from loyalty.program.price_list import find_program_warnings
from loyalty.program_page.editors import edit_url
from loyalty.program_page.fault_texts import fault_text, place_title


@dataclass(frozen=True, slots=True)
class VersionWarning:
    title: str  # of the rule that it is about
    text: str
    url: str  # of the form that mends it


def warnings_of(version: ProgramVersion, *, at: datetime) -> list[VersionWarning]:
    """As on the day of a moment. One query."""
    document = version.document
    return [
        VersionWarning(
            title=place_title(document, place_of(fault.path)),
            text=fault_text(fault, document=document),
            url=edit_url(number=version.number, document=document, place=place_of(fault.path)),
        )
        for fault in find_program_warnings(document, day=timezone.localtime(at).date())
    ]
