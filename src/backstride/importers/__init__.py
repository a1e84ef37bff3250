"""Files into nouns: one format a file. Importers know bytes, runs and cases; they judge nothing."""
