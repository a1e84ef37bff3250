"""Why now: what was unusual before a pain, against the runner's own normal."""

from backstride.knowledge.schema import DAY_VALUES, RUN_VALUES
from backstride.training.run_table import RUN_COLUMNS


def test_knowledge_and_columns_speak_of_the_same_values():
    assert set(RUN_VALUES) == set(RUN_COLUMNS)
    assert set(DAY_VALUES) == {"sleep_h", "sitting_h", "stress"}
