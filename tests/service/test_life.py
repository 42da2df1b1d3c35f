"""A service lives: it ticks, is told to stop, loads policies anew, shares its store, and takes another one's place."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from tests.fakes.postgres import Postgres
from tests.service.serving import MODE, Served, alert, measure, notification, serving, shop, until

TICKING = "  tick: 1s\n  drain: 0s"
QUIET = "  tick: 1h\n  drain: 0s"


def state(served: Served) -> dict[str, Any]:
    """The state of the shop's mode."""
    (found,) = served.get("/v1/modes").json()["modes"]
    assert isinstance(found, dict)
    return found


def test_every_mode_is_looked_at_on_its_period(tmp_path: Path) -> None:
    with serving(shop(tmp_path / "shop", TICKING)) as served:
        assert until(lambda: state(served)["version"] >= 3)
        assert state(served)["state"] == "normal"
        measure(served.root, 0.2)
        assert until(lambda: state(served)["state"] == "degraded", 5)
        metrics = served.get("/metrics").text
        assert 'gatekeeper_mode_state{mode="shop-mode",state="degraded"} 1.0' in metrics
        assert 'gatekeeper_transitions_total{mode="shop-mode",source="normal",target="degraded"} 1.0' in metrics
        assert "gatekeeper_ticker_leader 1.0" in metrics
        assert served.said("state changed mode=shop-mode source=normal target=degraded")
    assert [(source, target) for source, target, _ in served.changes("shop-mode")] == [("normal", "degraded")]


def test_a_gate_is_judged_and_its_decision_kept(tmp_path: Path) -> None:
    with serving(shop(tmp_path / "shop", QUIET)) as served:
        answer = served.post("/v1/evaluate/shop-launch").json()
        assert (answer["policy"], answer["verdict"]) == ("shop-launch", "GO")
        kept = served.get(f"/v1/decisions/{answer['run']['digest']}").json()
        assert kept["decision"]["verdict"] == "GO"
        for given, verdict in (({"metrics": {"error_rate": 0.2}}, "NO-GO"), ({}, "INCONCLUSIVE")):
            found = served.post("/v1/evaluate/shop-launch", {"evidence": given, "dry_run": True}).json()
            assert found["verdict"] == verdict
            assert served.get(f"/v1/decisions/{found['run']['digest']}").status_code == 404
        assert served.post("/v1/evaluate/shop-lunch").status_code == 404
        mode = served.post("/v1/evaluate/shop-mode")
        assert (mode.status_code, mode.json()["hint"]) == (422, "POST /v1/decide/shop-mode looks at it")


def test_sigterm_ends_readiness_first_and_lets_requests_end(tmp_path: Path) -> None:
    with serving(shop(tmp_path / "shop", "  tick: 1h\n  drain: 2s")) as served:
        assert served.get("/readyz").json() == {"ready": True, "policies": 2, "store": "ok"}
        served.tell(signal.SIGTERM)
        assert until(lambda: served.get("/readyz").status_code == 503, 1.5)
        assert served.get("/readyz").json()["ready"] is False
        assert served.get("/healthz").status_code == 200
        assert served.post("/v1/decide/shop-mode", {}).status_code == 200, "requests are taken while it drains"
        kept = state(served)
        assert served.end() == 0
        assert served.said("stopped")
    with serving(served.root) as again:
        found = state(again)
        assert found["since"] == kept["since"], "the state is there after a restart"
        assert found["version"] >= kept["version"] >= 2


def test_sigterm_during_a_request_answers_it(tmp_path: Path) -> None:
    body = b'{"evidence": {"metrics": {"error_rate": 0.2}}}'
    with serving(shop(tmp_path / "shop", QUIET)) as served:
        head = b"POST /v1/decide/shop-mode HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        with served.raw(head + b"Content-Length: %d\r\n\r\n" % len(body) + body[:10]) as connection:
            time.sleep(0.3)
            served.tell(signal.SIGTERM)
            time.sleep(0.5)
            connection.sendall(body[10:])
            found = b""
            while part := connection.recv(65536):
                found += part
        assert found.startswith(b"HTTP/1.1 200 ")
        assert served.end() == 0


