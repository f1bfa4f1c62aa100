"""Measures cronsupd, each figure beside its floor or its peer in the same run. See ../README.md."""
