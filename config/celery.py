"""Celery: the application, its broker and the beat schedule."""

import os

from celery import Celery
from celery.schedules import crontab
from django.conf import settings

from config import folder_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("nevertwice")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # a worker waits for its broker as long as it takes
    task_ignore_result=True,
    # A task is acknowledged when it has ended: a killed worker's task runs again. Every task
    # is written so that running it twice changes nothing.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    timezone="UTC",
    # Hosts may each run a beat: one works, the others stand by.
    beat_scheduler="config.beat:LeadingScheduler",
    beat_schedule_filename=str(settings.VAR_DIR / "beat" / "schedule"),
    beat_schedule={
        "search statistics": {
            "task": "search.tasks.keep_statistics",
            "schedule": crontab(minute=20),
        },
        # Every quarter of an hour, as clocks differ by: nine o'clock is nine o'clock in Nepal too.
        "reminders": {
            "task": "action_items.tasks.send_due_digests",
            "schedule": crontab(minute="*/15"),
        },
        "urgent": {"task": "action_items.tasks.tell_at_once", "schedule": crontab()},
        "messages": {"task": "messaging.tasks.send_due_messages", "schedule": crontab()},
        "live text": {"task": "incidents.tasks.keep_up_live_text", "schedule": crontab()},
        "passing versions": {
            "task": "incidents.tasks.prune_live_text",
            "schedule": crontab(minute="*/10"),
        },
        "backup": {"task": "backups.tasks.back_up_when_due", "schedule": crontab(minute="*/10")},
        "likeness": {"task": "likeness.tasks.read_what_changed", "schedule": crontab(minute=40)},
    },
)
(settings.VAR_DIR / "beat").mkdir(mode=0o700, parents=True, exist_ok=True)
if settings.CELERY_BROKER_URL.startswith("filesystem:"):
    folder_broker.use()
    for name in ("queue", "processed", "control"):
        (settings.BROKER_DIR / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    app.conf.broker_transport_options = {
        "data_folder_in": str(settings.BROKER_DIR / "queue"),
        "data_folder_out": str(settings.BROKER_DIR / "queue"),
        "processed_folder": str(settings.BROKER_DIR / "processed"),
        "control_folder": str(settings.BROKER_DIR / "control"),
        "store_processed": False,
    }
app.autodiscover_tasks()
