"""How long a mail waits before it is tried again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.notifications.backoff import WITH_OUR_SERVER, WITH_OURSELVES, WITH_THEIR_SERVER, Patience, wait

EVERY = (WITH_OUR_SERVER, WITH_THEIR_SERVER, WITH_OURSELVES)


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 30), (2, 60), (3, 120), (7, 1920), (8, 3600), (50, 3600), (10_000, 3600)]
)
def test_the_pause_doubles_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert wait(attempts, WITH_THEIR_SERVER, urgent=False, spread=0.5) == timedelta(seconds=seconds)


@given(st.integers(1, 2000), st.sampled_from(EVERY), st.booleans(), st.floats(0, 1))
def test_a_pause_is_never_zero_nor_beyond_its_limit(
    attempts: int, patience: Patience, urgent: bool, spread: float
) -> None:
    pause = wait(attempts, patience, urgent=urgent, spread=spread)
    longest = patience.longest_urgent if urgent else patience.longest
    assert timedelta(seconds=20) < pause <= longest * 1.25


@given(st.integers(1, 2000), st.sampled_from(EVERY), st.floats(0, 1))
def test_what_is_urgent_never_waits_longer(attempts: int, patience: Patience, spread: float) -> None:
    urgent = wait(attempts, patience, urgent=True, spread=spread)
    assert urgent <= wait(attempts, patience, urgent=False, spread=spread)


def test_mail_outlives_three_days_without_our_server() -> None:
    pauses = [wait(n, WITH_OUR_SERVER, urgent=True, spread=0.0) for n in range(1, WITH_OUR_SERVER.attempts)]
    assert sum(pauses, timedelta()) > timedelta(hours=11)
    assert sum((wait(n, WITH_OUR_SERVER, urgent=False, spread=0.0) for n in range(1, 900)), timedelta()) > timedelta(2)
