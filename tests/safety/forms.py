"""Every form that a page shows, with the values a browser would send."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote_from_bytes, urljoin, urlsplit

from django.test.html import Element, parse_html

Field = tuple[str, str]  # name and value


@dataclass(frozen=True)
class Form:
    """A form that is posted to `address`; `fields` in the order of the page."""

    address: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> list[str]:
        """Return the names that a person, or an attacker, may fill."""
        found = dict.fromkeys(name for name, _ in self.fields)
        return [name for name in found if name != "csrfmiddlewaretoken"]

    def filled(self, **values: bytes | list[bytes] | None) -> bytes:
        """Return the body that is sent with some fields changed; None leaves a field out."""
        pairs: list[tuple[str, bytes]] = [
            (name, value.encode()) for name, value in self.fields if name not in values
        ]
        for name, value in values.items():
            several = value if isinstance(value, list) else [value]
            pairs += [(name, one) for one in several if one is not None]
        return "&".join(
            f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}" for name, value in pairs
        ).encode()


def forms(markup: str, page: str) -> Iterator[Form]:
    """Yield the forms of a page that are posted to this site."""
    for form in _all(parse_html(_body(markup)), "form"):
        attributes = _attributes(form)
        if attributes.get("method", "get").lower() != "post":
            continue
        address = urljoin(page, attributes.get("action", ""))
        if not urlsplit(address).netloc:
            yield Form(urlsplit(address).path, tuple(_fields(form)))


def _body(markup: str) -> str:
    """Return the part of a page that holds forms, as one element."""
    start, end = markup.find("<body"), markup.rfind("</body>")
    return markup[markup.index(">", start) + 1 : end] if start >= 0 else markup


def _all(element: Element | str, name: str) -> Iterator[Element]:
    if isinstance(element, Element):
        if element.name == name:
            yield element
        for child in element.children:
            yield from _all(child, name)


def _attributes(element: Element) -> dict[str, str]:
    return {name: value or "" for name, value in element.attributes}


def _fields(form: Element) -> Iterator[Field]:
    for kind in ("input", "textarea", "select", "button"):
        for field in _all(form, kind):
            attributes = _attributes(field)
            if name := attributes.get("name"):
                yield name, _value(kind, field, attributes)


def _value(kind: str, field: Element, attributes: dict[str, str]) -> str:
    if kind == "textarea":
        return "".join(map(str, field.children))
    if kind == "select":
        options = [_attributes(option) for option in _all(field, "option")]
        chosen = [option for option in options if "selected" in option] or options
        return chosen[0].get("value", "") if chosen else ""
    return attributes.get("value", "on" if attributes.get("type") == "checkbox" else "")
