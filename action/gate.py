"""One run of the launch gate: lay the files, collect, evaluate, and tell GitHub."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from action.asked import Asked, read_asked
from action.judging import JudgingChange, judging_changes, judging_of, lay_base, lay_subject, told_parts
from action.refused import BROKEN, INVALID, USAGE, Refused
from action.repository import Repository, stands_at
from action.runner import SUMMARY_BYTES, annotate, put_log, put_outputs
from action.summary import NO_REPOSITORY, fitted, refusal_page, verdict_page

VERDICTS = {0: "GO", 1: "NO-GO", 3: "INCONCLUSIVE"}
"""Exit codes of ``gatekeeper evaluate`` that are verdicts."""

NO_VERDICT = "none"
"""What the output ``verdict`` says where nothing was decided."""

DROPPED = (
    *("GATE_", "GATEKEEPER_"),
    *("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"),
)
"""How the names of variables begin that gatekeeper does not get."""

MOST_ANNOTATIONS = 8
"""GitHub shows ten of a kind for each step."""


@dataclass(slots=True)
class Told:
    """What a run has to tell, as far as it came."""

    code: int = BROKEN
    verdict: str = NO_VERDICT
    digests: list[str] = field(default_factory=list)
    report: Path | None = None
    snapshot: Path | None = None
    summary: str = ""


def run_gate(environ: Mapping[str, str]) -> int:
    """Judge, write the job summary and the outputs, and say the exit code: that of the verdict.

    Outputs are written whatever happens; where they cannot be, a GO is none.
    """
    told = Told()
    asked: Asked | None = None
    try:
        asked = read_asked(environ)
        _judge(asked, environ, told)
    except Refused as refused:
        _tell_refusal(told, asked, refused)
    except Exception as error:  # noqa: BLE001  what nobody foresaw is told as such and is no verdict
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        _tell_refusal(told, asked, Refused(f"the launch gate broke: {type(error).__name__} at {place}", "", BROKEN))
    if not _put_outputs(environ, told) and told.code == 0:
        told.code = INVALID
    _put_summary(environ, told.summary)
    return told.code


def _judge(asked: Asked, environ: Mapping[str, str], told: Told) -> None:
    work = Path(tempfile.mkdtemp(prefix="gatekeeper-", dir=environ.get("RUNNER_TEMP") or None))
    repository = Repository(work / "repository", asked.remote, asked.token)
    repository.folder.mkdir()
    repository.begin()
    base = repository.fetch(f"refs/heads/{asked.base}")
    subject = repository.fetch(asked.subject)
    if subject != asked.subject:
        raise Refused(f"{asked.subject} is no commit", code=USAGE)
    _refuse_own_judge(base, environ)
    lay_base(repository, base, work / "base")
    project = work / "base" / asked.root
    if not project.is_dir():
        raise Refused(f"{asked.base} has no folder {str(asked.root)!r}", "mend the input `root`", USAGE)
    systems = lay_subject(repository, asked.subject, project)
    changes = _changes(asked, repository, base, work / "base")
    told.snapshot = _collect(asked, project)
    told.report = work / "report"
    told.report.mkdir()
    documents = _evaluate(asked, project, told)
    git = _asking_git(documents)
    page = verdict_page(asked, told.verdict, base, changes, systems, git)
    told.summary = fitted(page, (told.report / "report.md").read_text(encoding="utf-8"), SUMMARY_BYTES)
    if changes:
        files = (
            "1 changed file judges or guards" if len(changes) == 1 else f"{len(changes)} changed files judge or guard"
        )
        message = f"{files} the gate ({told_parts(changes)}); the summary lists what is changed"
        annotate("warning", "What is to be merged changes what judges it", message)
    if git:
        annotate("warning", f"Not known, since it asks git: {', '.join(git)}", NO_REPOSITORY)
    _annotate(told.verdict, documents)


def _refuse_own_judge(base: str, environ: Mapping[str, str]) -> None:
    """Refuse an action whose own code is in the workspace and is not the base's, as ``uses: ./`` after a checkout.

    Whatever else is checked out there, a pull request may have written it.
    """
    workspace = Path(environ.get("GITHUB_WORKSPACE", ""))
    if not workspace.is_absolute():
        raise Refused("GITHUB_WORKSPACE names no folder", "the action runs on a runner of GitHub Actions", USAGE)
    here = Path(__file__).resolve()
    if here.is_relative_to(workspace.resolve()) and not stands_at(base, here):
        raise Refused(
            "the action's own code is not that of the base: it may come from the pull request that it is to judge",
            "name the action with its repository and a commit (uses: owner/gatekeeper@commit), "
            "or check out the base, change nothing in it, and use it from there",
            USAGE,
        )


def _changes(asked: Asked, repository: Repository, base: str, top: Path) -> list[JudgingChange] | None:
    """What is to be merged, as far as it is about files that judge; None where nothing is."""
    if asked.merged is None:
        return None
    repository.fetch(asked.merged, depth=2)
    if asked.before is None:
        # GitHub merges a pull request on trial: the first parent is the base that it was merged into.
        parents = repository.parents(asked.merged)
        before = parents[0] if len(parents) > 1 else base
    else:
        before = repository.fetch(asked.before)
    return judging_changes(repository, before, asked.merged, judging_of(top, asked.root))


def _collect(asked: Asked, project: Path) -> Path:
    """Collect now, and say where the snapshot is."""
    ended = _gatekeeper(project, "collect", [f"--subject=commit={asked.subject}", *_environment_option(asked)], asked)
    if ended.returncode:
        raise _unanswered("the evidence could not be collected", ended, asked)
    put_log(ended.stderr)
    snapshots = ended.stdout.splitlines()
    if len(snapshots) != 1:
        hint = "use the action once for each system"
        raise Refused("the policies are of several systems, and one snapshot is to be judged", hint, USAGE)
    return project / snapshots[0]


def _evaluate(asked: Asked, project: Path, told: Told) -> list[dict[str, Any]]:
    """Evaluate on that snapshot, and take down the verdict."""
    if told.report is None or told.snapshot is None:  # cannot be: both were just made
        raise AssertionError("asked to evaluate before anything was collected")
    outputs = [f"--output=markdown={told.report / 'report.md'}", f"--output=text={told.report / 'report.txt'}"]
    options = [f"--snapshot={told.snapshot}", "--format=json", *outputs, *_environment_option(asked)]
    ended = _gatekeeper(project, "evaluate", options, asked)
    if ended.returncode not in VERDICTS:
        raise _unanswered("nothing could be decided", ended, asked)
    (told.report / "decision.json").write_text(ended.stdout, encoding="utf-8")
    put_log(ended.stderr + (told.report / "report.txt").read_text(encoding="utf-8"))
    parsed = json.loads(ended.stdout)
    documents: list[dict[str, Any]] = parsed if isinstance(parsed, list) else [parsed]
    for document in documents:
        if document["run"]["replay"] or document["subject"]["commit"] != asked.subject:
            raise Refused("what was decided is about another commit or another instant", code=BROKEN)
    told.digests = [document["run"]["digest"] for document in documents]
    told.verdict, told.code = VERDICTS[ended.returncode], ended.returncode
    return documents


def _environment_option(asked: Asked) -> list[str]:
    return [f"--environment={asked.environment}"] if asked.environment else []


def _gatekeeper(project: Path, command: str, options: Sequence[str], asked: Asked) -> subprocess.CompletedProcess[str]:
    """Run a command of the installed gatekeeper on the files of the base.

    No variable of gatekeeper's own reaches it, since the workflow that could set one is a file of the pull request; no
    file of the runner either, since a source must not set outputs or variables.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
    python = [sys.executable, "-I", "-X", "utf8", "-m", "gatekeeper"]
    ended = subprocess.run(
        [*python, command, "--root=.", *options, "--", *asked.policies],
        cwd=project,
        env=kept,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="backslashreplace",
        check=False,
    )
    # Paths as they are in the repository: where its files were laid out is nobody's business.
    ended.stderr = ended.stderr.replace(f"{project}/", "")
    return ended


