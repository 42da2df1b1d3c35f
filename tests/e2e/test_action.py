"""The GitHub Action, as a runner runs it: each step's script in bash, on real repositories, with GitHub's files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gatekeeper import __version__
from tests.conftest import ROOT
from tests.e2e.gated import BASE, FAILS, GOES, LADDER, POLICY, SCHEMA, SOURCES, WAIVER, Gate, metrics, no_decision
from tests.e2e.hosted import Event, Hosted
from tests.lacking import lack

OWED = f"""\
{LADDER}duties:
  - id: write
    title: Write it down
    who: demo-team
    from: timestamp("2026-03-02T09:00:00Z")
    working_days: 3
    calendar: days
    done_when: metrics.error_rate < 0.0
---
apiVersion: gatekeeper/v1
kind: Calendar
id: days
title: Days on which people work
working_days: [mon, tue, wed, thu, fri]
zone: Etc/UTC
"""


class TestVerdicts:
    def test_go_lets_the_job_pass_and_says_so_everywhere(self, gate: Gate, hosted: Hosted) -> None:
        event = hosted.pull_request({"app.py": "print('better')\n"})
        ran = gate.judge(event)
        assert ran.code == 0, ran.log
        assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("GO", "0")
        decision = gate.decision(ran)
        assert decision["subject"] == {"service": "demo", "environment": "local", "commit": event.subject}
        assert decision["run"] == {"digest": ran.outputs["decision-digest"], "replay": False}
        assert ran.summary.startswith("# Launch gate: GO\n")
        assert "Nothing that judges is changed" in ran.summary
        assert event.subject in ran.summary
        assert {each.name for each in Path(ran.outputs["report-path"]).iterdir()} == {
            *("report.md", "report.txt", "decision.json")
        }
        assert Path(ran.outputs["snapshot-path"]).is_file()
        assert not ran.commands
        assert "GO  demo" in ran.log

    def test_no_go_fails_the_job_and_still_sets_the_outputs(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/metrics.json": FAILS})
        ran = gate.judge(hosted.pull_request({"app.py": ""}))
        assert ran.code == 1
        assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("NO-GO", "1")
        assert ran.outputs["decision-digest"].startswith("sha256:")
        assert ran.summary.startswith("# Launch gate: NO-GO\n")
        assert "error rate 0.08" in ran.summary
        (error,) = ran.annotations("error")
        assert error.startswith("NO-GO demo: ")

    def test_inconclusive_fails_the_job_with_a_code_of_its_own(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/metrics.json": None})
        ran = gate.judge(hosted.pull_request({"app.py": ""}))
        assert ran.code == 3
        assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("INCONCLUSIVE", "3")
        assert ran.summary.startswith("# Launch gate: INCONCLUSIVE\n")
        assert ran.annotations("error")

    def test_an_invalid_policy_of_the_base_is_no_verdict(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"policies/demo/demo.yaml": POLICY.replace("expect:", "expects:")})
        ran = gate.judge(hosted.pull_request({"app.py": ""}))
        no_decision(ran, 4, "policies/demo/demo.yaml")
        assert "expects" in ran.summary, "the place and the line are in the summary"

    def test_several_policies_have_one_verdict_and_a_digest_each(self, gate: Gate, hosted: Hosted) -> None:
        other = POLICY.replace("id: demo", "id: other").replace("default: 0.05", "default: 0.001")
        hosted.on_main({"policies/demo/other.yaml": other})
        ran = gate.judge(hosted.pull_request({"app.py": ""}), policy="demo\nother")
        assert ran.outputs["verdict"] == "NO-GO"
        assert len(ran.outputs["decision-digest"].splitlines()) == 2
        (error,) = ran.annotations("error")
        assert error.startswith("NO-GO other: ")

    def test_only_policies_that_do_not_say_go_are_named_at_the_job(self, gate: Gate, hosted: Hosted) -> None:
        goes = {f"policies/demo/a{number}.yaml": POLICY.replace("id: demo", f"id: a{number}") for number in range(9)}
        strict = POLICY.replace("id: demo", "id: strict").replace("default: 0.05", "default: 0.001")
        hosted.on_main({**goes, "policies/demo/strict.yaml": strict})
        names = " ".join([*(f"a{number}" for number in range(9)), "strict"])
        (error,) = gate.judge(hosted.pull_request({"app.py": ""}), policy=names).annotations("error")
        assert error.startswith("NO-GO strict: "), "nine that say go stand before it"

    def test_what_is_not_named_at_the_job_is_counted(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/metrics.json": FAILS})
        names = [f"a{number:02}" for number in range(12)]
        hosted.on_main({f"policies/demo/{name}.yaml": POLICY.replace("id: demo", f"id: {name}") for name in names})
        errors = gate.judge(hosted.pull_request({"app.py": ""}), policy=" ".join(names)).annotations("error")
        assert [error.split(":")[0] for error in errors[:-1]] == [f"NO-GO {name}" for name in names[:8]]
        assert errors[-1].startswith("NO-GO: 4 more policies do not say go")

    @pytest.mark.parametrize(
        ("error_rate", "told"),
        [
            (0.01, []),
            (0.08, ["NO-GO how-bad: HIGH"]),
            (None, ["INCONCLUSIVE how-bad: not known: whether HIGH is reached"]),
        ],
        ids=["no level", "a level", "not known"],
    )
    def test_a_ladder_is_named_where_a_level_is_reached_or_not_known(
        self, gate: Gate, hosted: Hosted, error_rate: float | None, told: list[str]
    ) -> None:
        hosted.on_main({"policies/demo/how-bad.yaml": LADDER})
        hosted.on_main({"evidence/demo/metrics.json": None if error_rate is None else metrics(error_rate)})
        errors = gate.judge(hosted.pull_request({"app.py": ""}), policy="how-bad").annotations("error")
        assert [error[: len(start)] for error, start in zip(errors, told, strict=True)] == told

    def test_an_unknown_policy_is_a_wrong_call(self, gate: Gate, hosted: Hosted) -> None:
        no_decision(gate.judge(hosted.pull_request({}), policy="demos"), 2, "there is no policy 'demos' in policies")


class TestTheBaseJudges:
    def test_a_pull_request_cannot_weaken_what_judges_it(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/metrics.json": FAILS})
        weaker = {
            "policies/demo/demo.yaml": POLICY.replace("default: 0.05", "default: 0.5"),
            "policies/demo/waivers/mine.yaml": WAIVER,
            "evidence/demo/sources.local.yaml": SOURCES.replace("metrics.json", "mine.json"),
            "evidence/demo/mine.json": GOES,
            "evidence/demo/metrics.json": GOES,
            "gatekeeper.yaml": "policies: easy\n",
            "easy/demo/demo.yaml": POLICY.replace("blocking", "shadow"),
            ".github/workflows/gate.yml": "on: push\n",
            "CODEOWNERS": "* @me\n",
            "app.py": "print('worse')\n",
            "pyproject.toml": "[project]\nname = 'renamed'\n",
        }
        event = hosted.pull_request(weaker)
        ran = gate.judge(event)
        assert ran.outputs["verdict"] == "NO-GO"
        assert ran.code == 1
        assert gate.decision(ran)["subject"] == {"service": "demo", "environment": "local", "commit": event.subject}
        listed = {line.split("`")[1]: line for line in ran.summary.splitlines() if line.startswith("| `")}
        assert {name for name in weaker if f"| `{name}` |" in ran.summary} == set(weaker) - {
            *("app.py", "pyproject.toml", "easy/demo/demo.yaml")
        }
        assert listed["policies/demo/demo.yaml"].endswith("| policies | changed |")
        assert listed["policies/demo/waivers/mine.yaml"].endswith("| policies | added |")
        (warning,) = ran.annotations("warning")
        assert "8 changed files" in warning

    def test_a_shared_figure_is_that_of_the_base_and_its_change_is_listed(self, gate: Gate, hosted: Hosted) -> None:
        head = "apiVersion: gatekeeper/v1\nkind: Shared\nid: parts\ntitle: Figures\nowner: demo-team\n"
        shared = f"{head}params:\n  most: 0.05\n"
        importing = POLICY.replace(
            "params:\n  most: {type: number, default: 0.05}\n", "imports: {parts: {params: [most]}}\n"
        )
        hosted.on_main({"policies/demo/parts.yaml": shared, "policies/demo/demo.yaml": importing})
        hosted.on_main({"evidence/demo/metrics.json": FAILS})
        ran = gate.judge(hosted.pull_request({"policies/demo/parts.yaml": shared.replace("0.05", "0.5")}))
        assert ran.outputs["verdict"] == "NO-GO"
        assert "| `policies/demo/parts.yaml` | policies | changed |" in ran.summary

    def test_the_calendar_of_the_base_counts_the_working_days(self, gate: Gate, hosted: Hosted) -> None:
        """Three working days after a Monday; with the calendar of the pull request that would be three weeks later."""
        hosted.on_main({"policies/demo/how-bad.yaml": OWED, "evidence/demo/metrics.json": FAILS})
        weaker = {"policies/demo/how-bad.yaml": OWED.replace("[mon, tue, wed, thu, fri]", "[mon]")}
        ran = gate.judge(hosted.pull_request(weaker), policy="how-bad")
        told = "".join(path.read_text() for path in Path(ran.outputs["report-path"]).iterdir())
        assert "2026-03-05T23:59:59" in told
        assert "2026-03-23" not in told
        assert "| `policies/demo/how-bad.yaml` | policies | changed |" in ran.summary

    def test_once_merged_what_was_changed_does_judge(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/metrics.json": FAILS})
        hosted.on_main({"policies/demo/demo.yaml": POLICY.replace("default: 0.05", "default: 0.5")})
        assert gate.judge(hosted.pull_request({"app.py": ""})).outputs["verdict"] == "GO"

    def test_settings_of_gatekeeper_in_a_project_file_are_listed(self, gate: Gate, hosted: Hosted) -> None:
        ran = gate.judge(hosted.pull_request({"pyproject.toml": "[tool.gatekeeper]\npolicies = 'easy'\n"}))
        assert ran.code == 0
        assert "| `pyproject.toml` | configuration | changed |" in ran.summary

    def test_a_policy_that_is_taken_away_still_judges(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/metrics.json": FAILS})
        ran = gate.judge(hosted.pull_request({"policies/demo/demo.yaml": None}))
        assert ran.code == 1
        assert "| `policies/demo/demo.yaml` | policies | removed |" in ran.summary

    def test_the_base_is_its_newest_commit_and_not_the_one_of_the_event(self, gate: Gate, hosted: Hosted) -> None:
        event = hosted.pull_request({"app.py": ""})
        hosted.on_main({"policies/demo/demo.yaml": POLICY.replace("default: 0.05", "default: 0.001")})
        ran = gate.judge(event)
        assert ran.outputs["verdict"] == "NO-GO", "the base was tightened after the pull request was opened"
        assert "Nothing that judges is changed" in ran.summary, "what others merged is not told as the pull request's"

    def test_variables_of_the_workflow_do_not_move_what_judges(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/metrics.json": FAILS, "easy/demo/demo.yaml": POLICY.replace("0.05", "0.5")})
        hosted.on_main({"easy/demo/metrics.schema.json": SCHEMA})
        ran = gate.judge(hosted.pull_request({"app.py": ""}), {"GATEKEEPER_POLICIES": "easy"})
        assert ran.outputs["verdict"] == "NO-GO"

    def test_nothing_in_the_workspace_is_run_or_read(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/metrics.json": FAILS})
        workspace = gate.runner.workspace
        for name in ("json.py", "gatekeeper/__init__.py", "pip/__main__.py", "sitecustomize.py", "action/gate.py"):
            (workspace / name).parent.mkdir(exist_ok=True)
            (workspace / name).write_text("open('ran', 'w')\n")
        (workspace / "gatekeeper.yaml").write_text("policies: nowhere\n")
        (gate.runner.temp / "gatekeeper.yaml").write_text("policies: nowhere\n")
        ran = gate.judge(hosted.pull_request({"app.py": ""}), {"PYTHONPATH": str(workspace)})
        assert ran.outputs["verdict"] == "NO-GO", ran.log
        assert not list(gate.runner.folder.rglob("ran"))

    def test_a_project_in_a_folder_of_the_repository_is_judged_there(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({f"services/demo app/{name}": content for name, content in BASE.items()})
        hosted.on_main({"policies/demo/demo.yaml": None, "services/demo app/evidence/demo/metrics.json": FAILS})
        changes = {"services/demo app/policies/demo/demo.yaml": POLICY.replace("0.05", "0.5"), "policies/x.yaml": "x"}
        ran = gate.judge(hosted.pull_request(changes), root="services/demo app")
        assert ran.outputs["verdict"] == "NO-GO"
        assert "| `services/demo app/policies/demo/demo.yaml` | policies | changed |" in ran.summary
        assert "policies/x.yaml" not in ran.summary


class TestWhatIsJudged:
    SOURCES = SOURCES.replace("file: metrics.json", "file: subject/data/metrics.json")

    def test_a_source_that_says_so_reads_the_commit_that_is_judged(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/sources.local.yaml": self.SOURCES, "data/metrics.json": GOES})
        ran = gate.judge(hosted.pull_request({"data/metrics.json": FAILS}))
        assert ran.outputs["verdict"] == "NO-GO"
        assert "sources of demo read files of the commit that is judged" in ran.summary
        assert gate.judge(hosted.pull_request({"app.py": ""})).outputs["verdict"] == "GO"

    def test_without_that_file_the_evidence_lacks(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/sources.local.yaml": self.SOURCES, "data/metrics.json": GOES})
        assert gate.judge(hosted.pull_request({"data/metrics.json": None})).outputs["verdict"] == "INCONCLUSIVE"

    def test_links_of_the_judged_commit_lead_nowhere(self, gate: Gate, hosted: Hosted, tmp_path: Path) -> None:
        (tmp_path / "outside.json").write_text(GOES)
        hosted.on_main({"evidence/demo/sources.local.yaml": self.SOURCES})
        (hosted.folder / "data").symlink_to(tmp_path, target_is_directory=True)
        hosted.git("add", "--all")
        hosted.git("commit", "--quiet", "--message=link")
        (tmp_path / "metrics.json").write_text(GOES)
        assert gate.judge(hosted.pull_request({"app.py": ""})).outputs["verdict"] == "INCONCLUSIVE"
        (laid,) = gate.runner.temp.glob("gatekeeper-*/base/evidence/demo/subject")
        assert {each.name for each in laid.iterdir()} >= {"app.py", "policies"}
        assert not (laid / "data").exists()

    @pytest.mark.parametrize("name", ["..", ".git", ".GIT"])
    def test_a_path_that_leads_elsewhere_is_refused(self, gate: Gate, hosted: Hosted, name: str) -> None:
        hosted.on_main({"evidence/demo/sources.local.yaml": self.SOURCES})
        event = hosted.pull_request({"app.py": ""})
        inner = hosted.git("rev-parse", f"{event.subject}:policies")
        tree = hosted.git("mktree", feed=f"040000 tree {inner}\t{name}\n")
        event.payload["pull_request"]["head"]["sha"] = hosted.git("commit-tree", tree, "-m", "elsewhere")
        no_decision(gate.judge(event), 4, "leads elsewhere")

    def test_the_base_has_no_folder_of_that_name(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/sources.local.yaml": self.SOURCES, "evidence/demo/subject/x.json": GOES})
        no_decision(gate.judge(hosted.pull_request({})), 4, "has a folder `subject`")

    def test_a_source_that_asks_git_is_not_known_and_it_is_said_what_to_do(self, gate: Gate, hosted: Hosted) -> None:
        policy = POLICY.replace("evidence:\n", "evidence:\n  release: {type: git, max_age: 1h}\n")
        rule = "id: clean, title: Clean, enforcement: blocking, severity: high, message: dirty, remedy: clean it"
        hosted.on_main({"policies/demo/demo.yaml": f'{policy}  - {{{rule}, expect: "!release.dirty"}}\n'})
        hosted.on_main({"evidence/demo/sources.local.yaml": f"{SOURCES}  release: {{collector: git}}\n"})
        ran = gate.judge(hosted.pull_request({"app.py": ""}))
        assert (ran.code, ran.outputs["verdict"]) == (3, "INCONCLUSIVE")
        (warning,) = ran.annotations("warning")
        for told in (warning, ran.summary):
            assert "release" in told
            assert "the Action has no repository that git could be asked about" in told
            assert "fetch-depth: 0" in told

    def test_files_are_taken_as_they_are_whatever_their_attributes_say(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/sources.local.yaml": self.SOURCES, "data/metrics.json": GOES})
        attributes = "*.json export-ignore filter=lfs eol=crlf\n"
        ran = gate.judge(hosted.pull_request({".gitattributes": attributes, "data/metrics.json": FAILS}))
        assert ran.outputs["verdict"] == "NO-GO"


class TestEvents:
    def test_a_merge_group_is_judged_as_what_will_be_merged(self, gate: Gate, hosted: Hosted) -> None:
        event = hosted.merge_group({"policies/demo/demo.yaml": POLICY.replace("0.05", "0.5")})
        ran = gate.judge(event)
        assert ran.code == 0, ran.log
        assert gate.decision(ran)["subject"] == {"service": "demo", "environment": "local", "commit": event.subject}
        assert "| `policies/demo/demo.yaml` | policies | changed |" in ran.summary
        hosted.on_main({"evidence/demo/metrics.json": FAILS})
        assert gate.judge(event).code == 1, "evidence of the base as it is now"

    def test_an_event_without_a_base_names_one(self, gate: Gate, hosted: Hosted) -> None:
        head = hosted.git("rev-parse", "main")
        event = Event("workflow_dispatch", {"inputs": {}}, head, head)
        no_decision(gate.judge(event), 2, "base-ref")
        assert gate.judge(event, base_ref="main").code == 0

    def test_an_event_that_has_secrets_for_everybody_is_refused(self, gate: Gate, hosted: Hosted) -> None:
        event = hosted.pull_request({})
        no_decision(gate.judge(Event("pull_request_target", event.payload, event.sha, "")), 2, "not supported")

    def test_a_replay_is_refused(self, gate: Gate, hosted: Hosted) -> None:
        no_decision(gate.judge(hosted.pull_request({}), as_of="2026-03-03T09:00:00Z"), 2, "as-of")
        ran = gate.judge(hosted.pull_request({}), policy="--as-of=2026-03-03T09:00:00Z demo")
        no_decision(ran, 2, "which is no id")

    @pytest.mark.parametrize("base", ["--upload-pack=touch pwned", "main:refs/heads/x", "../main", "a b", "@{u}"])
    def test_a_base_that_is_no_branch_is_refused(self, gate: Gate, hosted: Hosted, base: str) -> None:
        head = hosted.git("rev-parse", "main")
        ran = gate.judge(Event("push", {}, head, head), base_ref=base)
        no_decision(ran, 2, "is no branch")
        assert not list(gate.runner.folder.rglob("pwned"))

    def test_a_base_that_is_gone_is_told_with_what_to_do(self, gate: Gate, hosted: Hosted) -> None:
        event = hosted.pull_request({})
        hosted.git("checkout", "--quiet", "--detach")
        hosted.git("branch", "--quiet", "-D", "main")
        no_decision(gate.judge(event), 4, "refs/heads/main cannot be fetched", "contents: read")

    def test_a_commit_that_is_gone_is_told_with_what_to_do(self, gate: Gate, hosted: Hosted) -> None:
        event = hosted.pull_request({})
        event.payload["pull_request"]["head"]["sha"] = "0" * 40
        no_decision(gate.judge(event), 4, "cannot be fetched", "a newer push has a run of its own")

    def test_an_object_that_is_no_commit_is_not_judged(self, gate: Gate, hosted: Hosted) -> None:
        event = hosted.pull_request({})
        event.payload["pull_request"]["head"]["sha"] = tree = hosted.git("rev-parse", "main^{tree}")
        no_decision(gate.judge(event), 4, f"{tree} is no commit")

    def test_a_policy_that_only_the_pull_request_has_is_merged_first(self, gate: Gate, hosted: Hosted) -> None:
        event = hosted.pull_request({"policies/demo/new.yaml": POLICY.replace("id: demo", "id: new")})
        no_decision(gate.judge(event, policy="new"), 2, "there is no policy 'new'", "what is on main counts", "merge")

    def test_policies_and_evidence_under_new_names_do_not_judge_yet(self, gate: Gate, hosted: Hosted) -> None:
        hosted.on_main({"evidence/demo/metrics.json": FAILS})
        moved = {"policies/demo/demo.yaml": None, "policies/demo/moved.yaml": POLICY.replace("0.05", "0.5")}
        moved |= {"evidence/demo/metrics.json": None, "evidence/demo/moved.json": GOES}
        ran = gate.judge(hosted.pull_request(moved))
        assert ran.outputs["verdict"] == "NO-GO"
        told = [line.split(" | ")[2] for line in ran.summary.splitlines() if line.startswith("| `")][:4]
        assert told == ["removed |", "added |", "removed |", "added |"]

    def test_a_fork_has_no_secrets_and_so_no_go(self, gate: Gate, hosted: Hosted) -> None:
        source = '{collector: http, url: "https://127.0.0.1:1/", as: json, headers: {X-Token: "${env:STATUS_TOKEN}"}}'
        hosted.on_main(
            {"evidence/demo/sources.local.yaml": SOURCES.replace("{collector: json, file: metrics.json}", source)}
        )
        event = hosted.pull_request({"app.py": ""})
        event.payload["pull_request"]["head"]["repo"] = {"full_name": "somebody/name", "fork": True}
        ran = gate.judge(event, {"STATUS_TOKEN": ""})
        assert (ran.code, ran.outputs["verdict"]) == (3, "INCONCLUSIVE")
        assert "STATUS_TOKEN" in ran.log

    def test_an_event_that_is_broken_is_a_wrong_call(self, gate: Gate, hosted: Hosted) -> None:
        group = hosted.merge_group({})
        group.payload["merge_group"]["base_ref"] = None
        no_decision(gate.judge(group), 2, "'None' is no branch")
        no_decision(gate.judge(Event("pull_request", {"pull_request": []}, "x", "")), 2, "pull_request")
        no_decision(gate.judge(Event("merge_group", {"merge_group": {"base_ref": "main"}}, "x", "")), 2, "commit")


class TestTheActionItself:
    def test_a_go_whose_outputs_cannot_be_written_is_none(self, gate: Gate, hosted: Hosted) -> None:
        event = hosted.pull_request({})
        script = ROOT / "action" / "__main__.py"
        ended = subprocess.run(
            [gate.given["python"], "-I", script],
            env={
                **gate.hosted.variables(event, gate.runner.folder),
                "GATE_POLICY": "demo",
                "GITHUB_WORKSPACE": str(gate.runner.workspace),
                "PATH": "/usr/bin:/bin",
            },
            cwd=gate.runner.temp,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 4
        assert "the verdict was GO" in ended.stdout

    def test_an_action_that_is_broken_is_no_verdict(self, gate: Gate, hosted: Hosted, tmp_path: Path) -> None:
        broken = tmp_path / "broken action"
        shutil.copytree(ROOT / "action", broken / "action")
        shutil.copy(ROOT / "action.yml", broken)
        (broken / "action" / "gate.py").write_text("raise ImportError\n")
        gate.runner.action = broken
        ran = gate.judge(hosted.pull_request({}))
        assert ran.code == 70
        assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("none", "70")

    @pytest.mark.parametrize(
        ("inputs", "told"),
        [
            ({"python": "no such python"}, "names no program"),
            ({"python": "/usr/bin/python3 -c pass"}, "names no program"),
            ({"python": "true"}, "Python 3.11 or newer is needed"),
            ({"python": "echo"}, "Python 3.11 or newer is needed"),
            ({"install": "perhaps"}, "true or false"),
        ],
    )
    def test_a_python_that_cannot_be_used_is_no_verdict(
        self, gate: Gate, hosted: Hosted, inputs: dict[str, str], told: str
    ) -> None:
        ran = gate.judge(hosted.pull_request({}), **inputs)
        assert ran.code == 70
        assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("none", "70")
        (error,) = ran.annotations("error")
        assert told in error

    def test_it_installs_gatekeeper_from_its_own_checkout(self, gate: Gate, hosted: Hosted) -> None:
        ran = gate.judge(hosted.pull_request({}), install="true", python=sys.executable)
        if "the packages of requirements/action.txt cannot be installed" in ran.log:
            lack("no package index can be reached from here")
        assert ran.code == 0, ran.log
        assert f"gatekeeper {__version__}" in ran.log
        (packages,) = gate.runner.temp.glob("gatekeeper-python-*/lib/python*/site-packages")
        assert (packages / f"gatekeeper_gates-{__version__}.dist-info").is_dir()
        assert not list(packages.glob("pytest*")), "what tests need is not installed"
