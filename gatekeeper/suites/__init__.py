"""Tests of policies: a story of evidence is played look by look, and compared with what the suite expects."""
