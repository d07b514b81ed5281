"""What may stand in HTML that came from a person's text: a check that knows nothing of how it
was made."""

from __future__ import annotations

import re
from html.parser import HTMLParser

TAGS = set(
    re.findall(
        r"\w+",
        "a abbr b blockquote br caption code dd del details div dl dt em h3 h4 h5 h6 hr i img input"
        " ins kbd label li mark ol p pre q s samp section small span strong sub summary sup table"
        " tbody td tfoot th thead tr u ul",
    )
)
ATTRIBUTES = set(
    re.findall(
        r"\w+",
        "align alt checked class disabled href id open rel src start tabindex title type value",
    )
)
CLASSES = re.compile(
    r"(((language|footnote|footnotes|task-list|contains-task|table)[\w+#-]*|code-info|unformatted)"
    r"( |$))+"
)


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []

    def handle_starttag(self, tag, attributes):
        if tag not in TAGS:
            self.problems.append(f"tag {tag}")
        for name, value in attributes:
            if name not in ATTRIBUTES:
                self.problems.append(f"attribute {name} of {tag}")
            self._check_value(tag, name, value or "")

    handle_startendtag = handle_starttag

    def _check_value(self, tag, name, value):
        if name == "href":
            address = re.sub(r"[\x00-\x20]", "", value).lower()
            scheme = re.match(r"([a-z][a-z0-9+.-]*):", address)
            if scheme and scheme[1] not in {"http", "https", "mailto"}:
                self.problems.append(f"address {value}")
        if name == "src" and not re.fullmatch(r"/uploads/[\w%./-]+", value):
            self.problems.append(f"image {value}")
        if name == "id" and not value.startswith("md-"):
            self.problems.append(f"id {value}")
        if name == "class" and not CLASSES.fullmatch(value):
            self.problems.append(f"class {value}")
        if name == "type" and value != "checkbox":
            self.problems.append(f"input {value}")

    def handle_comment(self, text):
        self.problems.append(f"comment {text}")

    def handle_decl(self, text):
        self.problems.append(f"declaration {text}")

    def handle_pi(self, text):
        self.problems.append(f"instruction {text}")

    def unknown_decl(self, text):
        self.problems.append(f"unknown {text}")


def problems_in(html: str) -> list[str]:
    """Every tag, attribute, address and comment in `html` that has no business there."""
    checker = _Checker()
    checker.feed(html)
    checker.close()
    return checker.problems
