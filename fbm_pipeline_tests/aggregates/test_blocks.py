"""Blocks refuse what a model could not use, and join side by side."""

import numpy as np
import pytest

from fbm_pipeline.aggregates.blocks import Block, joined


def block(name: str, *columns: str, rows: int = 2) -> Block:
    return Block(name, columns, np.arange(rows * len(columns), dtype=float).reshape(rows, len(columns)))


def test_joined_blocks_stand_side_by_side_in_their_order() -> None:
    both = joined([block("first", "a", "b"), block("second", "c")], "both")
    assert (both.name, both.columns) == ("both", ("a", "b", "c"))
    assert both.values.tolist() == [[0, 1, 0], [2, 3, 1]]


@pytest.mark.parametrize(
    ("columns", "values", "told"),
    [
        (("a",), np.zeros((2, 2)), "1 names for values of shape"),
        (("a", "a"), np.zeros((2, 2)), "columns named twice: a"),
        (("a", "b"), np.array([[0.0, np.nan], [1.0, 2.0]]), "not finite in b"),
        (("a",), np.zeros(3), "1 names for values of shape"),
    ],
)
def test_a_block_that_no_model_could_use_is_refused(columns: tuple[str, ...], values: np.ndarray, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Block("wrong", columns, values)


def test_blocks_of_other_players_do_not_join() -> None:
    with pytest.raises(ValueError, match=r"first \(2 rows\), second \(3 rows\)"):
        joined([block("first", "a"), block("second", "b", rows=3)])
    with pytest.raises(ValueError, match="no block"):
        joined([])
    with pytest.raises(ValueError, match="named twice: a"):
        joined([block("first", "a"), block("second", "a")])
