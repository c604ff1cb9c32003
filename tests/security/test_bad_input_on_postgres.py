"""Bad values and bad requests once more on PostgreSQL: NUL, half a pair and 2^63 are where the databases differ."""

from collections.abc import Iterator

import pytest

from tests.security.test_bad_input import (  # noqa: F401  (collected here with this module's world)
    test_a_bad_text_is_refused_on_the_page_and_kept,
    test_a_bad_value_is_refused_by_the_api,
    test_a_place_in_a_list_that_is_none_breaks_nothing,
    test_a_revision_that_is_not_the_present_one_is_a_conflict,
    test_a_submit_token_is_good_for_one_set_of_values,
    test_an_id_that_is_none_leads_nowhere,
    test_bytes_that_are_no_text_break_nothing,
    test_numbers_of_other_habits_have_one_reading,
    test_the_form_counts_and_not_the_address,
    test_what_is_sent_beside_the_form_is_as_if_it_were_not,
)
from tests.support.world import World, world_on

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("postgres", request, tmp_path_factory.mktemp("world"), WTF_CSRF_ENABLED=False) as made:
        yield made
