"""What a worker does while something that it needs is away."""

from config.celery import app


def test_worker_and_beat_wait_for_their_broker_as_long_as_it_takes():
    assert app.conf.broker_connection_retry_on_startup
    assert app.conf.broker_connection_max_retries is None, "after a number of tries they would end"
