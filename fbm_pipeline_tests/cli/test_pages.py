"""The verbs that write pages: each names a writer that exists."""

import pytest

from fbm_pipeline.cli.main import parser
from fbm_pipeline.cli.pages import PAGES
from fbm_pipeline.store.declarations import resolve


@pytest.mark.parametrize("verb", PAGES)
def test_a_verb_of_a_page_names_its_writer(verb: str) -> None:
    assert parser().parse_args([verb]).docs is None
    assert resolve(PAGES[verb].writer).__name__ == PAGES[verb].writer.split(":")[1]
