"""What the GitHub Action runs: from an event of GitHub to a verdict, a job summary, outputs and an exit code.

It is no part of the package: ``action.yml`` runs it from the action's own checkout, with gatekeeper installed.
"""
