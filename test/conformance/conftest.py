"""Choice of the API server that the cases are held against."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "stories")]

from kit.programs import BUILD  # noqa: E402
from servers import SERVERS  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cluster", choices=sorted(SERVERS), default="local", help="whose API is asked")


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config):
    """An API server with its controllers and our CRD, and nothing else: no operator, no node."""
    kind = SERVERS[pytestconfig.getoption("--cluster")]
    folder = BUILD / "conformance" / kind.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = kind(folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()
