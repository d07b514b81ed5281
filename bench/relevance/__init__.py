"""Quality of the ranking: our search beside plain `ts_rank` and SQLite's FTS5."""
