"""backstride: what fits a runner's back pain, why now, and what next."""

__version__ = "0.1.0"
