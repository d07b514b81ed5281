"""Alternatives to our search, over the same documents in the same run.

PostgreSQL's `ts_rank` and `ts_headline` as Django's SearchRank and SearchHeadline ask for them;
SQLite's FTS5 with BM25 and `snippet()`; and tantivy with snippets, where the package `tantivy` is
installed. Each gives its best twenty, in this process: no page is drawn and nobody is signed in.
A document is an incident's title, sections and causes.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from bench.measurement import Measured
from bench.requests import Answer, Queries, TimedRequest
from bench.serving import Site

try:
    import tantivy
except ImportError:
    tantivy = None

Engine = Callable[[str], Any]
SHOWN = 20
CLASSES = ("rare", "common", "two_common", "two_mixed", "phrase")
_OK: Answer = (200, b"")

_DOCUMENTS = """
SELECT incident.id, incident.title,
  concat_ws(' ', (SELECT string_agg(body, ' ' ORDER BY position) FROM incidents_section
                  WHERE incident_id = incident.id),
                 (SELECT string_agg(text, ' ' ORDER BY position) FROM incidents_rootcause
                  WHERE incident_id = incident.id)) AS body
FROM incidents_incident incident
"""
_VECTOR = (
    "setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'C')"
)
_RANKED = f"""
WITH best AS (
  SELECT id, title, body, ts_rank(vector, asked) AS rank
  FROM bench_plain, websearch_to_tsquery('english', %s) AS asked
  WHERE vector @@ asked ORDER BY rank DESC LIMIT {SHOWN})
SELECT id, title, rank, ts_headline('english', body, websearch_to_tsquery('english', %s)) FROM best
"""


def measured(
    bare: Site, queries: Queries, measure: Callable[[TimedRequest, Site], Measured]
) -> list[Measured]:
    """Each engine with each class of query, as `measure` measures pages."""
    results = []
    for name, make in (("ts_rank + ts_headline", postgres), ("FTS5", fts5), ("tantivy", best_of)):
        engine = make()
        if engine is None:
            print(f"{name}: not installed, left out (pip install tantivy)")
            continue
        for kind in CLASSES:
            texts = getattr(queries, kind)
            one = TimedRequest(
                f"{name}: {kind.replace('_', ' ')}", None, None, _asking(engine, texts)
            )
            results.append(measure(one, bare))
    return results


def _asking(engine: Engine, texts: list[str]) -> Callable[[int], Answer]:
    def ask(number: int) -> Answer:
        engine(texts[number % len(texts)])
        return _OK

    return ask


def documents() -> Iterator[tuple[int, str, str]]:
    """Every document, a few thousand at a time in memory."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DECLARE bench_documents CURSOR FOR {_DOCUMENTS}")
        while True:
            cursor.execute("FETCH 2000 FROM bench_documents")
            rows = cursor.fetchall()
            if not rows:
                return
            yield from rows


def postgres() -> Engine:
    """A stored, weighted vector with a GIN index, as Django's documentation has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('bench_plain') IS NOT NULL")
        if not cursor.fetchone()[0]:
            cursor.execute(
                f"CREATE UNLOGGED TABLE bench_plain AS SELECT *, {_VECTOR} AS vector"
                f" FROM ({_DOCUMENTS}) AS document"
            )
            cursor.execute("CREATE INDEX ON bench_plain USING gin (vector)")
            cursor.execute("ANALYZE bench_plain")

    def search(text: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(_RANKED, [text, text])
            return cursor.fetchall()

    return search


def fts5() -> Engine:
    file = Path(settings.VAR_DIR) / "bench.sqlite3"
    if not file.exists():
        making = file.with_suffix(".new")
        making.unlink(missing_ok=True)
        new = sqlite3.connect(making)
        new.execute("CREATE VIRTUAL TABLE plain USING fts5 (title, body, tokenize='porter')")
        new.executemany("INSERT INTO plain (rowid, title, body) VALUES (?, ?, ?)", documents())
        new.execute("INSERT INTO plain (plain) VALUES ('optimize')")
        new.commit()
        new.close()
        making.rename(file)
    database = sqlite3.connect(file)
    asked = (
        "SELECT rowid, title, snippet(plain, 1, '<mark>', '</mark>', '…', 24) FROM plain"
        f" WHERE plain MATCH ? ORDER BY rank LIMIT {SHOWN}"
    )

    def search(text: str) -> Any:
        terms = re.findall(r'"[^"]+"|\w+', text)
        return database.execute(
            asked, [" ".join(f'"{t.strip(chr(34))}"' for t in terms)]
        ).fetchall()

    return search


def best_of() -> Engine | None:
    """tantivy's; None where it is not installed."""
    if tantivy is None:
        return None
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True)
    builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
    builder.add_text_field("body", stored=True, tokenizer_name="en_stem")
    schema = builder.build()
    folder = Path(settings.VAR_DIR) / "bench.tantivy"
    if not folder.exists():
        making = folder.with_suffix(".new")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        writer = tantivy.Index(schema, path=str(making)).writer(256_000_000)
        for key, title, body in documents():
            writer.add_document(tantivy.Document(id=key, title=title, body=body))
        writer.commit()
        writer.wait_merging_threads()
        making.rename(folder)
    index = tantivy.Index(schema, path=str(folder))
    index.reload()

    def search(text: str) -> Any:
        searcher = index.searcher()
        terms = text if text.startswith('"') else " ".join(f"+{word}" for word in text.split())
        query = index.parse_query(terms, ["title", "body"])
        snippets = tantivy.SnippetGenerator.create(searcher, query, schema, "body")
        found = []
        for _, address in searcher.search(query, SHOWN).hits:
            document = searcher.doc(address)
            found.append((document["title"], snippets.snippet_from_doc(document).to_html()))
        return found

    return search
