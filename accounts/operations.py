"""Every write to people and sign-in links."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.urls import reverse

from accounts.models import DigestFrequency, Role, SignInLink, User
from core import times
from core.errors import DomainError

FIRST_ADMINISTRATOR = "admin"
PREFERENCES = [
    *("full_name", "email", "time_zone", "theme", "density"),
    *("digest", "digest_by", "digest_hour", "quiet_weekdays"),
]


class LinkSpent(DomainError):
    """A sign-in link that was used, has expired, was altered or never existed."""


class AdministratorThere(DomainError):
    """Raised when there is an administrator already, who can invite others."""

    def __init__(self, administrator: User) -> None:
        name = administrator.username
        super().__init__(
            f"“{name}” is an active administrator. "
            f"For a sign-in link, run: manage.py sign_in_link {name}"
        )


def issue_sign_in_link(user: User, *, at: datetime) -> str:
    """The whole address of a new link that signs `user` in once, within 15 minutes."""
    token = SignInLink.objects.issue(user, at=at)
    return settings.SITE_URL + reverse("sign_in_link", args=[token])


def use_sign_in_link(token: str, *, at: datetime) -> User:
    """Use up the link with this token and return whose it is.

    Of several who try at the same time, one gets in. Raises LinkSpent for all others.
    """
    link = SignInLink.objects.for_token(token).usable(at).select_related("user").first()
    # Without a join: PostgreSQL asks only the row itself again after waiting for it.
    used = link and SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at)
    if link is None or not used:
        raise LinkSpent("This sign-in link has been used, or is older than 15 minutes.")
    return link.user


@transaction.atomic
def first_sign_in_link(*, at: datetime) -> str | None:
    """A one-time link for the first administrator while no administrator has another way in.

    With nobody in the database, the administrator is made first. None as soon as one active
    administrator has a password.
    """
    administrators = User.objects.active_administrators()
    if administrators.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
        return None
    administrator = administrators.order_by("pk").first()
    if administrator is None and not User.objects.exists():
        administrator, _ = User.objects.get_or_create(
            username=FIRST_ADMINISTRATOR,
            defaults={
                "email": f"{FIRST_ADMINISTRATOR}@localhost",
                "role": Role.ADMINISTRATOR,
                "password": UNUSABLE_PASSWORD_PREFIX,
            },
        )
    return issue_sign_in_link(administrator, at=at) if administrator else None


@transaction.atomic
def restore_administrator(username: str, *, at: datetime) -> str:
    """Return a one-time link for the person called `username`, made an active administrator.

    Nobody of that name yet: an account is made. Only for when no active administrator is left;
    raises AdministratorThere otherwise, and ValidationError for a name that cannot be one.
    """
    there = User.objects.active_administrators().order_by("pk").select_for_update().first()
    if there is not None:
        raise AdministratorThere(there)
    person = User.objects.filter(username__iexact=username).order_by("pk").first()
    if person is None:
        person = User(username=username, email=f"{username}@localhost")
        person.password = UNUSABLE_PASSWORD_PREFIX
    person.role, person.is_active = Role.ADMINISTRATOR, True
    person.clean_fields(exclude=["password"])
    person.save()
    return issue_sign_in_link(person, at=at)


def has_administrator() -> bool:
    """Return whether anybody active can administer Nevertwice."""
    return User.objects.active_administrators().exists()


def choose_time_zone(user: User, time_zone: str) -> None:
    """Show `user` times in this zone, named in any case.

    Raises ValidationError for an unknown one.
    """
    _choose(user, "time_zone", times.canonical_zone(time_zone) or time_zone)


def choose_density(user: User, density: str) -> None:
    """Show `user` lists in this density. Raises ValidationError for an unknown one."""
    _choose(user, "density", density)


def _choose(user: User, name: str, value: str) -> None:
    """Save one field of `user` if its value is valid. Raises ValidationError."""
    setattr(user, name, value)
    user.clean_fields(exclude=[field.name for field in User._meta.fields if field.name != name])
    user.save(update_fields=[name])


@transaction.atomic
def change_profile(user: User) -> None:
    """Save what `user` changed of their own name, address and preferences.

    Mail for signing in goes to the address saved here and to no older one.
    """
    user.save(update_fields=PREFERENCES)
    forget_other_addresses(user)


def turn_off_reminders(user: User) -> None:
    """Send `user` no more reminders. What is on its way already is dropped when its turn comes."""
    user.digest = DigestFrequency.OFF
    user.save(update_fields=["digest"])


def forget_other_addresses(user: User) -> None:
    """Drop the addresses that sign-in remembers for `user` beside the one on the person."""
    EmailAddress.objects.filter(user=user).exclude(email__iexact=user.email).delete()
