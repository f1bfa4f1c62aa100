"""What keeps a figure from being measured."""


class Failure(Exception):
    """Says what was expected and what came instead."""
