"""Services and tags by name, made where they are missing."""

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

Label = TypeVar("Label", Service, Tag)


def services_named(names: Iterable[str], *, by: User) -> list[Service]:
    """Return the services of these names, in any letter case; create unknown ones.

    A service that only incidents have which `by` may not see is spelled as `names` spell it from
    now on: a spelling that `by` did not type would tell of them.
    """
    return _named(names, Service, by)


def tags_named(names: Iterable[str], *, by: User) -> list[Tag]:
    """Return the tags of these names, as `services_named` does services."""
    return _named(names, Tag, by)


def keep_new_names(incidents: Iterable[int], *, by: User, at: datetime) -> None:
    """Keep a revision of each of these incidents, of which a service or tag has another name now,
    and have search find them by it. Again changes nothing."""
    for key in incidents:
        with transaction.atomic():
            held = Incident.objects.select_for_update().get(pk=key)
            revisions.record(held, by=by, at=at, summary="A service or tag has a new name")


def slug_for(name: str) -> str:
    """What stands for `name` in an address; names without a Latin letter or digit get a digest."""
    return slugify(name)[:60] or hashlib.blake2b(name.encode(), digest_size=6).hexdigest()


def _named(names: Iterable[str], model: type[Label], by: User) -> list[Label]:
    slugs = {name: slug_for(name) for name in (" ".join(name.split()) for name in names) if name}
    if not slugs:
        return []
    found = _found(slugs, model)
    new = {slug: name for name, slug in slugs.items() if name not in found and slug not in found}
    if new:
        # Somebody may make the same one in this moment: then theirs is taken.
        model.objects.bulk_create(
            [model(slug=slug, name=name, is_offered=False) for slug, name in new.items()],
            ignore_conflicts=True,
        )
        found = _found(slugs, model)
    # A name that is already taken keeps the slug that it has.
    labels = {name: found.get(name) or found[slug] for name, slug in slugs.items()}
    _spell(labels, model, by, taken=found.keys())
    return list(dict.fromkeys(labels.values()))


def _spell(
    labels: dict[str, Label], model: type[Label], by: User, *, taken: Collection[str]
) -> None:
    """Rename labels that `by` may not know of to how they are typed: the keys of `labels`. Their
    slugs follow, except where `taken` has them already."""
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
    """The labels there are, by slug, and those of a wanted name by it, too."""
    asked = Q(name__in=slugs) | Q(slug__in=slugs.values())
    labels = list(model.objects.filter(asked))
    by_slug = {label.slug: label for label in labels}
    return by_slug | {label.name: label for label in labels if label.name in slugs}
