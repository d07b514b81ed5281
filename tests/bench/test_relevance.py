"""The relevance benchmark: its measures, its labels, and a small part of it from end to end."""

from __future__ import annotations

import pytest

from bench.relevance import documents, labels, transcripts
from bench.relevance.compared import compare
from bench.relevance.measures import Quality, mean, quality

REPORTS = labels.HERE / "reports"
SMALL = (
    *("cert-webhook-expired.md", "cert-internal-ca.md", "disk-docker-layers.md", "dns-ndots.txt"),
    *("disk-inodes.txt", "disk-wal-slot.md", "k8s-etcd-slow.md", "net-conntrack.md"),
)


def test_the_ideal_order_is_worth_one_by_every_measure():
    found = quality(["a", "b", "c"], {"a": 2, "b": 1})

    assert found == Quality(ndcg=1, recall=1, mrr=1, first=1)


def test_an_answer_further_down_is_worth_less():
    found = quality(["x", "b", "a"], {"a": 2, "b": 1})

    assert found.ndcg == pytest.approx((1 / 1.58496 + 3 / 2) / (3 + 1 / 1.58496), abs=1e-4)
    assert (found.recall, found.mrr, found.first) == (1, pytest.approx(1 / 3), 0)


def test_nothing_found_is_worth_nothing():
    assert quality([], {"a": 2}) == Quality(ndcg=0, recall=0, mrr=0, first=0)


def test_each_query_counts_the_same():
    perfect, nothing = quality(["a"], {"a": 2}), quality([], {"a": 2, "b": 1})

    assert mean([perfect, nothing]) == Quality(ndcg=0.5, recall=0.5, mrr=0.5, first=0.5)


def test_transcripts_are_long_and_the_same_every_time(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    texts = [path.read_text() for path in transcripts.write(first)]

    assert texts == [path.read_text() for path in transcripts.write(second)]
    assert min(len(text.split()) for text in texts) > 1_500


def test_every_label_names_a_document(settings, tmp_path):
    seeds = settings.BASE_DIR / "seeds"
    known = {path.stem for path in [*REPORTS.iterdir(), *transcripts.write(tmp_path)]}
    for kind in ("pattern", "playbook"):
        known |= {f"{kind}:{path.stem}" for path in (seeds / f"{kind}s").glob("*.md")}

    assert {name for query in labels.ours() for name in query.grades} - known == set()


def test_every_query_has_an_answer_and_no_more_than_fit_a_page():
    queries = labels.ours()

    assert {max(query.grades.values()) for query in queries} == {2}
    assert max(len(query.grades) for query in queries) <= 10
    assert len({str(query) for query in queries}) == len(queries) > 100


@pytest.mark.django_db
def test_a_small_part_is_ranked_no_worse_than_by_the_others():
    present = documents.loaded([REPORTS / name for name in SMALL])
    names = {document.name for document in present}
    queries = [query for query in labels.ours() if set(query.grades) <= names]

    found = compare(present, queries)

    assert len(queries) >= 3
    assert len(found.others) == 8
    assert all(found.ours.overall.ndcg >= other.overall.ndcg for other in found.others)
    assert len(list(found.table())) > len(found.others)


def test_write_ups_of_others_are_named_by_their_manifest(tmp_path):
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "one.txt").write_text("Disk full")
    (tmp_path / "raw" / "unnamed.txt").write_text("Not listed")
    (tmp_path / "manifest.tsv").write_text("name\tfile\nthe-first\traw/one.txt\n")

    paths, names = documents.in_folder(tmp_path / "raw")

    assert names == {tmp_path / "raw" / "one.txt": "the-first"}
    assert paths == list(names)


def test_queries_of_others_are_read_from_json(tmp_path):
    file = tmp_path / "queries.json"
    file.write_text('{"queries": [{"query": "q", "relevant": [{"name": "a", "grade": 2}]}]}')

    [query] = labels.from_json(file)

    assert (query.text, query.grades, query.service) == ("q", {"a": 2}, "")
