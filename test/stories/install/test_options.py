"""Invalid options: the programs print one sentence and do not start."""

import subprocess
from pathlib import Path

import pytest
from kit.programs import FLINK_LOCAL, OPERATOR

INVALID = {
    "an unknown flag": (OPERATOR, ["--no-such-flag"], "--no-such-flag"),
    "a kubeconfig that does not exist": (OPERATOR, ["--kubeconfig=/nowhere/kubeconfig"], "/nowhere/kubeconfig"),
    "an unknown log format": (OPERATOR, ["--log-format=xml"], "--log-format"),
    "a port above 65535": (OPERATOR, ["--metrics-bind-address=:70000"], "70000"),
    "an address without a port": (OPERATOR, ["--introspection-bind-address=somewhere"], "somewhere"),
    "a JobManager URL without a scheme": (OPERATOR, ["--jobmanager-url=jobmanager"], "--jobmanager-url"),
    "a JobManager URL with an unknown placeholder": (OPERATOR, ["--jobmanager-url=http://{planet}"], "--jobmanager-url"),
    "no threads": (OPERATOR, ["--threads=0"], "--threads"),
    "a lease shorter than its deadline": (OPERATOR, ["--leader-election-lease-duration=5s"], "renew-deadline"),
    "a configuration file that does not exist": (OPERATOR, ["--config=/nowhere.yaml"], "/nowhere.yaml"),
    "an image rule without a right side": (FLINK_LOCAL, ["up", "--image", "ledger"], "ledger"),
    "a Flink version that is not installed": (FLINK_LOCAL, ["up", "--image", "x:*=flink-0.1"], "flink-0.1"),
    "no subcommand": (FLINK_LOCAL, [], "subcommand"),
}


@pytest.mark.only("local")
@pytest.mark.parametrize("mistake", INVALID)
def test_an_invalid_option_prevents_the_start(mistake: str, tmp_path: Path):
    program, words, named = INVALID[mistake]
    done = subprocess.run(
        [program, *words], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL, cwd=tmp_path
    )
    output = done.stdout + done.stderr
    assert done.returncode not in (0, None) and done.returncode > 0, output
    assert named in output
    assert len(output.strip().splitlines()) <= 3, output
