"""Choice of the API server that the cases are held against."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "stories")]

from kit.processes import run  # noqa: E402
from kit.programs import BUILD, kubectl_of_machine  # noqa: E402
from servers import SERVERS  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cluster", choices=sorted(SERVERS), default="local", help="the API server to test")
    parser.addoption("--kubectl", default="", help="the kubectl to test (default: the one in PATH)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "client" in metafunc.fixturenames:
        client = metafunc.config.getoption("--kubectl") or kubectl_of_machine()
        metafunc.parametrize("client", [client], scope="session", ids=[version_of(client)])


def version_of(kubectl: str) -> str:
    return json.loads(run(kubectl, "version", "--client", "-o", "json"))["clientVersion"]["gitVersion"]


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
