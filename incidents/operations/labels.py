"""Services and tags by name, made where they are missing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.utils.text import slugify

from incidents.models import Service, Tag


def services_named(names: Iterable[str]) -> list[Service]:
    """The services of these names, in any letter case; unknown ones are made."""
    wanted = _by_slug(names, Service)
    known = {service.slug: service for service in Service.objects.filter(slug__in=wanted)}
    for slug, name in wanted.items():
        if slug not in known:
            known[slug], _ = Service.objects.get_or_create(slug=slug, defaults={"name": name})
    return [known[slug] for slug in wanted]


def tags_named(names: Iterable[str]) -> list[Tag]:
    """The tags of these names, in any letter case; unknown ones are made."""
    wanted = _by_slug(names, Tag)
    known = {tag.slug: tag for tag in Tag.objects.filter(slug__in=wanted)}
    for slug, name in wanted.items():
        if slug not in known:
            known[slug], _ = Tag.objects.get_or_create(slug=slug, defaults={"name": name})
    return [known[slug] for slug in wanted]


def slug_for(name: str) -> str:
    """What stands for `name` in an address; names without a Latin letter or digit get a digest."""
    return slugify(name)[:60] or hashlib.blake2b(name.encode(), digest_size=6).hexdigest()


def _by_slug(names: Iterable[str], model: type[Service] | type[Tag]) -> dict[str, str]:
    """Each name by its slug. A name that is already taken keeps the slug that it has."""
    cleaned = [name for name in (" ".join(name.split()) for name in names) if name]
    taken = dict(model.objects.filter(name__in=cleaned).values_list("name", "slug"))
    return {taken.get(name) or slug_for(name): name for name in cleaned}
