from accounts.models.holiday import Holiday
from accounts.models.sign_in_link import SignInLink
from accounts.models.team import Team
from accounts.models.user import DigestFrequency, DigestWay, Role, Theme, User

__all__ = [
    "DigestFrequency",
    "DigestWay",
    "Holiday",
    "Role",
    "SignInLink",
    "Team",
    "Theme",
    "User",
]
