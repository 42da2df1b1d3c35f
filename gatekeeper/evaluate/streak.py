"""``window`` rules: the samples of a clean window, read from evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from gatekeeper.evaluate.admission import lies_ahead
from gatekeeper.evaluate.inputs import Inputs
from gatekeeper.evaluate.judgement import Judgement, lacks_of, run, tell_lacks
from gatekeeper.evaluate.moments import Undecidable, instant_of, span_of
from gatekeeper.evaluate.window import Counted, Sample, judge_window
from gatekeeper.expr import Unknown
from gatekeeper.model.finding import Lack, Outcome
from gatekeeper.model.rule import CleanWindow, Expression
from gatekeeper.model.times import exact_span_text, instant_text, span_text_beside
from gatekeeper.model.window import WindowState


def judge_streak(window: CleanWindow, inputs: Inputs) -> Judgement:
    """Whether the present streak of clean samples is long enough, by what was observed."""
    evidence = _evidence(window, inputs)
    try:
        length = _positive(window.length, inputs, "length")
        max_gap = None if window.max_gap is None else _positive(window.max_gap, inputs, "max_gap")
        not_before = None if window.not_before is None else instant_of(run(window.not_before, inputs.bindings))
        samples = _samples(window, inputs)
        observed_until = _observed_until(window, inputs)
    except Undecidable as undecidable:
        expected = "a clean window"
        lacks = undecidable.lacks
        return Judgement(Outcome.UNKNOWN, tell_lacks(lacks), expected, lacks=lacks, evidence=evidence)
    state = judge_window(
        samples,
        length=length,
        max_gap=max_gap,
        not_before=not_before,
        observed_until=observed_until,
    )
    gap = f", no more than {exact_span_text(max_gap)} between them" if max_gap is not None else ""
    expected = f"{exact_span_text(length)} of clean samples{gap}"
    if state.complete:
        return Judgement(Outcome.PASS, _tell(state), expected, evidence=evidence, window=state)
    if state.undecided_from is not None:
        detail = f"a sample of {instant_text(state.undecided_from)} is not decided yet"
        lacks = (Lack(evidence[0] if evidence else "", "undecided", detail),)
        return Judgement(Outcome.UNKNOWN, tell_lacks(lacks), expected, lacks=lacks, evidence=evidence, window=state)
    return Judgement(Outcome.FAIL, _tell(state), expected, evidence=evidence, window=state)


def _evidence(window: CleanWindow, inputs: Inputs) -> tuple[str, ...]:
    terms = (window.length, window.max_gap, window.not_before)
    return inputs.evidence_of(
        *(window.over, window.at, window.clean, window.pending, *(void.when for void in window.void)),
        *(each for each in terms if isinstance(each, Expression)),
    )


def _observed_until(window: CleanWindow, inputs: Inputs) -> datetime:
    """Samples were observed until the evidence that lists them was collected, and never past the decision.

    What else is read of a sample says nothing of that: without it, the window would reach further than with it.
    """
    names = inputs.evidence_of(window.over)
    unknown = [value for name in names if isinstance(value := inputs.admitted.values[name], Unknown)]
    if unknown:
        raise Undecidable(tuple(sorted({lack for value in unknown for lack in value.lacks})))
    return min([inputs.as_of, *(inputs.admitted.items[name].collected_at for name in names)])


def _positive(given: timedelta | Expression, inputs: Inputs, what: str) -> timedelta:
    """A window of no length would be complete at once, so a span that is not positive decides nothing."""
    span = span_of(given, inputs.bindings)
    if span <= timedelta(0):
        told = f"{what} of the window is {exact_span_text(span)}, which is not positive"
        raise Undecidable((Lack("", "error", told),))
    return span


def _samples(window: CleanWindow, inputs: Inputs) -> list[Sample]:
    rows = run(window.over, inputs.bindings)
    if not isinstance(rows, list):
        raise Undecidable(lacks_of(rows, "a list of samples"))
    return [_sample(window, inputs, row, index) for index, row in enumerate(rows)]


def _sample(window: CleanWindow, inputs: Inputs, row: object, index: int) -> Sample:
    bindings = {**inputs.bindings, window.sample: row}
    at = instant_of(run(window.at, bindings))
    label = window.label.render(bindings) if window.label is not None else f"sample {index + 1}"
    if lies_ahead(at, inputs.as_of):
        raise Undecidable((Lack("", "future", f"{label} is of {instant_text(at)}, after the decision"),))
    counted, because = _classify(window, bindings)
    ended = counted is Counted.PENDING and (window.pending is None or run(window.pending, bindings) is not True)
    return Sample(at, label, counted, because, ended)


def _classify(window: CleanWindow, bindings: Mapping[str, object]) -> tuple[Counted, str]:
    """How a sample counts: void first, then pending, then clean or a reset. What cannot be told stays undecided."""
    for void in window.void:
        found = run(void.when, bindings)
        if found is True:
            return Counted.VOID, void.because
        if found is not False:
            return Counted.PENDING, tell_lacks(lacks_of(found, "a bool"))
    if window.pending is not None:
        found = run(window.pending, bindings)
        if found is True:
            return Counted.PENDING, "has not ended yet"
        if found is not False:
            return Counted.PENDING, tell_lacks(lacks_of(found, "a bool"))
    found = run(window.clean, bindings)
    if found is True:
        return Counted.CLEAN, "clean"
    if found is False:
        return Counted.RESET, window.cause.render(bindings) if window.cause is not None else "not clean"
    return Counted.PENDING, tell_lacks(lacks_of(found, "a bool"))


def _tell(state: WindowState) -> str:
    """How the window stands, in one line."""
    broken = _last_break(state)
    if state.clean_since is None or state.completes_at is None:
        return f"no clean streak{broken}; {exact_span_text(state.length)} from the next clean sample on"
    told = f"clean since {instant_text(state.clean_since)} ({state.clean_samples} clean){broken}"
    if state.complete:
        return f"{told}; complete since {instant_text(state.completes_at)}"
    return f"{told}; completes {instant_text(state.completes_at)} if every further sample is clean"


def _last_break(state: WindowState) -> str:
    """The last reset or gap, where there was one."""
    reset = state.resets[-1] if state.resets else None
    gap = state.gaps[-1] if state.gaps else None
    if gap is not None and (reset is None or gap.end > reset.at):
        length = span_text_beside(gap.length, state.max_gap or gap.length)
        return f", after a gap of {length} from {instant_text(gap.start)} to {instant_text(gap.end)}"
    if reset is not None:
        return f", after {reset.sample} of {instant_text(reset.at)} ({reset.cause})"
    return ""
