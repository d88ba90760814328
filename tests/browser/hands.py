"""What a receptionist does with the keyboard: every group of keys is one action."""

from playwright.sync_api import Page

# Keystroke-level model, seconds: a key, a thought before each group of keys, the answer of the system to it, and
# a hand that takes the scanner or comes back from it.
KEY, THOUGHT, SYSTEM, HAND = 0.28, 1.35, 0.4, 0.4


class Hands:
    """Types, and counts actions and keystrokes; what a scanner types costs no keystroke."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0
        self.keystrokes = 0
        self.hand_moves = 0

    @property
    def seconds(self) -> float:
        return self.keystrokes * KEY + self.hand_moves * HAND + self.actions * (THOUGHT + SYSTEM)

    def scan(self, text: str) -> None:
        """The scanner types by itself and ends with Enter."""
        self.actions += 1
        self.hand_moves += 2
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def type(self, text: str, *keys: str) -> None:
        self.actions += 1
        self._press(text, *keys)

    def type_fields(self, *texts: str) -> None:
        """Fields one after another, with Tab after each: one action, as nobody stops to think between them."""
        self.actions += 1
        for text in texts:
            self._press(text, "Tab")

    def _press(self, text: str, *keys: str) -> None:
        # Ctrl+Enter is two keys.
        self.keystrokes += len(text) + sum(len(key.split("+")) for key in keys)
        self.page.keyboard.type(text)
        for key in keys:
            self.page.keyboard.press(key)