def test_sigterm_twice_stops_at_once(tmp_path: Path) -> None:
    with serving(shop(tmp_path / "shop", "  tick: 1h\n  drain: 60s")) as served:
        served.tell(signal.SIGTERM)
        assert served.said("was told to stop")
        served.tell(signal.SIGTERM)
        assert served.end() == 0


def test_sighup_loads_policies_and_tokens_anew_or_keeps_the_old_ones(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("the-first-token-of-all\n")
    tokens = f"{QUIET}\n  tokens: {{me: {{scopes: [read], secrets: ['${{file:{token}}}']}}}}"
    root = shop(tmp_path / "shop", tokens)
    policy = root / "policies" / "shop" / "shop-mode.yaml"

    def title(served: Served, secret: str) -> str:
        found = served.get("/v1/modes", headers={"Authorization": f"Bearer {secret}"})
        return str(found.json()["modes"][0]["title"]) if found.status_code == 200 else str(found.status_code)

    with serving(root) as served:
        assert title(served, "the-first-token-of-all") == "Does the shop run degraded?"
        policy.write_text(MODE.replace("Does the shop run degraded?", "How is the shop?"))
        token.write_text("the-second-token-of-all\n")
        served.tell(signal.SIGHUP)
        assert served.said("policies loaded anew")
        assert title(served, "the-second-token-of-all") == "How is the shop?"
        assert title(served, "the-first-token-of-all") == "401"

        policy.write_text(MODE.replace("max_gap: 5m", "max_gap: soon"))
        token.write_text("the-third-token-of-all\n")
        served.tell(signal.SIGHUP)
        assert served.said("reload refused; the old policies hold")
        assert title(served, "the-second-token-of-all") == "How is the shop?"
        assert title(served, "the-third-token-of-all") == "401", "nothing of a refused project holds"
        assert served.get("/readyz").status_code == 200
        metrics = served.get("/metrics", headers={"Authorization": "Bearer the-second-token-of-all"}).text
        assert "gatekeeper_reload_failed 1.0" in metrics
        assert not [line for line in served.log if "Traceback" in line]

        policy.write_text(MODE)
        served.tell(signal.SIGHUP)
        assert until(lambda: title(served, "the-third-token-of-all") == "Does the shop run degraded?")


def test_a_store_that_is_gone_makes_it_not_ready_and_alerts_are_to_be_sent_again(tmp_path: Path) -> None:
    with serving(shop(tmp_path / "shop", QUIET)) as served:
        assert served.get("/readyz").status_code == 200
        folder = served.root / ".gatekeeper"
        folder.rename(served.root / "elsewhere")
        folder.write_text("no folder")
        assert until(lambda: served.get("/readyz").status_code == 503)
        answer = served.post("/v1/hooks/alertmanager", notification(alert()))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.headers["content-type"] == "application/problem+json"
        assert served.get("/healthz").status_code == 200
        folder.unlink()
        (served.root / "elsewhere").rename(folder)
        assert until(lambda: served.get("/readyz").status_code == 200)
        assert served.post("/v1/hooks/alertmanager", notification(alert())).status_code == 202


def test_an_alert_is_kept_once_and_has_its_modes_looked_at(tmp_path: Path) -> None:
    with serving(shop(tmp_path / "shop", QUIET)) as served:
        assert until(lambda: state(served)["version"] == 1), "the first tick looks at once"
        measure(served.root, 0.2)
        sent = notification(alert(1, system="shop"))
        assert served.post("/v1/hooks/alertmanager", sent).json() == {"received": 1, "new": 1, "looks": ["shop-mode"]}
        assert until(lambda: state(served)["state"] == "degraded")
        again = served.post("/v1/hooks/alertmanager", sent)
        assert (again.status_code, again.json()) == (202, {"received": 1, "new": 0, "looks": []})
        by_service = notification(alert(2, service="shop-api"), alert(3, service="shop-api"), version="1")
        assert served.post("/v1/hooks/grafana", by_service).json()["looks"] == ["shop-mode"]
        wrong = served.post("/v1/hooks/alertmanager", by_service)
        assert (wrong.status_code, wrong.json()["detail"]) == (422, "the body is a notification of grafana")
        with served.store() as store:
            assert store.alerts.count() == 3


def test_many_duplicates_make_one_transition(tmp_path: Path) -> None:
    count = int(os.environ.get("DUPLICATES", "400"))  # 10,000 take minutes: DUPLICATES=10000 pytest …
    with serving(shop(tmp_path / "shop", QUIET)) as served:
        assert until(lambda: state(served)["version"] == 1)
        measure(served.root, 0.2)
        sent = notification(alert(1))

        def send(_: int) -> int:
            with httpx.Client(timeout=60) as client:
                codes = [client.post(f"{served.url}/v1/hooks/alertmanager", json=sent).status_code for _ in range(100)]
            assert set(codes) <= {202, 503}
            return codes.count(202)

        with ThreadPoolExecutor(4) as pool:
            taken = sum(pool.map(send, range(count // 100)))
        assert taken == count
        assert until(lambda: state(served)["state"] == "degraded")
        with served.store() as store:
            assert store.alerts.count() == 1
        assert [(source, target) for source, target, _ in served.changes("shop-mode")] == [("normal", "degraded")]


def test_two_instances_on_one_postgresql_make_one_transition_and_one_takes_over(
    tmp_path: Path, postgres: Postgres
) -> None:
    postgres.run("CREATE DATABASE serve_pair")
    url = postgres.url("serve_pair", postgres.user)
    roots = [shop(tmp_path / name, TICKING) for name in ("a", "b")]
    environ = {"GATEKEEPER_STORE": url, "DATABASE_PASSWORD": postgres.password}
    with ExitStack() as stack:
        pair = [stack.enter_context(serving(root, environ)) for root in roots]

        def leaders() -> list[Served]:
            return [each for each in pair if "gatekeeper_ticker_leader 1.0" in each.get("/metrics").text]

        assert until(lambda: len(leaders()) == 1)
        assert until(lambda: state(pair[0])["version"] >= 2)
        for root in roots:
            measure(root, 0.2)
        sent = notification(alert(1))
        with ThreadPoolExecutor(8) as pool:
            codes = pool.map(lambda n: pair[n % 2].post("/v1/hooks/alertmanager", sent).status_code, range(40))
            assert set(codes) == {202}
        assert until(lambda: state(pair[0])["state"] == "degraded" == state(pair[1])["state"])
        (first,) = leaders()
        (other,) = [each for each in pair if each is not first]
        first.process.kill()  # it gives nothing back: the lease has to end
        begun = time.monotonic()
        pair.remove(first)
        assert until(lambda: leaders() == [other], 15)
        assert time.monotonic() - begun < 10
        version = state(other)["version"]
        assert until(lambda: state(other)["version"] > version + 1)
        found = other.get("/v1/transitions").json()["changes"]
        assert [(each["source"], each["target"]) for each in found] == [("normal", "degraded")]
        assert other.get("/v1/modes/shop-mode").json()["changes"] == found


def test_an_instance_that_stops_gives_the_lease_back(tmp_path: Path) -> None:
    root = shop(tmp_path / "shop", "  tick: 20s\n  drain: 0s")
    with serving(root) as first:
        assert first.said("ticks holder=")
        first.tell(signal.SIGTERM)
        assert first.end() == 0
    with serving(root) as second:
        assert second.said("ticks holder=", 5)
