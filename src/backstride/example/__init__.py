"""The made-up runner, and the one writer of run files that demo, docs, tests and bench share."""
