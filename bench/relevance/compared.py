"""All engines on all queries, as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.relevance.documents import Plain
from bench.relevance.engines import Engine, engines
from bench.relevance.labels import Labelled
from bench.relevance.measures import Quality, mean, quality


@dataclass(frozen=True)
class Judged:
    """Results of one engine for each query and their quality, in the queries' order."""

    engine: str
    ranked: list[list[str]]
    qualities: list[Quality]

    @property
    def overall(self) -> Quality:
        return mean(self.qualities)


@dataclass(frozen=True)
class Comparison:
    queries: Sequence[Labelled]
    ours: Judged
    others: list[Judged]

    @property
    def is_won(self) -> bool:
        """Tell whether ours beats every other, each in its best way, by each measure."""
        return all(self.ours.overall.beats(other.overall) for other in self.others)

    def table(self) -> Iterator[str]:
        """Return a line per engine, then one per kind of query: ours and the best of each other."""
        yield f"{len(self.queries)} queries{'nDCG@10':>32}{'recall@10':>11}{'MRR':>8}{'first':>8}"
        for judged in (self.ours, *self.others):
            yield _line(judged.engine, judged.overall)
        yield ""
        best = [self.ours, self._best("ts_rank"), self._best("FTS5")]
        yield f"{'nDCG@10 by way of asking':34}" + "".join(f"{b.engine[:10]:>13}" for b in best)
        for kind in dict.fromkeys(query.kind for query in self.queries):
            of_kind = [n for n, query in enumerate(self.queries) if query.kind == kind]
            means = [mean([judged.qualities[n] for n in of_kind]).ndcg for judged in best]
            yield f"{kind:24}{len(of_kind):10}" + "".join(f"{ndcg:13.3f}" for ndcg in means)

    def failures(self) -> Iterator[str]:
        """The queries for which ours has no answer in first place, and what it shows instead."""
        for query, ranked, found in zip(
            self.queries, self.ours.ranked, self.ours.qualities, strict=True
        ):
            if found.first < 1:
                graded = ", ".join(f"{name}={query.grades.get(name, 0)}" for name in ranked[:5])
                wanted = [n for n, grade in query.grades.items() if grade == 2] or query.grades
                yield f"{query.kind:9}{query}\n    found {graded or 'nothing'}"
                places = [str(ranked.index(n) + 1) if n in ranked else "–" for n in wanted]
                pairs = zip(wanted, places, strict=True)
                yield "    answers " + ", ".join(f"{name} at {place}" for name, place in pairs)

    def _best(self, engine: str) -> Judged:
        of_engine = [judged for judged in self.others if judged.engine.startswith(engine)]
        return max(of_engine, key=lambda judged: judged.overall.ndcg)


def compare(documents: Sequence[Plain], queries: Sequence[Labelled]) -> Comparison:
    """Ask every engine every query over `documents`, which are in the product's index."""
    ours, others = engines(documents)
    return Comparison(queries, _judged(ours, queries), [_judged(one, queries) for one in others])


def _judged(engine: Engine, queries: Sequence[Labelled]) -> Judged:
    ranked = [engine.ranked(query) for query in queries]
    pairs = zip(ranked, queries, strict=True)
    return Judged(engine.name, ranked, [quality(found, query.grades) for found, query in pairs])


def _line(engine: str, found: Quality) -> str:
    return f"{engine:34}{found.ndcg:10.3f}{found.recall:11.3f}{found.mrr:8.3f}{found.first:8.0%}"
