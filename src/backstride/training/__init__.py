"""What was done before it hurt: measures from runs and shoes. No limit stands here; what a measure means stands in knowledge."""

from backstride.training.measures import measures_of

__all__ = ["measures_of"]
