"""The clean window and the sign-offs on the board."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import groupby

from gatekeeper.model.decision import Decision
from gatekeeper.model.finding import Finding, QuorumState, SignOff
from gatekeeper.model.window import Reset, WindowState
from gatekeeper.render.canvas import APART, Canvas, Span, Tone
from gatekeeper.render.outline import counted, label, unsigned_basis
from gatekeeper.render.strip import MEANINGS, Slice, strip
from gatekeeper.render.wording import age, count, duration, listing, moment

EACH_ON_A_LINE = 8
"""Up to so many resets stand on a line each; more of them are told together by cause, every one still named."""

NAMED = 4
"""Up to so many samples of a tally or a gap are named, unless the values are asked for."""

_TONES = {
    Slice.STREAK: Tone.GOOD,
    Slice.BEFORE: Tone.QUIET,
    Slice.GAP: Tone.DOUBT,
    Slice.RESET: Tone.BAD,
    Slice.UNSEEN: Tone.DOUBT,
    Slice.AHEAD: Tone.QUIET,
}


def window_block(canvas: Canvas, decision: Decision, explain: bool, only: Collection[Finding] | None = None) -> None:
    """Every clean window of the decision (or of some findings): since when, what broke it, when it completes."""
    for gate in decision.gates:
        for finding in gate.findings:
            if finding.window is not None and (only is None or finding in only):
                canvas.heading("CLEAN WINDOW", f"{gate.gate}/{label(finding)}")
                _window(canvas, finding.window, decision.as_of, explain)


def _window(canvas: Canvas, window: WindowState, now: datetime, explain: bool) -> None:
    canvas.labelled_spans("standing", _standing(window))
    if window.clean_since is not None:
        runs = count(window.clean_samples, "clean sample")
        canvas.labelled("clean", f"since {moment(window.clean_since)}, {runs} that count")
    if window.undecided_from is not None:
        canvas.labelled(
            "undecided", f"from {moment(window.undecided_from)}: a sample there has not ended yet", Tone.DOUBT
        )
    if not window.complete and window.completes_at is not None:
        wait = f", in {age(window.completes_at - now)}" if window.completes_at > now else ""
        canvas.labelled(
            "completes", f"{moment(window.completes_at)}{wait}, if every further sample is clean", Tone.STRONG
        )
    limit = "gaps do not matter" if window.max_gap is None else f"no gap over {duration(window.max_gap)}"
    observed = moment(window.observed_until)
    canvas.labelled("terms", f"{duration(window.length)} clean, {limit}; observed until {observed}")
    _strip(canvas, window, now)
    _tallies(canvas, window)
    _resets(canvas, window, explain)
    _gaps(canvas, window, explain)


def _standing(window: WindowState) -> list[Span]:
    head: Span = ("COMPLETE", Tone.GOOD) if window.complete else ("NOT COMPLETE", Tone.BAD)
    if window.clean_since is None:
        return [head, APART, ("no clean sample counts", Tone.PLAIN)]
    done = max(window.observed_until - window.clean_since, timedelta(0))
    share = int(done / window.length * 100) if window.length else 0
    told = f"{duration(_minutes(done))} of {duration(window.length)}"
    if not window.complete:
        told += f" ({min(share, 99)} %)"
    return [head, APART, (told, Tone.PLAIN)]


def _minutes(length: timedelta) -> timedelta:
    """Without the seconds where there are minutes."""
    return timedelta(minutes=length // timedelta(minutes=1)) if length >= timedelta(minutes=1) else length


def _strip(canvas: Canvas, window: WindowState, now: datetime) -> None:
    columns = min(canvas.width - 4, 84)
    found = strip(window, now, columns)
    if found is None:
        return
    canvas.blank()
    pieces: list[Span] = []
    for what, run in groupby(found.slices):
        pieces.append((what.value * len(tuple(run)), _TONES[what]))
    canvas.exactly(pieces, indent=2)
    if found.now is not None:
        arrow = f"{' ' * found.now}▲ now" if found.now + 5 <= columns else f"{' ' * (found.now - 4)}now ▲"
        canvas.exactly([(arrow, Tone.STRONG)], indent=2)
    first = moment(found.start)
    last = f"{moment(found.end)} {'now' if found.now is None else 'complete'}"
    room = columns - len(first) - len(last)
    if room > 0:
        canvas.exactly([(f"{first}{' ' * room}{last}", Tone.QUIET)], indent=2)
    legend: list[Span] = []
    for what, meaning in MEANINGS.items():
        if what in found.slices:
            legend += [(what.value, _TONES[what]), (meaning, Tone.QUIET), APART]
    canvas.spans(legend, indent=2)


def _tallies(canvas: Canvas, window: WindowState) -> None:
    if not window.tallies:
        return
    canvas.blank()
    tones = {"clean": Tone.GOOD, "reset": Tone.BAD, "pending": Tone.DOUBT}
    rows = [
        (
            (tally.counted_as, tones.get(tally.counted_as, Tone.PLAIN)),
            (str(tally.count), Tone.PLAIN),
            (tally.because if tally.because != tally.counted_as else "", Tone.PLAIN),
            (_some(tally.samples, tally.count), Tone.QUIET),
        )
        for tally in window.tallies
    ]
    canvas.table(("counts as", "samples", "because", "such as"), rows)


def _some(samples: tuple[str, ...], total: int) -> str:
    return listing(samples[:NAMED]) + (" …" if samples and total > len(samples[:NAMED]) else "")


def _resets(canvas: Canvas, window: WindowState, explain: bool) -> None:
    if not window.resets:
        return
    canvas.blank()
    if len(window.resets) <= EACH_ON_A_LINE or explain:
        rows = [
            (("✗", Tone.BAD), (moment(each.at), Tone.PLAIN), (each.sample, Tone.STRONG), (each.cause, Tone.PLAIN))
            for each in window.resets
        ]
        canvas.table(("", "reset at", "sample", "cause"), rows)
        return
    for cause in sorted({each.cause for each in window.resets}):
        _together(canvas, cause, [each for each in window.resets if each.cause == cause])


def _together(canvas: Canvas, cause: str, resets: list[Reset]) -> None:
    first, last = moment(resets[0].at), moment(resets[-1].at)
    span = f"from {first} to {last}" if len(resets) > 1 else f"at {first}"
    canvas.spans([("✗", Tone.BAD), (f"{count(len(resets), 'reset')} {span}: {cause}", Tone.PLAIN)], indent=2, hang=2)
    canvas.text(listing([each.sample for each in resets]), Tone.QUIET, indent=4)


def _gaps(canvas: Canvas, window: WindowState, explain: bool) -> None:
    if not window.gaps:
        return
    canvas.blank()
    where = {"head": "at the start", "inside": "inside", "tail": "at the end"}
    rows = [
        (
            ("▁", Tone.DOUBT),
            (moment(gap.start), Tone.PLAIN),
            (moment(gap.end), Tone.PLAIN),
            (duration(gap.length), Tone.STRONG),
            (where.get(gap.where, gap.where), Tone.PLAIN),
            (listing(gap.samples, 0 if explain else NAMED) or "nothing", Tone.QUIET),
        )
        for gap in window.gaps
    ]
    canvas.table(("", "gap from", "to", "length", "where", "in it, filling nothing"), rows)


def quorum_block(canvas: Canvas, decision: Decision, only: Collection[Finding] | None = None) -> None:
    """Every quorum of the decision (or of some findings): who signed what, and the basis that is to be signed."""
    for gate in decision.gates:
        for finding in gate.findings:
            if finding.quorum is not None and (only is None or finding in only):
                canvas.heading("SIGN-OFFS", f"{gate.gate}/{label(finding)}")
                _quorum(canvas, finding.quorum, unsigned_basis(decision, gate, finding.quorum))


def _quorum(canvas: Canvas, quorum: QuorumState, why: str) -> None:
    rows = [
        (
            (sign.role, Tone.STRONG),
            (sign.person or "nobody", Tone.PLAIN if sign.person else Tone.BAD),
            (moment(sign.signed_at) if sign.signed_at else "not signed", Tone.PLAIN),
            (counted(sign, quorum, why), _tone(sign, quorum)),
        )
        for sign in (*quorum.sign_offs, *quorum.unasked)
    ]
    if rows:
        canvas.table(("role", "person", "signed at", "counts"), rows)
        canvas.blank()
    enough = quorum.distinct_found >= quorum.distinct_needed
    people = f"{count(quorum.distinct_found, 'different person', 'different people')}, {quorum.distinct_needed} needed"
    canvas.labelled("people", people, Tone.PLAIN if enough else Tone.BAD)
    all_signed = all(each.accepted for each in quorum.sign_offs) and enough and quorum.basis is not None
    basis = quorum.basis or f"not known: {why}"
    canvas.labelled("basis" if all_signed else "sign this", basis, Tone.PLAIN if quorum.basis else Tone.DOUBT)
    canvas.labelled("it covers", f"the policies, the commit, {listing(quorum.binds) or 'no evidence'}")


def _tone(sign: SignOff, quorum: QuorumState) -> Tone:
    return Tone.BAD if not sign.accepted else Tone.GOOD if quorum.basis else Tone.DOUBT
