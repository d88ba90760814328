"""A version as its page tells it: numbered sentences by chapter, each with the form that changes it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from loyalty.models import ProgramVersion
from loyalty.program.names import read_names
from loyalty.program.places import LISTS, Document, Place, RuleKind, place_of, value_at
from loyalty.program.sentences import Reader, tell_program
from loyalty.program.telling import SECTION_TITLES, Section, Sentence
from loyalty.program_page.editors import EDITORS, NEW, edit_url

# What a chapter offers besides its sentences: (section, part or kind of rule, text).
PARTS = {
    Section.WELCOME: "welcome",
    Section.EARNING: "earning",
    Section.SPENDING: "redemption",
    Section.LIFE: "points",
    Section.TIERS: "tiers",
    Section.REMINDERS: "reminders",
}
NEW_RULES = {
    Section.EARNING: (RuleKind.EARNING, lambda: _("Add an earning rule")),
    Section.DISCOUNTS: (RuleKind.PROMOTION, lambda: _("Add a promotion")),
    Section.GIFTS: (RuleKind.GIFT, lambda: _("Add a gift")),
}


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ToldSentence:
    number: int
    text: str
    is_internal: bool
    link: str
    edit_url: str  # empty outside of a draft, and for one who may not change it
    copy_url: str  # of the first sentence of a rule
    place_text: str  # what the edit button is for, to those who hear the page


@dataclass(frozen=True, slots=True)
class ToldChapter:
    code: str
    title: str
    sentences: tuple[ToldSentence, ...]
    links: tuple[Link, ...]


def tell_version(version: ProgramVersion, *, is_editable: bool) -> list[ToldChapter]:
    """One query for the names. Of a draft every chapter is shown, the empty ones with what they can begin with."""
    document = version.document
    told = tell_program(document, names=read_names(document), reader=Reader.STAFF)
    numbered = list(enumerate(told, start=1))
    chapters = []
    for section, title in SECTION_TITLES.items():
        own = [(number, sentence) for number, sentence in numbered if sentence.section == section]
        sentences = tuple(_told(number, each, version, is_editable=is_editable) for number, each in own)
        reached = {sentence.edit_url for sentence in sentences}
        links = tuple(link for link in _links(section, version) if link.url not in reached) if is_editable else ()
        if sentences or links:
            chapters.append(ToldChapter(section.value, str(title), sentences, links))
    return chapters


def sentences_at(document: Document, place: Place) -> list[Sentence]:
    """What the document says of one part. One query."""
    told = tell_program(document, names=read_names(document), reader=Reader.STAFF)
    return [sentence for sentence in told if place and place_of(sentence.path)[: len(place)] == place]


def _told(number: int, sentence: Sentence, version: ProgramVersion, *, is_editable: bool) -> ToldSentence:
    place = place_of(sentence.path)
    url = edit_url(number=version.number, document=version.document, place=place) if is_editable else ""
    return ToldSentence(
        number=number,
        text=sentence.text,
        is_internal=sentence.is_internal,
        link=sentence.link,
        edit_url=url,
        copy_url=_copy_url(version, place) if is_editable else "",
        place_text=_("Change sentence %(number)s") % {"number": number},
    )


def _copy_url(version: ProgramVersion, place: Place) -> str:
    for kind, rules in LISTS.items():
        if place[:-1] == rules:
            code = value_at(version.document, (*place, "code"))
            return f"{_rule_url(version, kind)}?copy={code}"
    return ""


def _links(section: Section, version: ProgramVersion) -> tuple[Link, ...]:
    links = []
    if section in NEW_RULES:
        kind, text = NEW_RULES[section]
        links.append(Link(text(), _rule_url(version, kind)))
    if section in PARTS:
        links.append(_part_link(version, PARTS[section]))
    if section == Section.DISCOUNTS:
        links += [_part_link(version, slug) for slug in ("card", "manual", "discounts")]
    return tuple(links)


def _part_link(version: ProgramVersion, slug: str) -> Link:
    url = reverse("admin:program_part", kwargs={"number": version.number, "slug": slug})
    return Link(str(EDITORS[slug].title), url)


def _rule_url(version: ProgramVersion, kind: RuleKind) -> str:
    return reverse("admin:program_rule", kwargs={"number": version.number, "kind": kind.value, "code": NEW})
