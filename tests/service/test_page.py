"""The status page, in a browser: what it shows, that nothing of it fails, and that everybody can read it."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.lacking import lack
from tests.sample.incidents import deploys, evidence, incident, minute, signs
from tests.sample.test_degraded import FAILING, OUT
from tests.service.serving import MODE as POLICY
from tests.service.serving import Served, measure, sample, serving, shop, until
from tests.service.test_replays import given

AXE = ROOT / ".services" / "node_modules" / "axe-core" / "axe.min.js"
"""Where scripts/services puts it."""


@pytest.fixture(scope="module")
def degraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sample's API, degraded since two minutes."""
    root = sample(tmp_path_factory.mktemp("page"), "rgl8r")
    with serving(root, at=minute(0)) as served:
        about: dict[str, Any] = {
            "incident": incident(),
            "deploys": deploys(-20),
            "signs": signs(canary_status="FAIL_AUTH"),
        }
        for offset in range(13):
            served.set(minute(offset))
            body = {"evidence": given(evidence(offset, metrics=FAILING, **about))}
            assert served.post("/v1/decide/rgl8r-degraded", body).status_code == 200
        yield served


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said.append(data.strip())


def read(html: str) -> tuple[str, list[str]]:
    """What a page says, and its tags."""
    parser = _Text()
    parser.feed(html)
    return " ".join(each for each in parser.said if each), parser.tags


def test_the_page_shows_modes_changes_duties_and_decisions(degraded: Served) -> None:
    said, tags = read(degraded.get("/").text)
    assert "✕ 1 not normal" in said
    assert "Does the API run degraded?" in said
    assert "since 2026-02-24 14:10:00 UTC, 2 min ago" in said
    assert "normal → degraded" in said
    assert "no level → L1" in said
    assert "pull Go back to an earlier deploy" in said
    assert "due 2026-02-24T14:15Z, in 3 min" in said
    assert "sha256:" in said
    assert "script" not in tags


def test_the_page_tells_a_lever_that_is_advised_from_one_of_which_that_is_not_known(tmp_path: Path) -> None:
    root = sample(tmp_path / "page", "rgl8r")
    with serving(root, at=minute(0)) as served:
        about: dict[str, Any] = {"incident": incident(), "deploys": deploys(-20)}
        found = signs(canary_status="FAIL_AUTH")
        body = {"evidence": given(evidence(0, metrics=OUT, signs=found, **about))}
        assert served.post("/v1/decide/rgl8r-degraded", body).status_code == 200
        said, _tags = read(served.get("/").text)
        assert "✓ normal" in said  # an outage is no degradation, and has its lever all the same
        assert "pull Go back to an earlier deploy" in said
        served.set(minute(1))
        del body["evidence"]["deploys"]
        assert served.post("/v1/decide/rgl8r-degraded", body).status_code == 200
        said, _tags = read(served.get("/").text)
        assert "pull Go back to an earlier deploy" not in said


def test_the_page_asks_for_itself_again_and_lets_nothing_else_in(degraded: Served) -> None:
    answer = degraded.get("/")
    assert '<meta http-equiv="refresh" content="15">' in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.findall(r'(?:src|href)="(?!data:)', answer.text)


def test_what_a_policy_says_is_text_on_the_page_and_nothing_else(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop", "  tick: 1s\n  drain: 0s")
    evil = '<script>alert(1)</script>\\"><img src=x onerror=alert(1)>{{ 7 * 7 }}'
    policy = POLICY.replace("title: Does the shop run degraded?", f'title: "{evil}"')
    (root / "policies" / "shop" / "shop-mode.yaml").write_text(policy)
    measure(root, 0.2)
    with serving(root) as served:
        assert until(lambda: "degraded" in served.get("/").text)
        html = served.get("/").text
    said, tags = read(html)
    assert not {"script", "img"} & set(tags)
    assert "<script>alert(1)</script>" in said
    assert "{{ 7 * 7 }}" in said


# ---------------------------------------------------------------- in a browser


def browse(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Chromium without a screen."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        lack("there is no Chromium; scripts/services installs it")
    common = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={folder}/user",
    ]
    common += ["--no-first-run", "--disable-background-networking", "--hide-scrollbars", "--enable-logging=stderr"]
    return subprocess.run(
        [program, *common, *arguments], capture_output=True, text=True, timeout=180, check=False, cwd=folder
    )


@pytest.mark.parametrize(("width", "height"), [(1280, 1400), (360, 1600)])
def test_a_browser_shows_the_page_without_an_error(degraded: Served, tmp_path: Path, width: int, height: int) -> None:
    picture = tmp_path / "page.png"
    ran = browse(
        f"--screenshot={picture}",
        f"--window-size={width},{height}",
        "--force-device-scale-factor=1",
        f"{degraded.url}/",
        folder=tmp_path,
    )
    assert picture.exists(), ran.stderr
    data = picture.read_bytes()
    assert struct.unpack(">II", data[16:24]) == (width, height)
    assert not [line for line in ran.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_obstacle_that_axe_knows(degraded: Served, tmp_path: Path, scheme: str) -> None:
    """The page as it is served, and in it the rules of WCAG 2.2 AA as axe-core has them."""
    if not AXE.exists():
        lack("there is no axe-core; scripts/services fetches it through npm")
    html = degraded.get("/").text
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    # A page that asks for itself again is what a status page is for; nobody enters anything that could be lost.
    options = {"runOnly": rules, "rules": {"meta-refresh": {"enabled": False}}}
    script = (
        f"axe.run(document, {json.dumps(options)}).then(found => {{"
        "document.body.innerHTML = '';"
        "const told = document.createElement('pre');"
        "told.textContent = JSON.stringify({violations: found.violations.map(each => [each.id, each.help,"
        " each.nodes.map(node => node.html)]), passes: found.passes.length});"
        "told.id = 'told'; document.body.append(told); });"
    )
    html = html.replace('<meta http-equiv="refresh" content="15">', "")
    html = html.replace(
        "</body>", f"<script>{AXE.read_text(encoding='utf-8')}</script><script>{script}</script></body>"
    )
    file = tmp_path / "page.html"
    file.write_text(html, encoding="utf-8")
    theme = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    ran = browse(*theme, "--virtual-time-budget=20000", "--dump-dom", file.as_uri(), folder=tmp_path)
    (told,) = re.findall(r'<pre id="told">(.*?)</pre>', ran.stdout, re.DOTALL)
    found = json.loads(told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert found["passes"] > 15
    assert found["violations"] == []
