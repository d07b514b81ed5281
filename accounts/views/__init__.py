from accounts.views.mailbox import mailbox, mailbox_message, mailbox_message_html
from accounts.views.profile import density_choose, profile
from accounts.views.server_error import server_error
from accounts.views.sign_in import sign_in_link
from accounts.views.typed_text import csrf_failure, resume, resume_discard

__all__ = [
    "csrf_failure",
    "density_choose",
    "mailbox",
    "mailbox_message",
    "mailbox_message_html",
    "profile",
    "resume",
    "resume_discard",
    "server_error",
    "sign_in_link",
]
