"""Quality of the ranking, in a scratch database that is made and dropped.

    python -m bench.relevance                                     # our own labelled set
    python -m bench.relevance --failures                          # and where we miss
    python -m bench.relevance --folder REPORTS --queries FILE     # any write-ups, queries as JSON

On our own set it fails where another engine is better by nDCG@10, recall@10 or MRR.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402

from bench.relevance import documents, labels, transcripts  # noqa: E402
from bench.relevance.compared import Comparison, compare  # noqa: E402
from bench.scratch import scratch_database  # noqa: E402

HERE = Path(__file__).parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.relevance")
    parser.add_argument("--failures", action="store_true", help="list queries answered wrongly")
    parser.add_argument("--folder", type=Path, help="write-ups to search instead of our own")
    parser.add_argument("--queries", type=Path, help="labelled queries about them, as JSON")
    options = parser.parse_args()
    if (options.folder is None) != (options.queries is None):
        parser.error("--folder and --queries belong together.")
    with scratch_database("relevance"):
        found = _theirs(options.folder, options.queries) if options.folder else _ours()
    print("\n".join(found.table()))
    if options.failures:
        print("", *found.failures(), sep="\n")
    if options.folder or found.is_won:
        return 0
    print("\nAnother engine is better.", file=sys.stderr)
    return 1


def _ours() -> Comparison:
    seeds = settings.BASE_DIR / "seeds"
    library = [path for kind in ("patterns", "playbooks") for path in (seeds / kind).glob("*.md")]
    reports = [path for path in (HERE / "reports").iterdir() if path.is_file()]
    with tempfile.TemporaryDirectory() as folder:
        paths = [*library, *reports, *transcripts.write(Path(folder))]
        return compare(documents.loaded(sorted(paths)), labels.ours())


def _theirs(folder: Path, queries: Path) -> Comparison:
    paths, names = documents.in_folder(folder)
    return compare(documents.loaded(paths, names), labels.from_json(queries))


if __name__ == "__main__":
    sys.exit(main())
