"""The outcome of trying sources, for a terminal: one line a source, and below it what is wrong and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from gatekeeper.model.examination import Examined, Tried
from gatekeeper.model.shown import cut
from gatekeeper.render.canvas import Canvas, Span, Tone
from gatekeeper.render.wording import count, duration, listing


def examination_text(found: Sequence[Examined], width: int, *, color: bool, unicode: bool) -> str:
    """The outcome, system by system, and a last line that counts.

    Args:
        found: what came of the sources.
        width: columns of the terminal; fewer than 40 count as 40.
        color: whether colour codes are written; no meaning is in a colour alone.
        unicode: whether the terminal shows more than ASCII.
    """
    canvas = Canvas.of_width(width, color=color, unicode=unicode)
    for each in found:
        _system(canvas, each)
    canvas.blank()
    canvas.spans(_summary(found))
    return canvas.page()


def size_text(size: int) -> str:
    """``812 B``, ``1.2 KiB``, ``3.4 MiB``."""
    if size < 1024:
        return f"{size} B"
    amount, unit = (size / 1024, "KiB") if size < 1024 * 1024 else (size / 1024 / 1024, "MiB")
    return f"{amount:.1f} {unit}"


def _system(canvas: Canvas, found: Examined) -> None:
    canvas.heading(found.system, found.file or "no file of sources")
    wide = max((len(each.name) for each in found.tried), default=0)
    collector = max((len(each.collector) for each in found.tried), default=0)
    for each in found.tried:
        _source(canvas, each, min(wide, 24), min(collector, 16))
    if found.tried and found.unmet:
        canvas.blank()
    alike: dict[tuple[str, str, str, str], list[str]] = {}
    for lack in found.unmet:
        alike.setdefault((lack.name, lack.cause, lack.detail, lack.remedy), []).append(lack.policy)
    for (name, cause, detail, remedy), policies in alike.items():
        head: list[Span] = [("✗", Tone.BAD), (name, Tone.STRONG), (f"for {listing(policies)} is", Tone.QUIET)]
        canvas.spans([*head, (f"{cause}:", Tone.BAD), (detail, Tone.PLAIN)], hang=4)
        _remedy(canvas, remedy)


def _source(canvas: Canvas, tried: Tried, wide: int, collector: int) -> None:
    sign: Span = ("✓", Tone.GOOD) if tried.had else ("✗", Tone.BAD)
    spaces = " " * max(wide - len(tried.name), 0), " " * max(collector - len(tried.collector), 0)
    name, how = f"{tried.name}{spaces[0]}", f"{tried.collector}{spaces[1]}"
    facts = " · ".join(_facts(tried))
    asked = tried.asked
    room = canvas.width - 2 - len(name) - 2 - len(how) - 2 - len(facts) - 2
    plain = f"{name}{how}{asked}"
    if canvas.unicode and plain.isascii() and plain.isprintable() and room >= 12:
        shown = cut(asked, room)
        line: list[Span] = [sign, (f" {name}  ", Tone.STRONG), (f"{how}  ", Tone.PLAIN), (shown, Tone.QUIET)]
        canvas.exactly([*line, (" " * (room - len(shown) + 2) + facts, Tone.QUIET)])
    else:
        canvas.ends([sign, (tried.name, Tone.STRONG), (tried.collector, Tone.PLAIN), (asked, Tone.QUIET)], facts)
    if tried.failure is not None:
        canvas.spans([(f"{tried.failure.cause}:", Tone.BAD), (tried.failure.detail, Tone.PLAIN)], indent=4, hang=2)
    for lack in tried.lacking:
        canvas.spans([("secret", Tone.DOUBT), (f"{lack.reference}: {lack.reason}", Tone.PLAIN)], indent=4, hang=2)
    _remedy(canvas, tried.remedy)


def _remedy(canvas: Canvas, remedy: str) -> None:
    if remedy:
        canvas.spans([("→", Tone.ACT), (remedy, Tone.ACT)], indent=4, hang=2)


def _facts(tried: Tried) -> list[str]:
    """Size, attempts where there was not exactly one, secrets that were taken out, time."""
    facts = [] if tried.size is None else [size_text(tried.size)]
    if tried.attempts != 1:
        facts.append(count(tried.attempts, "attempt"))
    if tried.redacted:
        facts.append(f"{tried.redacted} redacted")
    return [*facts, _time(tried.took)]


def _time(took: timedelta | None) -> str:
    if took is None:
        return "never begun"
    return f"{took.total_seconds():.1f} s" if took >= timedelta(seconds=1) else duration(took)


def _summary(found: Sequence[Examined]) -> list[Span]:
    tried = [each for part in found for each in part.tried]
    had = sum(each.had for each in tried)
    unmet = sum(len(part.unmet) for part in found)
    if not tried and not unmet:
        return [("✗", Tone.BAD), ("there is no source to try", Tone.STRONG)]
    told = f"{had} of {count(len(tried), 'source')} can be had"
    if unmet:
        told += f"; {count(unmet, 'need')} of policies not met"
    well = all(part.well for part in found)
    return [("✓", Tone.GOOD) if well else ("✗", Tone.BAD), (told, Tone.STRONG)]
