"""What stories run: the built programs, Flink distributions, the ledger job, and the images that name them."""

from __future__ import annotations

import functools
import os
import shutil
from pathlib import Path

from .processes import ROOT, run

BUILD = Path(os.environ.get("BUILD_DIR", ROOT / "build/release"))
OPERATOR = BUILD / "flink-operator"
FLINK_LOCAL = BUILD / "flink-local"
CHART = ROOT / "charts/flink-operator"
CRD = CHART / "files/crd.yaml"


@functools.cache
def flink_distribution(version: str) -> Path:
    """Folder of a Flink distribution; the first call may install it."""
    return Path(run(ROOT / "local/setup/flink", version, timeout=900).strip().splitlines()[-1])


@functools.cache
def ledger_jar(version: str) -> Path:
    """The ledger job, compiled against that Flink."""
    folder = BUILD / "stories" / f"ledger-{version}"
    return Path(run(ROOT / "test/ledger/build", flink_distribution(version), folder).strip().splitlines()[-1])


def image(version: str, tag: str) -> str:
    """An image that the node agent can run: Flink with the ledger job in it."""
    return f"ledger-{version}:{tag}"


def image_rules(versions: list[str]) -> list[str]:
    """Options of the node agent that define those images."""
    rules = []
    for version in versions:
        rules += ["--image", f"ledger-{version}:*={flink_distribution(version)},jar={ledger_jar(version)}"]
    return rules


@functools.cache
def kubectl_of_machine() -> str:
    found = shutil.which("kubectl")
    if not found:
        raise AssertionError("kubectl not found; local/setup/install demo installs it")
    return found
