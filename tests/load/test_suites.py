"""Suites are read whole or refused with every mistake, each with its place and a way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

from gatekeeper.errors import Diagnostic, InvalidDocuments, InvalidInput, UsageError
from gatekeeper.load import find_suite_files, json_schemas, load_policies, load_suites, render_diagnostics
from gatekeeper.load.guard import read_documents
from gatekeeper.load.problems import Problems
from gatekeeper.load.series import NoSeries, parse_series
from gatekeeper.load.source import read_source
from gatekeeper.load.tree import plain
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.snapshot import Snapshot, Subject
from gatekeeper.model.suite import Suite
from gatekeeper.model.values import Json
from gatekeeper.model.waiver import Waiver
from gatekeeper.snapshot import build_snapshot
from tests.builders import item
from tests.load.suite_mistakes import MISTAKES, WAIVER

SHOP = Path(__file__).parent / "shop"
GOOD = (SHOP / "shop_test.yaml").read_text(encoding="utf-8")
BAD = """\
  - id: bad
    title: One thing is wrong
"""
EXPECT = "    expect: [{policy: launch, at: 0m, verdict: GO}]\n"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def policies() -> PolicySet:
    return load_policies([SHOP / "shop.yaml"], SHOP)[0]


def none_recorded(system: str, at: datetime) -> Snapshot | None:
    return None


def unreadable(path: Path) -> Snapshot:
    raise InvalidInput(f"{path.name} cannot be read as a snapshot: there is no such file")


@pytest.fixture
def load(policies: PolicySet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Suite]:
    """Loads a suite from its text."""
    monkeypatch.chdir(tmp_path)

    def loaded(text: str) -> Suite:
        file = tmp_path / "shop_test.yaml"
        file.write_text(text, encoding="utf-8")
        (suite,) = load_suites([file], tmp_path, policies, none_recorded, unreadable)
        return suite

    return loaded


def refusals(load: Callable[[str], Suite], text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidDocuments) as refused:
        load(text)
    return refused.value.diagnostics


# ---------------------------------------------------------------- a good one


def test_a_suite_is_read_as_it_is_written(load: Callable[[str], Suite]) -> None:
    suite = load(GOOD)
    assert (suite.file, suite.system, suite.policies) == ("shop_test.yaml", "shop", ("launch", "slowness", "alarm"))
    quiet, bad_day = suite.cases
    assert (quiet.id, quiet.now, quiet.subject) == ("quiet", NOON, Subject("shop"))
    assert (quiet.every, quiet.length, quiet.parameters) == (None, timedelta(0), {"launch": {"limit": "0.02"}})
    assert [each.policy for each in quiet.expectations] == ["launch", "slowness", "alarm"]
    assert (bad_day.every, bad_day.length) == (timedelta(minutes=1), timedelta(minutes=12))
    assert bad_day.earlier == {"slowness": ("slow", datetime(2026, 3, 1, 11, tzinfo=UTC))}
    assert [(each.path, len(each.values)) for each in bad_day.series] == [("figures.error_rate", 8)]
    assert [(each.title, each.lacking) for each in bad_day.events] == [
        ("an incident is opened", {}),
        ("", {"nightly": ""}),
        ("it is over", {}),
    ]


def test_expectations_keep_their_place_and_their_shape(load: Callable[[str], Suite]) -> None:
    launch, mode, ladder = load(GOOD).cases[0].expectations
    assert [(each.aspect, each.name, each.value) for each in launch.wanted] == [
        ("verdict", "", "GO"),
        ("finding", "few-errors", "pass"),
        ("finding", "no-incident", "pass"),
        ("stops", "", []),
        ("earliest_go", "", None),
    ]
    assert [(each.aspect, each.value) for each in mode.wanted][-1] == ("transitions", [])
    assert [(each.aspect, each.name, each.value) for each in ladder.wanted][:2] == [
        ("level", "", None),
        ("trigger", "errors", "not_reached"),
    ]
    lines = GOOD.splitlines()
    for each in (*launch.wanted, *mode.wanted, *ladder.wanted):
        told = lines[each.place.line - 1][each.place.column - 1 :]
        assert told.startswith((each.name or each.aspect, f'"{each.name}', "outcome"))


def test_offsets_become_instants(load: Callable[[str], Suite]) -> None:
    text = GOOD.replace("transitions: {}", "since: 1h30m, transitions: {2m: slow, 0m: normal}")
    wanted = {each.aspect: each.value for each in load(text).cases[0].expectations[1].wanted}
    assert wanted["since"] == "2026-03-01T13:30:00Z"
    assert wanted["transitions"] == [["2026-03-01T12:00:00Z", "normal"], ["2026-03-01T12:02:00Z", "slow"]]


def test_names_that_lead_to_something_are_wanted_exactly_and_each_with_what_it_leads_to(
    load: Callable[[str], Suite],
) -> None:
    more = "advice: {pull-queue: queue}, effects: {orders: longer}, actions: [put the sign out], notice: null"
    text = GOOD.replace("advice: []", more).replace(
        "pages: []",
        "pages: [on-call, {who: on-call, level: L1, respond_by: 15m}, {who: on-call, respond_by: null}], not_paged:"
        " [{who: on-call, level: L1, says: late, not_before: 15m}, on-call, {who: on-call, not_before: null}]",
    )
    _, mode, ladder = load(text).cases[0].expectations
    wanted = [(each.aspect, each.name, each.value) for each in (*mode.wanted, *ladder.wanted)]
    for each in [
        ("advice", "", ["pull-queue"]),
        ("advice_lever", "pull-queue", "queue"),
        ("effects", "", ["orders"]),
        ("effect", "orders", "longer"),
        ("actions", "", ["put the sign out"]),
        ("notice", "", None),
        ("pages", "", ["on-call", "on-call", "on-call"]),
        ("page", "L1/on-call", "on-call"),
        ("page_respond_by", "L1/on-call", "2026-03-01T12:15:00Z"),
        ("page_respond_by", "on-call", None),
        ("not_paged", "", ["on-call", "on-call", "on-call"]),
        ("unpaged", "L1/on-call", "on-call"),
        ("unpaged_says", "L1/on-call", "late"),
        ("unpaged_not_before", "L1/on-call", "2026-03-01T12:15:00Z"),
        ("unpaged_not_before", "on-call", None),
    ]:
        assert each in wanted
    (wait,) = load(GOOD.replace("advice: []", "advice: {pull-queue: null}")).cases[0].expectations[1].wanted[-2:-1]
    assert (wait.aspect, wait.value) == ("advice_lever", None)


def test_a_case_brings_waivers_and_says_what_becomes_of_them(load: Callable[[str], Suite]) -> None:
    its = f"    waivers:\n      - {WAIVER}\n    parameters:"
    text = GOOD.replace("    parameters:", its, 1).replace(
        "stops: [], ", "waivers: {w-1: {use: unused, says: passes}}, "
    )
    case = load(text).cases[0]
    (waiver,) = case.waivers
    assert (waiver.id, waiver.gate, waiver.rule, waiver.role) == ("w-1", "launch", "no-incident", "lead")
    assert (waiver.place.line, waiver.place.column) == (text[: text.index("{id: w-1")].count("\n") + 1, 9)
    wanted = {each.aspect: each.value for each in case.expectations[0].wanted if each.name == "w-1"}
    assert wanted == {"waiver": "unused", "waiver_says": "passes"}


def test_a_waiver_of_the_project_keeps_its_name(
    policies: PolicySet, load: Callable[[str], Suite], tmp_path: Path
) -> None:
    text = GOOD.replace("    parameters:", f"    waivers: [{WAIVER}]\n    parameters:", 1)
    (own,) = load(text).cases[0].waivers
    with pytest.raises(InvalidDocuments, match="`w-1` is taken"):
        load_suites(
            [tmp_path / "shop_test.yaml"], tmp_path, replace(policies, waivers=(own,)), none_recorded, unreadable
        )


def test_one_policy_and_one_look_need_neither_a_name_nor_a_list(load: Callable[[str], Suite]) -> None:
    text = GOOD.replace("[launch, slowness, alarm]", "[motto]")
    head = text[: text.index("now:")]
    suite = load(
        head + "cases:\n  - id: word\n    title: The word\n    evidence:\n"
        "      sign: {error_rate: 0, orders: 0, open: true, slow_since: null, word: open}\n    expect: {verdict: GO}\n"
    )
    (expectation,) = suite.cases[0].expectations
    assert (expectation.policy, expectation.at) == ("motto", timedelta(0))


def test_a_case_begins_with_the_recorded_snapshot_and_its_subject(policies: PolicySet, tmp_path: Path) -> None:
    figures: Json = {"error_rate": 0.2, "orders": 3, "open": True, "slow_since": None}
    kept = build_snapshot("shop", Subject("shop", "live"), [item("figures", figures, collected_at=NOON)])
    asked: list[tuple[str, datetime]] = []

    def recorded(system: str, at: datetime) -> Snapshot | None:
        asked.append((system, at))
        return kept

    file = tmp_path / "shop_test.yaml"
    start = GOOD.index("cases:")
    cases = f"cases:\n{BAD}    snapshot: recorded\n    set: {{figures.orders: 9}}\n{EXPECT}"
    file.write_text(GOOD[:start].replace("subject: {service: shop}\n", "") + cases, encoding="utf-8")
    (suite,) = load_suites([file], tmp_path, policies, recorded, unreadable)
    assert asked == [("shop", NOON)]
    assert suite.cases[0].snapshot is kept
    assert suite.cases[0].subject == Subject("shop", "live")


def test_a_snapshot_is_looked_for_beside_the_suite_and_then_below_the_root(policies: PolicySet, tmp_path: Path) -> None:
    seen: list[Path] = []

    def read(path: Path) -> Snapshot:
        seen.append(path)
        figures: Json = {"error_rate": 0.2, "orders": 3, "open": True, "slow_since": None}
        return build_snapshot("shop", Subject(), [item("figures", figures, collected_at=NOON)])

    folder = tmp_path / "policies" / "shop"
    folder.mkdir(parents=True)
    (folder / "near.json").touch()
    (tmp_path / "far.json").touch()
    for name in ("near.json", "far.json"):
        text = GOOD[: GOOD.index("cases:")] + f"cases:\n{BAD}    snapshot: {name}\n{EXPECT}"
        (folder / "shop_test.yaml").write_text(text, encoding="utf-8")
        load_suites([folder / "shop_test.yaml"], tmp_path, policies, none_recorded, read)
    assert seen == [folder / "near.json", tmp_path / "far.json"]


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_place_caret_and_a_way_out(
    mistake: str, load: Callable[[str], Suite], snapshot: SnapshotAssertion
) -> None:
    right, wrong = MISTAKES[mistake]
    assert right in GOOD
    found = refusals(load, GOOD.replace(right, wrong, 1))
    assert render_diagnostics(found) == snapshot(name=mistake)
    assert all(each.line and each.column and each.source[each.column - 1 :] for each in found)


def test_every_mistake_of_every_file_is_told_at_once(policies: PolicySet, tmp_path: Path) -> None:
    (tmp_path / "a_test.yaml").write_text(GOOD.replace("verdict: GO", "verdict: YES"), encoding="utf-8")
    (tmp_path / "b_test.yaml").write_text("", encoding="utf-8")
    (tmp_path / "c_test.yaml").write_text(GOOD.replace("level: null", "level: L9"), encoding="utf-8")
    files = [tmp_path / f"{letter}_test.yaml" for letter in "abcd"]
    with pytest.raises(InvalidDocuments) as refused:
        load_suites(files, tmp_path, policies, none_recorded, unreadable)
    told = {(Path(each.file).name, each.message) for each in refused.value.diagnostics}
    assert told == {
        ("a_test.yaml", "`verdict`: `YES` is not known"),
        ("b_test.yaml", "the file is empty"),
        ("c_test.yaml", "alarm has no level `L9`"),
        ("d_test.yaml", "there is no such file"),
    }


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("cases: []\n", "this suite has no cases"),
        ("", "this suite needs `cases`"),
        (f"cases:\n{BAD}", "this case expects nothing"),
        (f"cases:\n{BAD}    expect: []\n", "this case expects nothing"),
        (f"cases:\n{BAD}    expect: GO\n", "`expect` must be a mapping, or a list of them"),
    ],
)
def test_a_suite_that_would_test_nothing_is_refused(load: Callable[[str], Suite], part: str, message: str) -> None:
    (found,) = refusals(load, GOOD[: GOOD.index("cases:")] + part)
    assert found.message == message
    assert found.hint


def test_a_suite_of_policies_that_there_are_not_is_not_told_of_everything_in_it(load: Callable[[str], Suite]) -> None:
    found = refusals(load, GOOD.replace("[launch, slowness, alarm]", "[lunch, slow, alarms]"))
    assert [each.message for each in found] == [f"there is no policy `{word}`" for word in ("lunch", "slow", "alarms")]


@pytest.mark.parametrize("policy", ["launch", "slowness", "alarm", "with-mode"])
def test_what_touches_time_needs_an_instant(load: Callable[[str], Suite], policy: str) -> None:
    expect = {"launch": "verdict: INCONCLUSIVE", "slowness": "state: normal", "alarm": "level: null"}
    text = (
        GOOD[: GOOD.index("policies:")]
        + f"policies: [{policy}]\ncases:\n{BAD}    expect: {{{expect.get(policy, 'verdict: INCONCLUSIVE')}}}\n"
    )
    (found,) = refusals(load, text)
    assert found.message.startswith("this case touches time and has no `now`: ")
    load(text.replace("cases:", "now: 2026-03-01T12:00:00Z\ncases:"))


def test_waivers_end_at_some_time_and_need_an_instant(policies: PolicySet, tmp_path: Path) -> None:
    its = WAIVER.replace("gate: launch, rule: no-incident", "gate: motto, rule: right-word")
    file = tmp_path / "shop_test.yaml"
    head = GOOD[: GOOD.index("policies:")] + f"policies: [motto]\ncases:\n{BAD}    expect: {{verdict: INCONCLUSIVE}}\n"

    def load_with(text: str, *waivers: Waiver) -> tuple[Suite, ...]:
        file.write_text(text, encoding="utf-8")
        return load_suites([file], tmp_path, replace(policies, waivers=waivers), none_recorded, unreadable)

    load_with(head)
    with pytest.raises(InvalidDocuments, match="it has waivers, which end at some time"):
        load_with(f"{head}    waivers: [{its}]\n")
    ((case,),) = (each.cases for each in load_with(f"{head}    now: 2026-03-01T12:00:00Z\n    waivers: [{its}]\n"))
    with pytest.raises(InvalidDocuments, match="the waiver w-1 for motto ends at some time"):
        load_with(head, *case.waivers)


def test_mistyped_evidence_may_be_of_any_shape(load: Callable[[str], Suite]) -> None:
    change = "    set: {figures.orders: many}\n"
    start = GOOD[: GOOD.index("cases:")] + f"cases:\n{BAD}"
    assert refusals(load, start + change + EXPECT)[0].message.startswith("`figures` is mistyped: orders:")
    load(start + change + "    lacking: {figures: mistyped}\n" + EXPECT)


def test_one_slip_is_told_once_and_not_at_what_is_set_after_it(load: Callable[[str], Suite]) -> None:
    start = GOOD[: GOOD.index("cases:")] + f"cases:\n{BAD}"
    after = "figures.open: true, figures.word: x, figures.error_rate: high, figures.orders: 4"
    slips = f"    set: {{figures.ordrs: 3, {after}}}\n"
    told = refusals(load, start + slips + EXPECT)
    assert [each.message.partition(": ")[2].partition(" ")[0] for each in told] == ["has", "error_rate:"], told


# ---------------------------------------------------------------- files


def test_suite_files_are_found_and_policies_left_out(tmp_path: Path) -> None:
    names = ["shop/a_test.yaml", "shop/a.yaml", "shop/.hidden_test.yaml", "shop/deep/b_test.yml", "other/c_test.yaml"]
    for name in names:
        (tmp_path / "policies" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "policies" / name).touch()
    policies = tmp_path / "policies"
    all_of_them = (policies / "other/c_test.yaml", policies / "shop/a_test.yaml", policies / "shop/deep/b_test.yml")
    assert find_suite_files(tmp_path) == all_of_them
    assert find_suite_files(tmp_path, paths=[policies / "shop", policies / "shop/a_test.yaml"]) == all_of_them[1:]
    assert find_suite_files(tmp_path, paths=[policies / "shop/a.yaml"]) == (policies / "shop/a.yaml",)


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file or folder"):
        find_suite_files(tmp_path, paths=[tmp_path / "gone"])
    with pytest.raises(InvalidDocuments, match="there is no such folder"):
        find_suite_files(tmp_path)


def test_the_example_fits_the_schema_for_editors() -> None:
    (document,) = (plain(node) for node in read_documents(read_source(SHOP / "shop_test.yaml", SHOP), Problems()))
    assert [each.message for each in Draft202012Validator(json_schemas()["suite"]).iter_errors(document)] == []


# ---------------------------------------------------------------- the notation of series


def samples(text: str) -> list[tuple[Json] | None]:
    return [sample for token in parse_series(text) for sample in token.samples]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.06x2 1", [0.06, 0.06, 0.06, 1]),
        ("1+1x3", [1, 2, 3, 4]),
        ("1-0.1x2", [1.0, 0.9, 0.8]),
        ("-2+1x2", [-2, -1, 0]),
        ("1e-3x1", [0.001, 0.001]),
        ("3x0", [3]),
        ("success failurex1 timed_out", ["success", "failure", "failure", "timed_out"]),
        ("true null 'two words'x1 \"_\"", [True, None, "two words", "two words", "_"]),
    ],
)
def test_a_series_is_written_as_promtool_writes_it(text: str, expected: list[Json]) -> None:
    assert samples(text) == [(each,) for each in expected]
    assert [type(each[0]) for each in samples(text) if each] == [type(each) for each in expected]


def test_a_gap_is_no_sample_and_no_null() -> None:
    assert samples("_ 1 _x3 null") == [None, (1,), None, None, None, (None,)]


_numbers = st.integers(-50, 50) | st.integers(-500, 500).map(lambda each: each / 10)
_parts = st.one_of(
    st.tuples(st.just("one"), _numbers, st.just(0), st.just(0)),
    st.tuples(st.just("many"), _numbers, st.just(0), st.integers(0, 9)),
    st.tuples(st.just("steps"), _numbers, _numbers, st.integers(0, 9)),
    st.tuples(st.just("gap"), st.just(0), st.just(0), st.integers(1, 9)),
)


@given(st.lists(_parts, min_size=1, max_size=6))
def test_a_series_is_what_its_parts_say_one_by_one(parts: list[tuple[str, float, float, int]]) -> None:
    words: list[str] = []
    naive: list[float | None] = []
    for kind, first, step, times in parts:
        if kind == "gap":
            words.append(f"_x{times}")
            naive += [None] * times
            continue
        words.append({"one": f"{first}", "many": f"{first}x{times}"}.get(kind, f"{first}{step:+}x{times}"))
        naive += [first + index * step for index in range(times + 1)]
    found = samples(" ".join(words))
    assert len(found) == len(naive)
    for each, expected in zip(found, naive, strict=True):
        assert (each is None) == (expected is None)
        assert each is None or each[0] == pytest.approx(expected)


@given(st.text(st.sampled_from("0123456789.+-xe_ 'ab"), max_size=20))
def test_any_text_is_a_series_or_refused_at_a_place_in_it(text: str) -> None:
    try:
        assert samples(text)
    except NoSeries as refused:
        told = refused
    else:
        return
    assert told.message
    assert 0 <= told.offset <= len(text)


def test_a_series_of_too_many_samples_is_refused_at_once() -> None:
    with pytest.raises(NoSeries, match="makes more than 20,000 samples"):
        parse_series("1x999999999999")
