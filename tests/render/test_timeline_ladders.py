"""What a timeline tells of a ladder from one look to the next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gatekeeper.evaluate.ladder import stand
from gatekeeper.load import find_policy_files, load_policies
from gatekeeper.model.standing import LadderStanding, Reach, RemedyStanding
from gatekeeper.render.timeline_ladders import ladder_changes
from tests.conftest import ROOT
from tests.sample.incidents import evidence, incident, minute, signs


def _standing(advised: Reach) -> LadderStanding:
    """Many requests fail, and of one remedy it is so."""
    policies = load_policies(find_policy_files(ROOT), ROOT)[0]
    standing = stand(
        policies, "rgl8r-severity", evidence(5, incident=incident(), signs=signs(error_rate_5m=0.2)), minute(5)
    )
    remedy = RemedyStanding("feature-flags", "turn it off", advised, "")
    levels = tuple(
        replace(level, triggers=tuple(replace(each, remedies=(remedy,)) for each in level.triggers))
        for level in standing.levels
    )
    return replace(standing, levels=levels)


@pytest.mark.parametrize(("earlier", "word"), [(Reach.REACHED, "advised"), (Reach.UNKNOWN, "not known")])
def test_a_remedy_that_goes_was_what_it_was(earlier: Reach, word: str) -> None:
    (change,) = ladder_changes(_standing(earlier), _standing(Reach.NOT_REACHED))
    assert (change.name, change.before, change.now) == ("feature-flags", word, "no longer advised")
