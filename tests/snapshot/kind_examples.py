"""A short example of each evidence kind, for those who write evidence by hand; the published schemas show them."""

from __future__ import annotations

from gatekeeper.model.values import Json

_AT = "2026-03-03T00:00:00Z"
_SHA = "4f2a9c1be07d35886f1c0a9d2e7b64c35f08a1d9"
_ANA: Json = {"id": 17, "login": "ana-reyes", "type": "User"}
_RUN: Json = {
    "id": 9001,
    "run_number": 336,
    "run_attempt": 1,
    "event": "schedule",
    "status": "completed",
    "conclusion": "success",
    "head_branch": "main",
    "head_sha": _SHA,
    "created_at": _AT,
    "updated_at": "2026-03-03T00:01:10Z",
    "run_started_at": _AT,
    "html_url": "https://code.example/acme/api/actions/runs/9001",
}
_CHECK: Json = {
    "id": 4711,
    "name": "tests",
    "status": "completed",
    "conclusion": "success",
    "started_at": _AT,
    "completed_at": "2026-03-03T00:04:00Z",
    "app": "github-actions",
    "app_id": 15368,
    "suite_id": 88,
    "head_sha": _SHA,
    "url": None,
}
_TAG: Json = {"name": "v2.4.1", "annotated": True, "tagged_at": _AT, "signature": "good"}