def _unanswered(what: str, ended: subprocess.CompletedProcess[str], asked: Asked) -> Refused:
    first = next((line.removeprefix("error: ") for line in ended.stderr.splitlines() if line.strip()), "")
    code = ended.returncode if ended.returncode in {USAGE, INVALID, 130, 143} else BROKEN
    hint = f"what is on {asked.base} counts: merge there first what is to be asked for" if code == USAGE else ""
    return Refused(f"{what}: {first[:500]}", hint, code, ended.stderr)


def _annotate(verdict: str, documents: Sequence[Mapping[str, Any]]) -> None:
    """Say at the job which policies do not say go, and why."""
    stopping = [(said, document) for document in documents if (said := _said_of(document)) != "GO"]
    for said, document in stopping[:MOST_ANNOTATIONS]:
        name = document.get("policy") or document.get("ladder")
        annotate("error", f"{said} {name}", str(document.get("reason") or document.get("told") or ""))
    more = len(stopping) - MOST_ANNOTATIONS
    if more > 0:
        annotate("error", verdict, f"{more} more policies do not say go; the summary has them all")


def _said_of(document: Mapping[str, Any]) -> str:
    """What one policy says: a ladder stops where a level is reached, or where it is not known whether one is."""
    if "ladder" not in document:
        return str(document["verdict"])
    if document["unknown"]:
        return "INCONCLUSIVE"
    return "GO" if document["level"] is None else "NO-GO"


def _asking_git(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """The evidence that is not there because its source asks git, and nothing is checked out."""
    notes = [note for document in documents for note in document["evidence"]]
    return sorted({note["name"] for note in notes if note["kind"] == "git" and note["state"] == "failed"})


def _tell_refusal(told: Told, asked: Asked | None, refused: Refused) -> None:
    told.code, told.verdict, told.digests, told.report = refused.code, NO_VERDICT, [], None
    told.summary = refusal_page(asked, refused)
    put_log(refused.said or f"{refused.message}\n{refused.hint}")
    hint = f" ({refused.hint})" if refused.hint else ""
    annotate("error", f"No decision, exit code {refused.code}", f"{refused.message}{hint}")


def _put_outputs(environ: Mapping[str, str], told: Told) -> bool:
    """Whether the outputs could be written."""
    outputs = {
        "verdict": told.verdict,
        "exit-code": str(told.code),
        "decision-digest": "\n".join(told.digests),
        "report-path": str(told.report or ""),
        "snapshot-path": str(told.snapshot or ""),
    }
    try:
        put_outputs(Path(environ["GITHUB_OUTPUT"]), outputs)
    except (KeyError, OSError) as error:
        annotate("error", "The outputs cannot be written", f"{type(error).__name__}: the verdict was {told.verdict}")
        return False
    return True


def _put_summary(environ: Mapping[str, str], summary: str) -> None:
    """Add the job summary; without one the log still has it all."""
    file = environ.get("GITHUB_STEP_SUMMARY")
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(summary)
    except OSError as error:
        annotate("warning", "The job summary cannot be written", str(error.strerror or error))
