"""Options that cannot be: the programs say so in one sentence and do not start."""

import subprocess

import pytest
from kit.programs import FLINK_LOCAL, OPERATOR

IMPOSSIBLE = {
    "an unknown flag": (OPERATOR, ["--no-such-flag"], "--no-such-flag"),
    "a kubeconfig that is not there": (OPERATOR, ["--kubeconfig=/nowhere/kubeconfig"], "/nowhere/kubeconfig"),
    "a log format that nobody knows": (OPERATOR, ["--log-format=xml"], "--log-format"),
    "a port beyond all ports": (OPERATOR, ["--metrics-bind-address=:70000"], "70000"),
    "an address that is none": (OPERATOR, ["--introspection-bind-address=somewhere"], "somewhere"),
    "a way to JobManagers that is no URL": (OPERATOR, ["--jobmanager-url=jobmanager"], "--jobmanager-url"),
    "a way to JobManagers with an unknown part": (OPERATOR, ["--jobmanager-url=http://{planet}"], "--jobmanager-url"),
    "no threads": (OPERATOR, ["--threads=0"], "--threads"),
    "a lease shorter than its deadline": (OPERATOR, ["--leader-election-lease-duration=5s"], "renew-deadline"),
    "a configuration file that is not there": (OPERATOR, ["--config=/nowhere.yaml"], "/nowhere.yaml"),
    "an image rule without a right side": (FLINK_LOCAL, ["up", "--image", "ledger"], "ledger"),
    "a Flink that is not installed": (FLINK_LOCAL, ["up", "--image", "x:*=flink-0.1"], "flink-0.1"),
    "no subcommand": (FLINK_LOCAL, [], "subcommand"),
}


@pytest.mark.only("local")
@pytest.mark.parametrize("mistake", IMPOSSIBLE)
def test_an_impossible_option_stops_the_start(mistake: str):
    program, words, named = IMPOSSIBLE[mistake]
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    said = done.stdout + done.stderr
    assert done.returncode not in (0, None) and done.returncode > 0, said
    assert named in said
    assert len(said.strip().splitlines()) <= 3, said
