"""Reasoning: red flags first, then what fits, why, and what to ask next. It decides from knowledge files alone."""
