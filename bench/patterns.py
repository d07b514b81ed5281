"""Quality of pattern suggestions on labelled write-ups.

    python -m bench.patterns FOLDER LABELS.tsv

FOLDER holds write-ups in any form that `manage.py import` reads, in folders named after where they
come from. Each line of LABELS is `folder__file-name-without-ending<TAB>slug,slug`; a label that is
no pattern of the library, such as `none`, means that no pattern is right. Needs no database.

Printed: how often the first suggestion is right (of the reports about which anything is said), how
many of all labels are among the three suggested, and about how many reports nothing is said: cold,
and with what the decisions about all other reports teach, leaving out each report, or each source,
in turn, so that nothing is ever asked about what it has learned from.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from core.exchange.files import read_text  # noqa: E402
from core.exchange.folder import look_into  # noqa: E402
from incidents.exchange import parse  # noqa: E402
from likeness import cue_library, cue_scoring, feedback  # noqa: E402
from likeness.cues import Cues  # noqa: E402
from likeness.features import Analysis, Features  # noqa: E402
from likeness.feedback import Feedback  # noqa: E402
from likeness.pattern_suggestions import ranked, worth_showing  # noqa: E402
from likeness.sentences import sentences  # noqa: E402
from playbooks.exchange import parse_pattern  # noqa: E402

SEEDS = Path(__file__).resolve().parent.parent / "seeds" / "patterns"


@dataclass(frozen=True)
class Report:
    """A labelled write-up, as the product reads it."""

    name: str
    source: str
    labels: frozenset[str]
    analysis: Analysis


@dataclass(frozen=True)
class Result:
    """Counts of the suggestions for all reports."""

    reports: int
    silent: int
    first_right: int
    shown: int
    right: int
    labels: int

    def __str__(self) -> str:
        spoken = self.reports - self.silent
        return (
            f"precision at 1 {self.first_right / max(spoken, 1):.2f}   "
            f"recall at 3 {self.right / max(self.labels, 1):.2f}   "
            f"silent {self.silent} of {self.reports}   "
            f"of all {self.shown} suggestions right {self.right / max(self.shown, 1):.2f}"
        )


def the_library(folder: Path) -> tuple[Cues, frozenset[str]]:
    """The cues of the patterns in `folder`, and their slugs."""
    found = [parse_pattern(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*"))]
    patterns = [
        SimpleNamespace(
            slug=one.slug,
            name=one.said.name,
            definition=one.said.definition,
            recognise=one.said.recognise,
            signals=one.said.signals,
        )
        for one in found
    ]
    return Cues(cue_library.all_cues(patterns)), frozenset(one.slug for one in found)


def labelled(path: Path, slugs: frozenset[str]) -> dict[str, frozenset[str]]:
    """The patterns of the library that each report is labelled with, by its name."""
    lines = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return {
        line[0]: frozenset(line[1].split(",")) & slugs
        for line in lines
        if len(line) > 1 and line[0] != "name"
    }


def reports(folder: Path, labels: Mapping[str, frozenset[str]], cues: Cues) -> list[Report]:
    """The labelled write-ups under `folder`, read."""
    found = []
    for path in look_into(folder).files:
        name = f"{path.parent.name}__{path.stem}"
        if name not in labels:
            continue
        text = sentences(parse(read_text(path), name=path.name))
        analysis = Analysis(
            Features(()), feedback.stems_of(text), cue_scoring.findings(text, cues), stamp=""
        )
        found.append(Report(name, path.parent.name, labels[name], analysis))
    return found


def taught_by(examples: Iterable[Report]) -> dict[str, Feedback]:
    """Return what is learned from the labels of these reports, as from decisions."""
    kept = list(examples)
    documents = Counter(one for report in kept for one in report.analysis.stems)
    slugs = sorted({slug for report in kept for slug in report.labels})
    return {
        slug: feedback.feedback_from(
            [report.analysis.stems for report in kept if slug in report.labels],
            [],
            documents,
            len(kept),
        )
        for slug in slugs
    }


def judged(found: list[Report], taught: Callable[[Report], Mapping[str, Feedback]]) -> Result:
    """Return the suggestions for each report, with what `taught` says was learned before it."""
    silent = first_right = shown = right = 0
    for report in found:
        slugs = [slug for _, slug in worth_showing(ranked(report.analysis, taught(report)))]
        silent += not slugs
        first_right += bool(slugs) and slugs[0] in report.labels
        shown += len(slugs)
        right += len(report.labels.intersection(slugs))
    labels = sum(len(report.labels) for report in found)
    return Result(len(found), silent, first_right, shown, right, labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--patterns", type=Path, default=SEEDS, help="files of the library")
    asked = parser.parse_args()
    cues, slugs = the_library(asked.patterns)
    found = reports(asked.folder, labelled(asked.labels, slugs), cues)
    sources = {report.source for report in found}
    by_source = {
        source: taught_by(one for one in found if one.source != source) for source in sources
    }

    print(f"{len(found)} reports from {len(sources)} sources\n")
    print(f"cold                        {judged(found, lambda _: {})}")
    print(f"learned from other sources  {judged(found, lambda one: by_source[one.source])}")
    others = judged(found, lambda one: taught_by(other for other in found if other is not one))
    print(f"learned from all others     {others}")


if __name__ == "__main__":
    main()
