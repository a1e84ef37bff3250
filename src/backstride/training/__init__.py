"""What was done before it hurt: runs, shoes and days into measures. No clinical limit stands here: what a measure means, knowledge says."""

from backstride.training.measures import measures_of, onset_of
from backstride.training.one_run import MEASURE_VERSION, measure_run

__all__ = ["MEASURE_VERSION", "measure_run", "measures_of", "onset_of"]
