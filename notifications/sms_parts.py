"""How many SMS a text costs. Pure: standard library only.

Plain Latin texts hold 160 characters (153 each when split), any other alphabet 70 (67 each when split).
"""

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# These take an escape character, so two places each.
GSM_EXTENDED = frozenset("^{}\\[~]|€\f")
GSM_SINGLE, GSM_SPLIT = 160, 153
UNICODE_SINGLE, UNICODE_SPLIT = 70, 67

# A non-breaking space or a minus sign would turn a Latin text into Unicode and double its price.
_PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "−": "-", "‑": "-"})


def plain(text: str) -> str:
    """The text with typographic spaces and minus signs replaced by the ones every phone and alphabet has."""
    return text.translate(_PLAIN)


def count_parts(text: str) -> int:
    """Number of SMS the text is billed as; 0 for an empty one."""
    if all(char in GSM_BASIC or char in GSM_EXTENDED for char in text):
        length = sum(2 if char in GSM_EXTENDED else 1 for char in text)
        single, split = GSM_SINGLE, GSM_SPLIT
    else:
        length = len(text.encode("utf-16-be")) // 2
        single, split = UNICODE_SINGLE, UNICODE_SPLIT
    if length <= single:
        return 1 if length else 0
    return -(-length // split)
