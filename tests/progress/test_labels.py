"""Labels find room or stay away."""

from hypothesis import given
from hypothesis import strategies as st

from portal.progress.svg.labels import Box, Places

BOXES = st.builds(
    lambda x, y, w, h: Box(x, y, x + w, y + h),
    *(st.floats(0, 200), st.floats(0, 200), st.floats(0.1, 60), st.floats(0.1, 60)),
)


@given(st.lists(BOXES, max_size=12), st.lists(BOXES, max_size=12))
def test_labels_never_cover_what_was_there_before(taken: list[Box], wanted: list[Box]) -> None:
    places = Places(Box(0, 0, 230, 230))
    for box in taken:
        places.take(box)
    chosen = places.first_free(wanted)
    free = [box for box in wanted if box.right <= 230 and box.bottom <= 230 and not any(map(box.meets, taken))]
    assert (chosen is None) == (not free)
    if chosen is not None:
        assert wanted[chosen] in free
        assert not places.is_free(wanted[chosen])


def test_a_label_prefers_a_spot_that_crosses_nothing() -> None:
    places = Places(Box(0, 0, 100, 100))
    places.take_lightly(Box(10, 0, 12, 100))
    assert places.first_free([Box(0, 0, 20, 10), Box(40, 0, 60, 10)]) == 1
    assert places.first_free([Box(0, 20, 20, 30)]) == 0
