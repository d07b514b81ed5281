from accounts.models.sign_in_link import SignInLink
from accounts.models.team import Team
from accounts.models.user import Role, Theme, User

__all__ = ["Role", "SignInLink", "Team", "Theme", "User"]
