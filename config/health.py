"""Health checks of this process, for supervisors and load balancers."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backups import status


@require_safe
@login_not_required
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 where the database does, else 503, and the age of the last backup.

    An old backup is a warning in the text, never a failure: restarting this process would not help.
    """
    try:
        backup = status.current(timezone.now())
    except Error:
        return HttpResponse("The database is not responding.\n", "text/plain", status=503)
    return HttpResponse(f"ok\nbackup: {backup.line}\n", "text/plain")
