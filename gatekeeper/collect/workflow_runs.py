"""Recorded answers of GitHub's list of the runs of one workflow.

https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow: the list shows each run with
its latest attempt only. Earlier attempts are asked for one by one (``/runs/{id}/attempts/{n}``) and stand in a file of
their own, as a list: a failure that was run again is still a failure.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from pydantic import Field

from gatekeeper.collect.data_file import read_json
from gatekeeper.collect.interface import CollectRequest, FilesConfig, FileText, Refused, brought
from gatekeeper.collect.run_list import page_of, refuse_late_start, runs_of, runs_value
from gatekeeper.model.shown import shown
from gatekeeper.model.snapshot import Evidence


class WorkflowRunsConfig(FilesConfig):
    """Recorded answers; where there are several files, each is a page.

    Attributes:
        attempts: a list of earlier attempts.
        workflow: the workflow's file, or its name where the runs tell no file. The runs must agree.
        first_run: the ``run_number`` of a run that must be there, with every run after it.
    """

    attempts: FileText | None = None
    workflow: str | None = Field(default=None, min_length=1, max_length=255)
    first_run: int | None = Field(default=None, ge=1, strict=True)


class WorkflowRunsCollector:
    """Reads the runs of one workflow."""

    kind = "workflow_runs"
    gives = "workflow_runs"
    config = WorkflowRunsConfig

    def collect(self, request: CollectRequest[WorkflowRunsConfig]) -> Evidence:
        """Every attempt of every run, in order.

        Raises:
            Refused: the answers are not GitHub's, the runs are of several workflows or of another one than the
                configured one, or they begin after ``first_run``.
        """
        config = request.config
        names = config.names
        pages = [page_of(read_json(request.base, name, config.max_bytes), shown(name)) for name in names]
        totals = {total for total, _ in pages}
        if len(totals) > 1:
            raise Refused("failed", "the pages do not agree about total_count: the list grew while it was read")
        runs = [run for _, page in pages for run in page]
        if config.attempts is not None:
            runs += runs_of(read_json(request.base, config.attempts, config.max_bytes), shown(config.attempts))
        refuse_late_start(runs, config.first_run)
        value = runs_value(runs, totals.pop(), config.workflow, PurePosixPath(names[0]).stem)
        source = ", ".join([config.source_line(), *([config.attempts] if config.attempts else [])])
        return brought(self, request, source, value)
