"""Scoring beside the bare sum of the same integers, on one core: `.venv/bin/python -m bench.scoring`.

What is measured is `score` as a check-in calls it: every answer judged, totals, subscales, bands, safety items, what is
hidden or missing. The other side adds the same numbers up and knows nothing of them. Rounds alternate in one process;
what counts is the ratio of the medians.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence

from portal.instruments import loader, skips
from portal.instruments.definition import Definition
from portal.instruments.scoring import score

SETS = 2_000
ALONE = ("phq-9", "gad-7", "pcl-5-month", "qids-sr16", "c-ssrs")

Case = tuple[Definition, dict[str, float | None]]


def main() -> None:
    """Measure and print a row for each of some instruments and one for the whole catalogue."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    chance = random.Random(3)  # noqa: S311 - the same answers in every run
    print("instrument              scored a second   bare sums a second   ratio")
    everything = tuple(loader.catalogue())
    for name, definitions in [*((one, (loader.catalogue().get(one),)) for one in ALONE), ("all", everything)]:
        cases = [(definitions[number % len(definitions)], chance) for number in range(SETS)]
        scored, bare = measure([(definition, answers(definition, seed)) for definition, seed in cases], options.rounds)
        print(f"{name:20}{scored:19,.0f}{bare:21,.0f}{bare / scored:8.1f}")


def answers(definition: Definition, chance: random.Random) -> dict[str, float | None]:
    """Return a whole-numbered answer to every item that the others call for."""
    given: dict[str, float | None] = {}
    for item in definition.asked():
        if item.code in skips.shown(definition, given):
            given[item.code] = chance.randint(int(item.minimum), int(item.maximum))
    return given


def measure(cases: Sequence[Case], rounds: int) -> tuple[float, float]:
    """Return how many sets of answers were scored a second, and how many were added up."""

    def score_all() -> None:
        for definition, given in cases:
            score(definition, given)

    numbers = [[value for value in given.values() if value is not None] for _, given in cases]

    def add_all() -> None:
        for values in numbers:
            sum(values)

    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        for work, into in ((score_all, taken[0]), (add_all, taken[1])):
            seconds = timed(work)
            if number:
                into.append(seconds)
    return len(cases) / statistics.median(taken[0]), len(cases) / statistics.median(taken[1])


def timed(work: Callable[[], None]) -> float:
    """Return how many seconds it takes on this core."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
