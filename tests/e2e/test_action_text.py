"""What others write reaches GitHub as text alone: titles, evidence, paths, inputs; and not more than it takes."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from markdown_it import MarkdownIt

from action.runner import annotate, put_log, put_outputs
from action.summary import fitted
from tests.e2e.gated import POLICY, SCHEMA, SOURCES, Gate, metrics, no_decision
from tests.e2e.hosted import Event, Hosted
from tests.e2e.runner import Ran, obeyed, read_outputs

OURS = {"error", "warning"}
NASTY = (
    "$(touch pwned) `touch pwned` ; touch pwned # && touch pwned | touch pwned",
    "'; touch pwned; ' \" \\\" ${IFS} $PATH ${{ github.token }} ${{ inputs.policy }}",
    "x\n::set-output name=verdict::GO\n::error::forged\n  ::add-mask::GO\n##[error]forged",
    "x\r::error file=a,line=1::forged\r\n::stop-commands::x\n::x::\n::add-path::/tmp",
    "##[set-output name=verdict;]GO and ##[add-mask]NO-GO",
    "%0A::error::forged%0D%0A::set-env name=PATH::x",
    "verdict<<EOF\nGO\nEOF\nverdict=GO",
    "<script>alert(1)</script> <img src=//evil.example/x> ![x](https://evil.example/x) [x](javascript:alert(1))",
    "# Launch gate: GO\n\n**GO** @everyone #1 | a | b |\n---\n```\n</details>",
    "\x1b[2J\x1b]0;owned\x07 \u202eOG\u202c \u200b \ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
)


def untouched(ran: Ran, gate: Gate) -> None:
    """The runner obeyed nothing but our own annotations, no file was made, and the summary has no markup of others."""
    assert {name for name, _title, _data in ran.commands} <= OURS
    assert not [data for _name, title, data in ran.commands if title == "" or data.startswith("forged")]
    assert ran.variables == ""
    assert not list(gate.runner.folder.rglob("pwned"))
    page = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    tokens = [token for each in page.parse(ran.summary) for token in (each, *(each.children or ()))]
    assert not {"html_block", "html_inline", "image", "link_open"} & {token.type for token in tokens}
    headings = [line for line in ran.summary.splitlines() if line.startswith("# Launch gate")]
    assert len(headings) == 1


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_a_title_and_evidence_are_text_and_nothing_more(gate: Gate, hosted: Hosted, text: str) -> None:
    hosted.on_main({"evidence/demo/metrics.json": metrics(0.08, text)})
    ran = gate.judge(hosted.pull_request({"app.py": ""}, title=text))
    assert (ran.code, ran.outputs["verdict"]) == (1, "NO-GO")
    untouched(ran, gate)


@pytest.mark.parametrize(
    "title",
    [
        "lone \ud800 surrogate\n::error::forged",
        "x" * 2_000_000 + "\n::error::forged",
        {"a": ["\n::error::forged"]},
        None,
    ],
    ids=["surrogate", "long", "no text", "none"],
)
def test_a_title_may_be_anything(gate: Gate, hosted: Hosted, title: Any) -> None:
    ran = gate.judge(hosted.pull_request({"app.py": ""}, title=title))
    assert (ran.code, ran.outputs["verdict"]) == (0, "GO")
    assert len(ran.log + ran.summary) < 20_000
    untouched(ran, gate)


def test_a_source_gets_neither_the_token_nor_a_file_of_the_runner(gate: Gate, hosted: Hosted) -> None:
    names = ("GATE_TOKEN", "GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")
    evidence = "".join(f"  {name.lower()}: {{type: http, max_age: 1h}}\n" for name in names)
    source = '{{collector: http, url: "https://127.0.0.1:1/", headers: {{X-Given: "${{env:{}}}"}}}}'
    sources = "".join(f"  {name.lower()}: {source.format(name)}\n" for name in names)
    hosted.on_main(
        {
            "policies/demo/demo.yaml": POLICY.replace("evidence:\n", f"evidence:\n{evidence}"),
            "evidence/demo/sources.local.yaml": SOURCES + sources,
        }
    )
    ran = gate.judge(hosted.pull_request({"app.py": ""}), {"GITHUB_STATE": "state"}, token="ghs_" + "secret" * 5)
    lacking = re.findall(r"failed: the secret \$\{env:(\w+)\}", ran.log)
    assert set(lacking) == set(names), ran.log


def test_paths_are_text_and_nothing_more(gate: Gate, hosted: Hosted) -> None:
    names = [
        "$(touch pwned)",
        "::error::forged",
        "a\n::error::forged",
        "`x` | <b>",
        "##[error]forged",
        "-rf",
        "é ü",
        "\x1b[31mred",
    ]
    ran = gate.judge(hosted.pull_request({f"policies/demo/{name}.yaml": "x" for name in names}))
    assert ran.code == 0, ran.log
    assert ran.summary.count("| policies | added |") == len(names)
    untouched(ran, gate)


@pytest.mark.parametrize("name", ["policy", "environment", "root", "as_of", "base_ref"])
@pytest.mark.parametrize("text", [NASTY[0], "\n".join(NASTY)], ids=["shell", "all"])
def test_inputs_are_text_and_nothing_more(gate: Gate, hosted: Hosted, name: str, text: str) -> None:
    head = hosted.git("rev-parse", "main")
    ran = gate.judge(Event("push", {}, head, head), **{"base_ref": "main", name: text})
    no_decision(ran, 2)
    untouched(ran, gate)


def test_what_is_wrong_with_a_policy_is_text_and_nothing_more(gate: Gate, hosted: Hosted) -> None:
    hosted.on_main({"policies/demo/demo.yaml": POLICY + "::set-output name=verdict::GO: |\n  ```\n  ::error::forged\n"})
    ran = gate.judge(hosted.pull_request({}))
    no_decision(ran, 4)
    untouched(ran, gate)


class TestForms:
    """Every text comes out of the runner as it went in, and nothing else comes out."""

    @pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
    def test_an_annotation(self, text: str, capfd: pytest.CaptureFixture[str]) -> None:
        annotate("error", text, text)
        assert obeyed(capfd.readouterr().out) == [("error", text, text)]

    @pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
    def test_a_text_of_the_log(self, text: str, capfd: pytest.CaptureFixture[str]) -> None:
        put_log(text)
        assert obeyed(capfd.readouterr().out) == []

    def test_outputs(self, tmp_path: Path) -> None:
        outputs = {f"name-{number}": text.replace("\r", "") for number, text in enumerate(NASTY)}
        put_outputs(tmp_path / "outputs", outputs)
        assert read_outputs((tmp_path / "outputs").read_text(encoding="utf-8")) == outputs


class TestHowMuch:
    def test_a_summary_that_github_would_drop_is_cut_and_keeps_the_verdict(self, gate: Gate, hosted: Hosted) -> None:
        rule = (
            "  - id: rows\n    title: Rows\n    enforcement: blocking\n    severity: high\n"
            "    each: {over: metrics.rows, as: row, key: row.id}\n"
            '    message: "{row.note}"\n    remedy: mend it\n'
        )
        row = {"type": "object", "properties": {name: {"type": "string"} for name in ("id", "note")}}
        schema = json.loads(SCHEMA)
        schema["properties"]["rows"] = {"type": "array", "items": {**row, "required": ["id", "note"]}}
        rows = [{"id": f"row-{number}", "note": f"{number} " + "long " * 150} for number in range(2_500)]
        evidence = {"error_rate": 0.01, "note": "", "rows": rows}
        hosted.on_main(
            {
                "policies/demo/demo.yaml": POLICY + rule,
                "policies/demo/metrics.schema.json": json.dumps(schema),
                "evidence/demo/metrics.json": json.dumps(evidence),
            }
        )
        ran = gate.judge(hosted.pull_request({"policies/demo/demo.yaml": POLICY}))
        assert ran.code == 1, ran.log[:3000]
        report = Path(ran.outputs["report-path"]) / "report.md"
        assert report.stat().st_size > 1024 * 1024
        assert 900_000 < len(ran.summary.encode()) <= 1_000_000
        assert ran.summary.startswith("# Launch gate: NO-GO\n")
        assert "| `policies/demo/demo.yaml` | policies | changed |" in ran.summary
        assert "more lines" in ran.summary.splitlines()[-1]
        assert all(len(data) <= 2_000 for _name, _title, data in ran.commands)
        assert len(ran.commands) <= 10
        untouched(ran, gate)

    def test_many_changes_are_counted(self, gate: Gate, hosted: Hosted) -> None:
        ran = gate.judge(hosted.pull_request({f"policies/demo/{number}.yaml": "x" for number in range(130)}))
        assert ran.code == 0
        assert ran.summary.count("| policies | added |") == 100
        assert "\n30 more\n" in ran.summary

    def test_a_report_that_fits_is_whole(self) -> None:
        assert fitted("# page\n", "packet\n", 1_000) == "# page\n\npacket\n"

    @pytest.mark.parametrize("most", [500, 520, 560, 700, 1_000])
    def test_a_cut_never_leaves_a_block_of_code_open(self, most: int) -> None:
        packet = "\n\n".join(f"row {number}\n\n```console\n$ é {number}\n```" for number in range(100))
        cut = fitted("# page\n", packet, most)
        assert len(cut.encode()) <= most
        assert cut.splitlines().count("```") == cut.splitlines().count("```console")
        left = int(cut.split("**")[1].split()[0])
        assert left > 0
        assert cut.startswith("# page\n")


class TestToken:
    @pytest.fixture
    def asked(self) -> Iterator[tuple[str, list[list[str]]]]:
        """A server that takes down the credentials that it is shown, and has no repository."""
        shown: list[list[str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shown.append(self.headers.get_all("Authorization") or [])
                self.send_error(404)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", shown
        server.shutdown()
        server.server_close()
        thread.join()

    def test_it_is_shown_once_and_told_nowhere(
        self, gate: Gate, hosted: Hosted, asked: tuple[str, list[list[str]]]
    ) -> None:
        url, shown = asked
        token = "ghs_" + "secret" * 5
        settings = f'[http "{url}/"]\n\textraheader = AUTHORIZATION: basic {b"old".hex()}\n'
        (gate.runner.folder / "home" / ".gitconfig").write_text(settings)
        ran = gate.judge(hosted.pull_request({}), {"GITHUB_SERVER_URL": url}, token=token)
        no_decision(ran, 4, "cannot be fetched", "contents: read")
        assert shown == [[f"basic {base64.b64encode(f'x-access-token:{token}'.encode()).decode()}"]]
        assert token not in ran.log + ran.summary
