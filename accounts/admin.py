"""People and teams in the administration."""

from __future__ import annotations

from typing import Any

from allauth.account import admin as allauth_admin  # registers addresses before we take them out
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group
from django.http import HttpRequest

from accounts.models import Holiday, LastAdministrator, Role, SignInLink, Team, User
from accounts.operations import forget_other_addresses
from accounts.time_zones import TimeZoneField

admin.site.site_header = "Nevertwice administration"
admin.site.site_title = "Nevertwice administration"
admin.site.index_title = "Everything that is stored"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.disable_action("delete_selected")  # what may be deleted is asked one by one
admin.site.unregister(allauth_admin.EmailAddress)  # the address stands on the person
admin.site.unregister(Group)  # roles decide what people may do


class PersonForm(UserChangeForm):
    """A person. Refuses to leave nobody who can administer."""

    class Meta(UserChangeForm.Meta):
        field_classes = {**UserChangeForm.Meta.field_classes, "time_zone": TimeZoneField}

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        stays = said.get("role") == Role.ADMINISTRATOR and said.get("is_active")
        if self.instance.pk and not stays and not self.errors:
            try:  # inside the transaction of the admin's page, so it holds until all is saved
                User.objects.keep_an_administrator_besides([self.instance.pk])
            except LastAdministrator as error:
                field = "is_active" if said.get("role") == Role.ADMINISTRATOR else "role"
                self.add_error(field, str(error))
        return said


@admin.register(User)
class PersonAdmin(UserAdmin):
    """People. Somebody who leaves is deactivated, so that what they wrote keeps its author."""

    form = PersonForm
    list_display = ["username", "full_name", "email", "role", "is_active", "time_zone"]
    list_filter = ["role", "is_active", "teams"]
    search_fields = ["username", "full_name", "email"]
    ordering = ["username"]
    readonly_fields = ["last_login", "date_joined"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["full_name", "email", "role", "is_active"]}),
        (
            "Preferences",
            {
                "fields": [
                    "time_zone",
                    "theme",
                    "density",
                    "digest",
                    "digest_by",
                    "digest_hour",
                    "quiet_weekdays",
                ]
            },
        ),
        ("History", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": [
                    *("username", "email", "full_name", "role"),
                    *("usable_password", "password1", "password2"),
                ],
            },
        ),
    ]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_other_addresses(obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Forbid deleting users: revisions, reminders and playbooks refer to them."""
        return False


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ["name", "lead", "size"]
    list_select_related = ["lead"]
    search_fields = ["name"]
    autocomplete_fields = ["lead", "members"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("members")

    @admin.display(description="people")
    def size(self, team: Team) -> int:
        return len(team.members.all())


@admin.register(Holiday)
class HolidayAdmin(admin.ModelAdmin):
    list_display = ["on", "name", "team"]
    list_select_related = ["team"]
    list_filter = ["team"]
    search_fields = ["name"]
    autocomplete_fields = ["team"]


@admin.register(SignInLink)
class SignInLinkAdmin(admin.ModelAdmin):
    """A log of links that were created and used. The links themselves are not stored."""

    list_display = ["user", "expires_at", "used_at"]
    list_select_related = ["user"]
    list_filter = ["used_at"]
    search_fields = ["user__username"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SignInLink | None = None) -> bool:
        return False
