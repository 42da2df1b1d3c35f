"""The project that a service answers for: its policies and tokens, which are replaced all at once or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace

from gatekeeper.collect.run import check_sources
from gatekeeper.errors import GatekeeperError
from gatekeeper.load import find_policy_files, find_sources_files, load_configuration, load_policies, load_sources
from gatekeeper.load.configuration import Configuration
from gatekeeper.model.channel import Channel
from gatekeeper.model.policy import PolicySet
from gatekeeper.model.sources import SourcesDocument
from gatekeeper.pipeline.notifying import channels_of
from gatekeeper.service.log import log
from gatekeeper.service.metrics import Metrics
from gatekeeper.service.settings import ServeSettings, read_settings
from gatekeeper.service.tokens import Tokens, look_up_tokens


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that was read of a project at one time.

    Attributes:
        sources: those of every system and environment, checked.
        channels: who hears of changes.
    """

    configuration: Configuration
    settings: ServeSettings
    policies: PolicySet
    sources: tuple[SourcesDocument, ...]
    tokens: Tokens
    channels: tuple[Channel, ...] = ()


def load_project(configuration: Configuration, environ: Mapping[str, str]) -> Loaded:
    """Everything that a service needs of a project, checked.

    Raises:
        InvalidInput: something in it cannot be used.
    """
    root = configuration.root
    settings = read_settings(configuration.serve)
    files = find_policy_files(root, configuration.policies)
    policies, _warnings = load_policies(files, root, configuration.policies)
    sources = tuple(load_sources(each, root) for each in find_sources_files(root, configuration.evidence))
    for each in sources:
        check_sources(each)
    channels = channels_of(configuration, policies)
    return Loaded(configuration, settings, policies, sources, look_up_tokens(settings, environ), channels)


class ServedProject:
    """What holds now. What is asked of it once is of one piece, also while it is loaded anew.

    Attributes:
        loaded: what was read last and could be used.
    """

    def __init__(self, loaded: Loaded, metrics: Metrics) -> None:
        self.loaded = loaded
        self._metrics = metrics

    def reload(self) -> bool:
        """Read the project again; where it cannot be used, what holds goes on. Whether it was replaced.

        Where to listen and the bounds of requests are as they were when the service was started.
        """
        before = self.loaded
        try:
            anew = load_configuration(before.configuration.root, os.environ)
            anew = replace(anew, environment=anew.environment or before.configuration.environment)
            self.loaded = load_project(anew, os.environ)
        except (GatekeeperError, OSError) as refused:
            self._metrics.reloads.labels("refused").inc()
            self._metrics.reload_failed.set(1)
            lines = str(refused).splitlines() or [type(refused).__name__]
            log("error", "reload refused; the old policies hold", reason=lines[0], more=len(lines) - 1)
            return False
        self._metrics.reloads.labels("done").inc()
        self._metrics.reload_failed.set(0)
        log("info", "policies loaded anew", policies=len(self.loaded.policies.every))
        return True
