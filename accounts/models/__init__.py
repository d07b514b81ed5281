from accounts.models.holiday import Holiday
from accounts.models.sign_in_link import SignInLink
from accounts.models.team import Team
from accounts.models.user import (
    Density,
    DigestFrequency,
    DigestWay,
    LastAdministrator,
    Role,
    Theme,
    User,
)

__all__ = [
    "Density",
    "DigestFrequency",
    "DigestWay",
    "Holiday",
    "LastAdministrator",
    "Role",
    "SignInLink",
    "Team",
    "Theme",
    "User",
]
