"""An installation’s broker and its simulated time, reached without Django."""

from __future__ import annotations

from pathlib import Path

from celery import Celery

from config import folder_broker


def producer(url: str, folder: Path) -> Celery:
    """Sends tasks to the workers of the installation in `folder`, whose broker is at `url`."""
    app = Celery("ticks", broker=url)
    if url.startswith("filesystem"):
        folder_broker.use()
        folders = {name: folder / "broker" / name for name in ("queue", "processed", "control")}
        for each in folders.values():
            each.mkdir(parents=True, exist_ok=True)
        app.conf.broker_transport_options = {
            "data_folder_in": str(folders["queue"]),
            "data_folder_out": str(folders["queue"]),
            "processed_folder": str(folders["processed"]),
            "control_folder": str(folders["control"]),
        }
    return app


def clock_file(folder: Path) -> Path:
    """Where the time stands, in ISO form, in the installation in `folder`, if it is simulated."""
    return folder / "simulated-time"
