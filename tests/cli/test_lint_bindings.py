"""What lint says where the policies of a system and its sources do not name the same evidence."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import POLICY, SCHEMA, SOURCES, Project

NEED = "  metrics: {type: json, schema: metrics.schema.json, max_age: 1h, required: [error_rate]}\n"
SOURCE = "  metrics: {collector: json, file: metrics.json}\n"
CLEAN = (0, "", "2 files: 0 errors, 0 warnings\n")


def _lint(project: Project, *arguments: str) -> tuple[int, str, str]:
    ended = project.run("lint", *arguments)
    return ended.code, ended.out, ended.err


def _sources(project: Project, text: str, environment: str = "local") -> Path:
    file = project.root / f"evidence/demo/sources.{environment}.yaml"
    file.write_text(text.replace("local", environment))
    return file


def test_what_is_bound_and_asked_for_is_fine(project: Project) -> None:
    assert _lint(project) == CLEAN


def test_evidence_that_nothing_binds_and_a_source_that_nothing_asks_for_are_warnings_with_a_suggestion(
    project: Project,
) -> None:
    _sources(project, SOURCES.replace("metrics:", "metric:"))
    code, out, err = _lint(project)
    assert (code, err) == (0, "2 files: 0 errors, 2 warnings\n")
    assert out == (
        "evidence/demo/sources.local.yaml:7:3: warning: no policy of demo asks for the evidence `metric`\n"
        "    7 |   metric: {collector: json, file: metrics.json}\n"
        "      |   ^^^^^^\n"
        "      = did you mean `metrics`?\n"
        "policies/demo/demo.yaml:9:3: warning: no file of sources of demo binds the evidence `metrics`\n"
        "    9 |   metrics: {type: json, schema: metrics.schema.json, max_age: 1h, required: [error_rate]}\n"
        "      |   ^^^^^^^\n"
        "      = did you mean `metric`?\n"
    )


def test_where_no_name_is_near_the_hint_says_what_to_do(project: Project) -> None:
    _sources(project, SOURCES.replace("metrics:", "weather:"))
    _, out, _ = _lint(project)
    assert out.count("= bind it under `sources` in evidence/demo/\n") == 1
    assert out.count("= take the source out, or write what needs it\n") == 1


def test_one_environment_that_binds_it_is_enough(project: Project) -> None:
    _sources(project, SOURCES.replace(SOURCE, "").replace("sources:", "sources: {}"), "elsewhere")
    assert _lint(project)[:2] == (0, "")


def test_a_system_without_sources_is_left_alone(project: Project) -> None:
    (project.root / "evidence/demo/sources.local.yaml").unlink()
    assert _lint(project)[:2] == (0, "")


def test_systems_do_not_mix(project: Project) -> None:
    other = project.root / "policies/other"
    other.mkdir()
    (other / "metrics.schema.json").write_text(json.dumps(SCHEMA))
    asks = POLICY.replace("id: demo", "id: other").replace("metrics:", "weather:").replace("metrics.err", "weather.err")
    (other / "other.yaml").write_text(asks)
    assert _lint(project) == (0, "", "3 files: 0 errors, 0 warnings\n")
    _sources(project, SOURCES.replace("metrics:", "weather:"))
    _, out, err = _lint(project)
    assert "no policy of demo asks for the evidence `weather`" in out
    assert "no file of sources of demo binds the evidence `metrics`" in out
    assert err == "3 files: 0 errors, 2 warnings\n"


def test_what_a_file_binds_that_cannot_be_read_is_not_guessed(project: Project) -> None:
    _sources(project, SOURCES.replace(SOURCE, "").replace("sources:", "sources: {}"))
    _sources(project, SOURCES.replace("kind: Sources", "kind: Source"), "broken")
    code, out, err = _lint(project)
    assert (code, err) == (4, "3 files: 1 error, 0 warnings\n")
    assert out.startswith("evidence/demo/sources.broken.yaml:2:7: there is no kind `Source`")


def test_a_mode_that_a_gate_reads_is_evidence_like_any_other(project: Project) -> None:
    project.policy.write_text(
        POLICY.replace(NEED, f"{NEED}  mode: {{type: mode_state, of: shop, max_age: 15m}}\n").replace(
            "expect: metrics", "expect: mode.state == 'open' && metrics"
        )
    )
    assert "binds the evidence `mode`" in _lint(project)[1]
    _sources(project, f"{SOURCES}  mode: {{collector: mode_state, file: mode.yaml}}\n")
    assert _lint(project) == CLEAN


def test_only_the_files_that_are_asked_for_are_told_of(project: Project) -> None:
    _sources(project, SOURCES.replace("metrics:", "metric:"))
    assert [
        line.split(":")[0] for line in _lint(project, "policies/demo/demo.yaml")[1].splitlines() if "warning" in line
    ] == ["policies/demo/demo.yaml"]
