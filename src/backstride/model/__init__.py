"""The nouns: what a record, a run, an observation and an assessment are. Nothing here computes or judges."""
