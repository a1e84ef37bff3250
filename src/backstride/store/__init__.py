"""A runner's record on disk: SQLite by default, PostgreSQL for a clinic; streams as Parquet. It gives and takes the nouns."""
