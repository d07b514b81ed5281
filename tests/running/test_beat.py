"""Of several beats, one works."""

from config.beat import LeadingScheduler
from config.celery import app


def scheduler(folder, name) -> LeadingScheduler:
    return LeadingScheduler(app=app, schedule_filename=str(folder / name), lazy=True)


def test_a_second_beat_stands_by_until_the_first_is_gone(db, tmp_path):
    first, second = scheduler(tmp_path, "first"), scheduler(tmp_path, "second")
    first.setup_schedule()
    second.setup_schedule()

    assert first.leads()
    assert not second.leads()
    assert first.leads(), "the one at work stays"
    assert second.tick() == 30

    first.close()

    assert second.leads()
    second.close()
