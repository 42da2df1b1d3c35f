"""Who may do what: tokens and their scopes, signatures and their windows."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatekeeper.errors import GatekeeperError
from gatekeeper.load import load_configuration
from gatekeeper.service.project import load_project
from tests.service.serving import Served, alert, notification, serving, shop

SERVE = """\
  drain: 0s
  tokens:
    alerts: {scopes: [hook], secrets: ["${env:T_HOOK}", "${env:T_HOOK_NEXT}"]}
    people: {scopes: [read, event], secrets: ["${env:T_READ}"]}
    deploys: {scopes: [decide], secrets: ["${env:T_DECIDE}"]}
  github: {secrets: ["${env:K_GITHUB}", "${env:K_GITHUB_NEXT}"]}
  grafana: {secrets: ["${env:K_GRAFANA}"], window: 5m}
"""

SECRETS = {
    "T_HOOK": "hook-token-of-the-alerts",
    "T_HOOK_NEXT": "hook-token-that-comes-next",
    "T_READ": "read-token-of-the-people",
    "T_DECIDE": "decide-token-of-deploys",
    "K_GITHUB": "github-key-0123456789",
    "K_GITHUB_NEXT": "github-key-that-comes-next",
    "K_GRAFANA": "grafana-key-0123456789",
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(shop(tmp_path_factory.mktemp("guarded"), SERVE), SECRETS) as served:
        yield served


def bearer(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {SECRETS[name]}"}


ROUTES = [
    ("POST", "/v1/hooks/alertmanager", {"T_HOOK", "T_HOOK_NEXT"}),
    ("POST", "/v1/decide/shop-mode", {"T_DECIDE"}),
    ("POST", "/v1/evaluate/shop-launch", {"T_DECIDE"}),
    ("POST", "/v1/events", {"T_READ"}),
    ("GET", "/v1/modes", {"T_READ"}),
    ("GET", "/v1/modes/shop-mode", {"T_READ"}),
    ("GET", "/v1/transitions", {"T_READ"}),
    ("GET", f"/v1/decisions/sha256:{'0' * 64}", {"T_READ"}),
    ("GET", "/metrics", {"T_READ"}),
    ("GET", "/", {"T_READ"}),
    ("GET", "/nowhere", {"T_READ"}),
]


@pytest.mark.parametrize(("method", "path", "good"), ROUTES, ids=lambda each: each if isinstance(each, str) else "")
def test_each_route_wants_its_scope(guarded: Served, method: str, path: str, good: set[str]) -> None:
    ask = guarded.get if method == "GET" else guarded.post
    for name in ("T_HOOK", "T_HOOK_NEXT", "T_READ", "T_DECIDE"):
        answer = ask(path, headers=bearer(name))
        assert (answer.status_code == 403) == (name not in good), (name, answer.text)
        assert answer.status_code != 401
    for headers in (
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nobody-has-this-token"},
        {"Authorization": f"Bearer {SECRETS['T_READ'][:-1]}"},
        {"Authorization": f"Basic {SECRETS['T_READ']}"},
        {"Authorization": SECRETS["T_READ"]},
    ):
        refused = ask(path, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
        assert "Bearer" in refused.headers["www-authenticate"]
        assert refused.json()["title"] == "Unauthorized"


def test_probes_and_the_description_need_no_token(guarded: Served) -> None:
    assert [guarded.get(path).status_code for path in ("/healthz", "/readyz", "/openapi.json")] == [200] * 3


def test_a_browser_may_send_its_token_as_a_password_to_the_page_and_nowhere_else(guarded: Served) -> None:
    password = base64.b64encode(f"me:{SECRETS['T_READ']}".encode()).decode()
    headers = {"Authorization": f"Basic {password}"}
    assert guarded.get("/", headers=headers).status_code == 200
    assert "Basic" in guarded.get("/").headers["www-authenticate"]
    assert guarded.get("/v1/modes", headers=headers).status_code == 401


def test_what_is_open_is_shown_without_a_token_and_nothing_else_is(tmp_path: Path) -> None:
    serve = f"{SERVE}  open: [page, metrics]\n"
    with serving(shop(tmp_path / "shop", serve), SECRETS) as served:
        assert served.get("/").status_code == 200
        metrics = served.get("/metrics")
        assert (metrics.status_code, served.get("/v1/modes").status_code) == (200, 401)
        assert 'gatekeeper_http_requests_total{route="/",status="200"} 1.0' in metrics.text
        served.get("/v1/modes/made-up-by-a-sender")
        routes = served.get("/metrics").text
    assert 'route="/v1/modes/{mode}",status="401"' in routes
    assert "made-up" not in routes


def sign(key: str, body: bytes) -> str:
    return hmac.new(SECRETS[key].encode(), body, hashlib.sha256).hexdigest()


JSON = {"Content-Type": "application/json"}


def test_github_signs_with_either_key_and_nothing_else_is_taken(guarded: Served) -> None:
    body = b'{"action": "completed"}'
    for key in ("K_GITHUB", "K_GITHUB_NEXT"):
        headers = {**JSON, "X-Hub-Signature-256": f"sha256={sign(key, body)}"}
        assert guarded.get("/healthz").status_code == 200
        assert guarded.post("/v1/hooks/github", content=body, headers=headers).status_code == 202
    good = sign("K_GITHUB", body)
    bad = [
        "",
        "sha256=",
        f"sha1={good}",
        good,
        f"sha256={good[:-1]}",
        f"sha256={good.upper()}",
        f"sha256={sign('K_GRAFANA', body)}",
        f"sha256={sign('K_GITHUB', body + b' ')}",
        "sha256=ü",
    ]
    for signature in bad:
        headers = {**JSON, "X-Hub-Signature-256": signature.encode("latin-1").decode("latin-1")}
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        refused = guarded.post("/v1/hooks/github", content=body, headers=raw)
        assert (refused.status_code, refused.json()["status"]) == (401, 401), signature
    assert guarded.post("/v1/hooks/github", content=body, headers={**JSON, **bearer("T_HOOK")}).status_code == 401


def test_grafana_signs_its_body_with_the_time_and_within_the_window(guarded: Served) -> None:
    body = json.dumps(notification(alert(7), version="1")).encode()

    def send(at: str, signed: bytes | None = None, key: str = "K_GRAFANA", **more: str) -> int:
        signature = sign(key, at.encode() + b":" + (body if signed is None else signed))
        headers = {
            **JSON,
            "X-Grafana-Alerting-Signature": signature,
            "X-Grafana-Alerting-Timestamp": at,
            **more,
        }
        return guarded.post("/v1/hooks/grafana", content=body, headers=headers).status_code

    now = int(time.time())
    assert send(str(now)) == 202
    assert send(str(now - 290)) == 202
    assert send(str(now + 290)) == 202
    assert send(str(now - 310)) == 401
    assert send(str(now + 310)) == 401
    assert send(str(now), b"{}") == 401
    assert send(str(now), key="K_GITHUB") == 401
    assert send("") == 401
    assert send("yesterday") == 401
    assert send(f"{now}.5") == 401
    assert guarded.post("/v1/hooks/grafana", content=body, headers={**JSON, **bearer("T_HOOK")}).status_code == 401


def test_no_secret_is_in_the_log_or_in_an_answer(guarded: Served) -> None:
    wrong = guarded.post("/v1/decide/shop-mode", {SECRETS["T_HOOK"]: SECRETS["K_GITHUB"]}, headers=bearer("T_DECIDE"))
    assert wrong.status_code == 422
    said = wrong.text + guarded.get("/metrics", headers=bearer("T_READ")).text + "".join(guarded.log)
    assert not [secret for secret in SECRETS.values() if secret in said]


@pytest.mark.parametrize(
    ("serve", "environ", "told"),
    [
        ("  tokens: {a: {scopes: [hook], secrets: ['${env:NONE}']}}", {}, "the variable is not set"),
        ("  tokens: {a: {scopes: [hook], secrets: ['${env:SHORT}']}}", {"SHORT": "123456"}, "fewer than 16 characters"),
        ("  tokens: {a: {scopes: [hook], secrets: [plain-text-token-here]}}", {}, "a credential seems to be written"),
        ("  tokens: {a: {scopes: [hok], secrets: ['${env:A}']}}", {}, '"hok" is no scope: there are hook, decide'),
        ("  tokens: {a: {scopes: [hook], secrets: ['${env:A}', '${env:B}', '${env:C}']}}", {}, "at most 2 items"),
        ("  tock: 30s", {}, '`serve` has no setting "tock"'),
        ("  tick: 30", {}, "`serve.tick`: is no span of time"),
        ("  port: 99999", {}, "`serve.port`: input should be less than or equal to 65535"),
        (
            "  tokens:\n    a: {scopes: [hook], secrets: ['${env:A}']}\n    b: {scopes: [read], secrets: ['${env:A}']}",
            {"A": "the-same-token-for-both"},
            "a and b have the same token",
        ),
    ],
)
def test_what_cannot_be_served_safely_is_refused_at_the_start(
    tmp_path: Path, serve: str, environ: dict[str, str], told: str
) -> None:
    with pytest.raises(GatekeeperError) as refused:
        load_project(load_configuration(shop(tmp_path / "p", serve), {}), environ)
    assert told in str(refused.value), str(refused.value)


def test_settings_may_stand_in_a_project_file_and_have_to_be_a_mapping(tmp_path: Path) -> None:
    root = shop(tmp_path / "p")
    (root / "gatekeeper.yaml").write_text("serve: 8470\n")
    with pytest.raises(GatekeeperError, match=r"gatekeeper.yaml:1:8: `serve`: must be a mapping"):
        load_configuration(root, {})
    (root / "gatekeeper.yaml").unlink()
    project = root / "pyproject.toml"
    project.write_text('[tool.gatekeeper]\ncolor = "auto"\n\n[tool.gatekeeper.serve]\nport = 1234\ntick = "5s"\n')
    assert load_project(load_configuration(root, {}), {}).settings.port == 1234
    project.write_text("[tool.gatekeeper.serve]\nprot = 1234\n")
    with pytest.raises(GatekeeperError, match=r'pyproject\.toml.*`serve` has no setting "prot"'):
        load_project(load_configuration(root, {}), {})


def test_a_service_without_tokens_listens_to_no_other_machine(tmp_path: Path) -> None:
    root = shop(tmp_path / "p", "  host: 0.0.0.0")
    with pytest.raises(AssertionError, match="without a token would let anybody in"), serving(root):
        pass
