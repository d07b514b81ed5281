"""Services and tags by name; missing ones are created."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from accounts.models import User
from incidents.models import Incident, Service, Tag
from incidents.operations import revisions
from incidents.operations.incidents import hold_even_archived

Label = TypeVar("Label", Service, Tag)


def services_named(names: Iterable[str], *, by: User) -> list[Service]:
    """Return the services with these names, ignoring case; create unknown ones.

    A service used only by incidents that `by` may not see is renamed to the spelling in `names`:
    showing a spelling that `by` did not type would reveal those incidents.
    """
    return _named(names, Service, by)


def tags_named(names: Iterable[str], *, by: User) -> list[Tag]:
    """Return the tags with these names, as `services_named` does for services."""
    return _named(names, Tag, by)


def keep_new_names(incidents: Iterable[int], *, by: User, at: datetime) -> None:
    """Record a revision of each of these incidents after a service or tag was renamed.

    This also updates the search index. Again changes nothing.
    """
    for key in incidents:
        with transaction.atomic():
            held = hold_even_archived(key)
            revisions.record(held, by=by, at=at, summary="A service or tag has a new name")


def slug_for(name: str) -> str:
    """Return the slug for `name`; a digest if it has no Latin letter or digit."""
    return slugify(name)[:60] or hashlib.blake2b(name.encode(), digest_size=6).hexdigest()


def _named(names: Iterable[str], model: type[Label], by: User) -> list[Label]:
    slugs = {name: slug_for(name) for name in (" ".join(name.split()) for name in names) if name}
    if not slugs:
        return []
    found = _found(slugs, model)
    new = {slug: name for name, slug in slugs.items() if name not in found and slug not in found}
    if new:
        # If somebody creates the same label at this moment, theirs is used.
        model.objects.bulk_create(
            [model(slug=slug, name=name, is_offered=False) for slug, name in new.items()],
            ignore_conflicts=True,
        )
        found = _found(slugs, model)
    # An existing name keeps its slug.
    labels = {name: found.get(name) or found[slug] for name, slug in slugs.items()}
    _spell(labels, model, by, taken=found.keys())
    return list(dict.fromkeys(labels.values()))


def _spell(
    labels: dict[str, Label], model: type[Label], by: User, *, taken: Collection[str]
) -> None:
    """Rename labels unknown to `by` to the spelling typed, the keys of `labels`.

    Their slugs follow, unless another label in `taken` has that slug.
    """
    typed = {label: name for name, label in reversed(labels.items())}
    others = {
        label: name
        for label, name in typed.items()
        if label.name not in labels or label.slug != slug_for(name)
    }
    if not others:
        return
    among = model.objects.filter(pk__in=[label.pk for label in others])
    known = set(among.offered_beside(Incident.objects.visible_to(by)))
    for label in set(others) - known:
        label.name = label.name if label.name in labels else others[label]
        label.slug = label.slug if slug_for(label.name) in taken else slug_for(label.name)
        label.save(update_fields=["name", "slug"])


def _found(slugs: dict[str, str], model: type[Label]) -> dict[str, Label]:
    """Return existing labels by slug, and by name those whose name is wanted."""
    asked = Q(name__in=slugs) | Q(slug__in=slugs.values())
    labels = list(model.objects.filter(asked))
    by_slug = {label.slug: label for label in labels}
    return by_slug | {label.name: label for label in labels if label.name in slugs}
