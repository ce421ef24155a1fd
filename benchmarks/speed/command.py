"""What the commands of the bench have in common."""

import sys


def tell(line: str) -> None:
    """For whoever waits; figures alone go to the output."""
    print(line, file=sys.stderr, flush=True)


def numbers(text: str) -> list[int]:
    """1,2,3"""
    return [int(part) for part in text.split(",")]
