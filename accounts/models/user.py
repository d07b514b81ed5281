"""People and what they may do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Self

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils.functional import cached_property

from core import times
from core.errors import DomainError

_MOST_SHOWN = 99  # unread messages, as a number beside the bell


class Role(models.TextChoices):
    """Permission levels, each including the ones before it."""

    VIEWER = "viewer", "Viewer"
    AUTHOR = "author", "Author"
    REVIEWER = "reviewer", "Reviewer"
    ADMINISTRATOR = "administrator", "Administrator"

    @property
    def rank(self) -> int:
        """Return the role's level as a number, for comparison only."""
        return list(Role).index(self)


class Theme(models.TextChoices):
    AUTO = "auto", "As the device"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class Density(models.TextChoices):
    COMFORTABLE = "comfortable", "Comfortable"
    COMPACT = "compact", "Compact"


class DigestFrequency(models.TextChoices):
    DAILY = "daily", "On business days"
    WEEKLY = "weekly", "Once a week"
    OFF = "off", "Never"


class DigestWay(models.TextChoices):
    """Delivery of reminders to a person. The inbox holds all of them in any case."""

    MAIL = "mail", "By e-mail"
    CHAT = "chat", "By chat, through a channel of mine"
    INBOX = "inbox", "In the inbox only"


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is in the IANA time zone database, as spelt there.

    Forms and files take a name in any case and store it as the database spells it.
    """
    if times.canonical_zone(name) != name:
        raise ValidationError(times.no_such_zone(name))


class LastAdministrator(DomainError):
    """Raised when a change would leave Nevertwice without an administrator."""

    def __init__(self) -> None:
        super().__init__(
            "This is the only active administrator. Make somebody else an administrator first."
        )


class UserQuerySet(models.QuerySet["User"]):
    def active_administrators(self) -> Self:
        return self.filter(role=Role.ADMINISTRATOR, is_active=True)

    def keep_an_administrator_besides(self, going: Collection[int]) -> None:
        """Hold the active administrators until the transaction ends, so that two who give up the
        role at the same time cannot both do so.

        Raises LastAdministrator when nobody is left besides the people with the keys `going`.
        """
        held = self.model._default_manager.active_administrators().order_by("pk")
        administrators = set(held.select_for_update().values_list("pk", flat=True))
        if administrators and administrators <= set(going):
            raise LastAdministrator

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete these people. Raises LastAdministrator."""
        with transaction.atomic():
            self.keep_an_administrator_besides(self.values_list("pk", flat=True))
            return super().delete()

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def update(self, **values: Any) -> int:
        """Change these people at once. Raises LastAdministrator."""
        role, is_active = values.get("role", Role.ADMINISTRATOR), values.get("is_active", True)
        if role == Role.ADMINISTRATOR and is_active:
            return super().update(**values)
        with transaction.atomic():
            self.keep_an_administrator_besides(self.values_list("pk", flat=True))
            return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]


class UserManager(DjangoUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def called(self, name: str) -> User | None:
        """The person with this user name or e-mail address, in any case; None where nobody has it.

        The exact user name wins. Raises MultipleObjectsReturned where the name means several.
        """
        exact = self.filter(username=name).first()
        if exact is not None:
            return exact
        found = self.filter(models.Q(username__iexact=name) | models.Q(email__iexact=name))
        if len(people := list(found[:2])) > 1:
            raise self.model.MultipleObjectsReturned(name)
        return people[0] if people else None

    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> User:
        return super().create_superuser(
            username, email, password, **{"role": Role.ADMINISTRATOR} | extra
        )


class User(AbstractUser):
    """A person who signs in. Only administrators are Django's staff and superusers."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField("name", max_length=150, blank=True)
    email = models.EmailField("e-mail address", unique=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.AUTHOR)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.AUTO)
    density = models.CharField(
        "density of lists", max_length=12, choices=Density, default=Density.COMFORTABLE
    )
    digest = models.CharField(
        "reminder digest", max_length=8, choices=DigestFrequency, default=DigestFrequency.DAILY
    )
    digest_hour = models.PositiveSmallIntegerField(
        "hour of the digest",
        null=True,
        blank=True,
        help_text="earliest hour of the digest, in the person's time zone; empty: the default",
    )
    quiet_weekdays = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name="quiet days",
        default=list,
        blank=True,
        help_text="days of the week without a digest: 1 is Monday, 7 is Sunday",
    )
    digest_by = models.CharField(
        "way of the digest", max_length=8, choices=DigestWay, default=DigestWay.MAIL
    )
    unread = models.PositiveIntegerField(
        default=0, editable=False, help_text="unread messages in the inbox"
    )

    objects = UserManager()  # type: ignore[misc]

    class Meta(AbstractUser.Meta):
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_in_any_case",
                violation_error_message="This e-mail address is already in use.",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="user_role_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(role=Role.ADMINISTRATOR, is_superuser=True, is_staff=True)
                | models.Q(is_superuser=False, is_staff=False) & ~models.Q(role=Role.ADMINISTRATOR),
                name="user_administrators_are_superusers",
            ),
            models.CheckConstraint(
                condition=models.Q(digest_hour=None) | models.Q(digest_hour__lt=24),
                name="user_digest_hour_is_an_hour",
            ),
            models.CheckConstraint(
                condition=models.Q(quiet_weekdays__contained_by=list(range(1, 8))),
                name="user_quiet_weekdays_are_weekdays",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the person. Raises LastAdministrator when no active administrator would be left."""
        self.is_staff = self.is_superuser = self.role == Role.ADMINISTRATOR
        if (fields := kwargs.get("update_fields")) is not None and "role" in fields:
            kwargs["update_fields"] = {*fields, "is_staff", "is_superuser"}
        may_demote = fields is None or not {"role", "is_active"}.isdisjoint(fields)
        if self._state.adding or not may_demote or self.is_at_least(Role.ADMINISTRATOR):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            User.objects.keep_an_administrator_besides([self.pk])
            super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the person. Raises LastAdministrator for the only active administrator."""
        with transaction.atomic():
            User.objects.keep_an_administrator_besides([self.pk])
            return super().delete(*args, **kwargs)

    @property
    def unread_shown(self) -> str:
        """Return the number of unread messages, shortened to fit; empty if there are none."""
        return "99+" if self.unread > _MOST_SHOWN else str(self.unread or "")

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    def is_at_least(self, role: Role) -> bool:
        """Tell whether this person may do what `role` may. A deactivated person may do nothing."""
        return self.is_active and Role(self.role).rank >= role.rank

    @cached_property
    def team_keys(self) -> frozenset[int]:
        """The keys of the teams that this person is in or leads, asked once for each object."""
        led = self.teams_led.values_list("pk", flat=True)
        return frozenset(self.teams.values_list("pk", flat=True).union(led))

    @property
    def initials(self) -> str:
        """Return one or two letters of the name, for places without room for all of it."""
        words = str(self).replace(".", " ").split()
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split(" ", 1)[0]