EXAMPLES: dict[str, Json] = {
    "alerts": {
        "running_since": "2026-02-20T08:00:00Z",
        "alerts": [
            {
                "name": "HighErrorRate",
                "labels": {"alertname": "HighErrorRate", "severity": "critical"},
                "annotations": {"summary": "6 % of the requests fail"},
                "state": "active",
                "starts_at": _AT,
                "ends_at": None,
                "updated_at": _AT,
                "fingerprint": "b1946ac92492d234",
                "silenced_by": [],
                "inhibited_by": [],
                "muted_by": [],
                "receivers": ["on-call"],
                "generator_url": None,
            }
        ],
    },
    "approvals": {
        "record": "launch of the public API",
        "approvals": [
            {
                "role": "approver",
                "person": "Ana Reyes",
                "signer": "person",
                "decision": "approved",
                "final": True,
                "signed_at": _AT,
                "commit": _SHA,
                "basis": f"sha256:{'0' * 64}",
                "note": None,
            },
            {
                "role": "rollback-authority",
                "person": None,
                "signer": "person",
                "decision": None,
                "final": False,
                "signed_at": None,
                "commit": None,
                "basis": None,
                "note": None,
            },
        ],
    },
    "check_runs": {
        "repository": "acme/api",
        "ref": "main",
        "head_sha": _SHA,
        "total_count": 1,
        "check_runs": [_CHECK],
        "latest": [_CHECK],
    },
    "command": {"command": ["openssl", "version"], "exit_code": 0, "json": None, "text": "OpenSSL 3.0.17"},
    "coverage": {
        "line_rate": 0.91,
        "lines_valid": 1000,
        "lines_covered": 910,
        "branch_rate": None,
        "branches_valid": None,
        "branches_covered": None,
        "timestamp": _AT,
        "packages": [{"name": "api", "line_rate": 0.91, "branch_rate": None}],
    },
    "environment": {
        "variables": {
            "DATABASE_URL": {"present": True, "empty": False, "matches": True},
            "STORAGE_URL": {"present": False, "empty": None, "matches": None},
        }
    },
    "git": {
        "commit": _SHA,
        "signature": "good",
        "author": "Ana Reyes",
        "author_email": "ana@acme.example",
        "committed_at": _AT,
        "branch": "main",
        "shallow": False,
        "dirty": False,
        "untracked": False,
        "tags": [_TAG],
        "latest_tag": _TAG,
        "commits_since_tag": 0,
        "upstream": "origin/main",
        "ahead": 0,
        "behind": 0,
    },
    "health": {
        "status": "ok",
        "service": "api",
        "timestamp": _AT,
        "http_status": 200,
        "checks": {
            "db": {"status": "ok", "latency_ms": 3.5},
            "migrations": {"status": "ok", "applied": 42, "filesystem": 42, "pending": 0, "pending_names": []},
        },
    },
    "http": {
        "url": "https://api.acme.example/health",
        "method": "GET",
        "http_status": 200,
        "latency_ms": 41.0,
        "content_type": "application/json",
        "certificate_expires_at": "2026-06-01T00:00:00Z",
        "json": {"status": "ok"},
        "text": None,
    },
    "incidents": {
        "incidents": [
            {
                "id": "INC-7",
                "title": "Sign-in is slow",
                "severity": "MED",
                "environment": "production",
                "opened_at": _AT,
                "resolved_at": None,
                "origin": "alert",
                "url": None,
            }
        ]
    },
    "issues": {
        "repository": "acme/api",
        "labels": ["launch-blocker"],
        "state": "open",
        "issues": [
            {
                "number": 12,
                "title": "Rate limits are not documented",
                "state": "open",
                "state_reason": None,
                "labels": ["launch-blocker"],
                "assignees": [_ANA],
                "author": _ANA,
                "created_at": _AT,
                "updated_at": _AT,
                "closed_at": None,
                "url": "https://code.example/acme/api/issues/12",
            }
        ],
    },
    "json": {"error_rate": 0.002, "measured_at": _AT},
    "mode_state": {"mode": "rgl8r-degraded", "state": "normal", "since": _AT},
    "operator_events": {
        "record": "desk of the on-call engineer",
        "events": [{"event": "resolved", "by": "Ana Reyes", "at": _AT, "note": "the pool was too small"}],
    },
    "pull_request": {
        "repository": "acme/api",
        "number": 31,
        "title": "Launch the public API",
        "state": "open",
        "draft": False,
        "merged": False,
        "mergeable_state": "clean",
        "head_ref": "launch",
        "head_sha": _SHA,
        "base_ref": "main",
        "base_sha": "0" * 40,
        "author": {"id": 18, "login": "tomas-lind", "type": "User"},
        "created_at": _AT,
        "updated_at": _AT,
        "closed_at": None,
        "merged_at": None,
        "labels": ["launch"],
        "reviews": [{"reviewer": _ANA, "state": "APPROVED", "commit": _SHA, "submitted_at": _AT}],
        "stale_reviews": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "url": "https://code.example/acme/api/pull/31",
    },
    "releases": {
        "repository": "acme/api",
        "releases": [
            {
                "tag": "v2.4.1",
                "name": "2.4.1",
                "draft": False,
                "prerelease": False,
                "author": _ANA,
                "created_at": _AT,
                "published_at": _AT,
                "commit": _SHA,
                "url": "https://code.example/acme/api/releases/v2.4.1",
            }
        ],
        "more": False,
    },
    "rows": {"columns": [{"name": "backlog", "type": "int"}], "rows": [{"backlog": 120}], "row_count": 1},
    "samples": {
        "query": 'rate(http_errors_total{job="api"}[5m])',
        "at": _AT,
        "infos": [],
        "samples": [{"labels": {"job": "api"}, "at": _AT, "value": 0.002}],
    },
    "series": {
        "query": 'rate(http_errors_total{job="api"}[5m])',
        "start": _AT,
        "end": "2026-03-03T00:01:00Z",
        "step_seconds": 60,
        "points": 2,
        "infos": [],
        "series": [
            {
                "labels": {"job": "api"},
                "missing": 0,
                "samples": [{"at": _AT, "value": 0.002}, {"at": "2026-03-03T00:01:00Z", "value": 0.003}],
            }
        ],
    },
    "test_report": {
        "tests": 2,
        "passed": 1,
        "failures": 1,
        "errors": 0,
        "skipped": 0,
        "flaky": 0,
        "time": 1.5,
        "suites": [
            {"name": "api", "tests": 2, "failures": 1, "errors": 0, "skipped": 0, "time": 1.5, "timestamp": _AT}
        ],
        "failed": [
            {
                "suite": "api",
                "classname": "api.test_keys",
                "name": "test_a_key_can_be_revoked",
                "outcome": "failure",
                "message": "assert 200 == 401",
            }
        ],
    },
    "workflow_runs": {"workflow": "canary.yml", "total_count": 1, "runs": [_RUN], "latest": _RUN},
    "yaml": {"error_rate": 0.002, "measured_at": _AT},
}
"""Evidence kind → an example of it; a document (``markdown``) is never written by hand."""
