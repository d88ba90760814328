"""What a browser would send from a form of the page: every control with the value it shows."""

from html.parser import HTMLParser

PROGRAM = "/admin/program/"


class Controls(HTMLParser):
    """The successful controls of the page's own form; buttons are pressed by the test."""

    def __init__(self):
        super().__init__()
        self.found = {}
        self.is_inside = False
        self.select = None
        self.textarea = None

    def put(self, name, value):
        self.found.setdefault(name, []).append(value)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.is_inside = "program-form" in attrs.get("class", "")
        if not self.is_inside:
            return
        if tag == "input" and attrs.get("name"):
            is_tick = attrs.get("type") in ("checkbox", "radio")
            if not is_tick or "checked" in attrs:
                self.put(attrs["name"], attrs.get("value", "on" if is_tick else ""))
        elif tag == "select":
            self.select = [attrs["name"], None]
        elif tag == "option" and self.select and ("selected" in attrs or self.select[1] is None):
            self.select[1] = attrs.get("value", "")
        elif tag == "textarea":
            self.textarea = [attrs["name"], ""]

    def handle_data(self, data):
        if self.textarea:
            self.textarea[1] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.is_inside = False
        elif tag == "select" and self.select:
            self.put(self.select[0], self.select[1] or "")
            self.select = None
        elif tag == "textarea" and self.textarea:
            self.put(self.textarea[0], self.textarea[1].removeprefix("\n"))
            self.textarea = None


def controls(answer):
    """Names with lists of values."""
    parser = Controls()
    parser.feed(answer.content.decode())
    parser.found.pop("csrfmiddlewaretoken", None)
    return parser.found


def send(client, url, changes=None, **pressed):
    """Open the form, change what the test types, and save."""
    page = client.get(url)
    assert page.status_code == 200, page
    return client.post(url, controls(page) | (changes or {}) | pressed)
