"""The runs of a workflow, asked for page by page and, back to an instant, in windows of time.

A list that is filtered ends after 1,000 runs, so each window is halved until it has fewer
(https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from urllib.parse import quote

from gatekeeper.collect.github_about import refuse_other
from gatekeeper.collect.github_api import GitHub, utc_second
from gatekeeper.collect.run_list import Run, page_of, refuse_late_start, runs_of, runs_value
from gatekeeper.model.shown import shown
from gatekeeper.model.times import parse_instant
from gatekeeper.model.values import Json
from gatekeeper.refused import Refused

LIMIT = 1000
MOST_ATTEMPTS = 1000
"""How many earlier attempts are asked for, each of which is a question of its own."""

_SECOND = timedelta(seconds=1)

Window = tuple[datetime, datetime | None]
"""From a second to another one, with both; None for no end."""


def collect_runs(github: GitHub, workflow: str, since: datetime | None, first_run: int | None) -> Json:
    """Every attempt of every run.

    Args:
        github: asks the repository.
        workflow: its file, or its number.
        since: the earliest creation that is asked for, in whole seconds; None for all.
        first_run: the number of a run that has to be there.

    Raises:
        Refused: a part of them cannot be had.
    """
    path = f"actions/workflows/{quote(workflow, safe='')}/runs"
    if since is None:
        total, runs = _all(github, path)
    else:
        total, runs = 0, {}
        for count, window in _windows(github, path, (since, None)):
            total += count
            runs.update(window)
    _refuse_other_count(total, len(runs))
    found = list(runs.values())
    refuse_late_start(found, first_run)
    found += _earlier_attempts(github, found)
    number = workflow.isdigit()
    if number and any(str(run.get("workflow_id")) != workflow for run in found):
        raise Refused("mistyped", f"a run is not of the workflow {workflow}, which was asked for")
    return runs_value(found, total, None if number else workflow, workflow)


_Page = tuple[int, list[Run]]
"""How many runs there are, as a page says, and those that stand on it."""

_Found = tuple[int, dict[object, Run]]
"""How many runs there are, as the first page says, and the runs by their id."""


def _all(github: GitHub, path: str) -> _Found:
    """Every page of a list.

    Runs that are created meanwhile move the rest to later pages: some are seen twice and none is lost. The first page
    says how many there were when the reading began.
    """
    pages = _pages(github, path, {})
    total, first = next(pages)
    return total, _by_id(first, pages)


def _windows(github: GitHub, path: str, window: Window) -> Iterator[_Found]:
    """The runs of a window of time, in parts that GitHub shows whole."""
    start, end = window
    asked = f">={utc_second(start)}" if end is None else f"{utc_second(start)}..{utc_second(end)}"
    pages = _pages(github, path, {"created": asked})
    total, first = next(pages)
    if total < LIMIT:
        runs = _by_id(first, pages)
        _refuse_other_count(total, len(runs))
        yield total, runs
        return
    last = _newest(first) if end is None else end
    middle = (start + (last - start) / 2).replace(microsecond=0)
    if last <= start:
        told = f"{total:,} runs were created at {utc_second(start)}"
        raise Refused("truncated", f"{told}; GitHub shows {LIMIT:,} of them")
    yield from _windows(github, path, (start, middle))
    yield from _windows(github, path, (middle + _SECOND, end))


def _pages(github: GitHub, path: str, query: Mapping[str, str]) -> Iterator[_Page]:
    """The pages of a list, of which there is at least one."""
    for answer in github.pages(path, query):
        body = answer.json()
        page = page_of(body, f"the answer of {answer.asked}")
        refuse_other(github, body["workflow_runs"] if isinstance(body, dict) else None)
        yield page


def _by_id(first: Sequence[Run], following: Iterator[_Page]) -> dict[object, Run]:
    """Runs of a page and of those that follow, by id; one that has none stands for itself, and its kind names it."""
    runs = chain(first, chain.from_iterable(page for _, page in following))
    return {run["id"] if type(run.get("id")) is int else object(): run for run in runs}


def _newest(page: Sequence[Run]) -> datetime:
    try:
        return max(parse_instant(str(run.get("created_at"))) for run in page)
    except ValueError:
        raise Refused("mistyped", "the runs of a page do not say when they were created") from None


def _refuse_other_count(total: int, here: int) -> None:
    if here < total:
        raise Refused("truncated", f"GitHub says that there are {total:,} runs, and {here:,} came")
    if here > total:
        told = f"GitHub says that there are {total:,} runs, and {here:,} came"
        raise Refused("failed", f"{told}: it does not count that far; set since")


def _earlier_attempts(github: GitHub, runs: Sequence[Run]) -> list[Run]:
    """The attempts before the latest one, which alone is in the list: a failure that was run again is still one."""
    wanted = [
        (id_, attempt)
        for run in runs
        if type(id_ := run.get("id")) is int and type(last := run.get("run_attempt")) is int
        for attempt in range(1, min(last, MOST_ATTEMPTS + 2))
    ]
    if len(wanted) > MOST_ATTEMPTS:
        raise Refused("truncated", f"there are more than {MOST_ATTEMPTS:,} earlier attempts to ask for; set since")
    found = []
    for id_, attempt in wanted:
        answer = github.get(f"actions/runs/{id_}/attempts/{attempt}")
        told = answer.json()
        (run,) = runs_of([told], f"the answer of {answer.asked}")
        refuse_other(github, told)
        if (run.get("id"), run.get("run_attempt")) != (id_, attempt):
            told = f"attempt {shown(run.get('run_attempt'))} of run {shown(run.get('id'))}"
            raise Refused("mistyped", f"{answer.asked} answered with {told}")
        found.append(run)
    return found
