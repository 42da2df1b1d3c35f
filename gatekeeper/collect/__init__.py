"""Collectors: each reads one kind of source and returns evidence. They read and never judge."""

from gatekeeper.collect.interface import Collector, CollectRequest, Project, Refused
from gatekeeper.collect.registry import COLLECTORS
from gatekeeper.collect.run import Progress, check_sources, collect

__all__ = ["COLLECTORS", "CollectRequest", "Collector", "Progress", "Project", "Refused", "check_sources", "collect"]
