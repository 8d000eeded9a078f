#!/usr/bin/env python3
"""Runs cases.json against a real Flink: the proof that the model in local/model/flink speaks as Flink does.

    run.py --flink DIR    DIR holds the jars of a Flink distribution (its lib folder)

Starts a JobManager and a TaskManager on a loopback address of their own and ends them.
"""

import argparse
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).parent
PATIENCE_SECONDS = 180
OPENS = ["lang", "util", "net", "nio", "io", "time", "util.concurrent", "util.concurrent.atomic", "lang.reflect"]

CONFIG = """jobmanager.rpc.address: {address}
jobmanager.bind-host: {address}
rest.address: {address}
rest.bind-address: {address}
taskmanager.host: {address}
taskmanager.bind-host: {address}
taskmanager.numberOfTaskSlots: 4
web.upload.dir: {folder}/upload
web.refresh-interval: 100
{restart}: none
execution.checkpointing.interval: 500
{checkpoints}: file://{folder}/cp
{savepoints}: file://{folder}/sp
jobmanager.memory.process.size: 512m
taskmanager.cpu.cores: 1
taskmanager.memory.task.heap.size: 64m
taskmanager.memory.task.off-heap.size: 0m
taskmanager.memory.framework.heap.size: 64m
taskmanager.memory.framework.off-heap.size: 32m
taskmanager.memory.managed.size: 16m
taskmanager.memory.jvm-metaspace.size: 128m
taskmanager.memory.network.min: 16m
taskmanager.memory.network.max: 16m
taskmanager.memory.jvm-overhead.min: 64m
taskmanager.memory.jvm-overhead.max: 64m
"""

# Names of Flink 1.x and of later versions.
ADAPTIVE = """jobmanager.scheduler: adaptive
jobmanager.adaptive-scheduler.scaling-interval.min: 1s
jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling: 1s
jobmanager.adaptive-scheduler.resource-stabilization-timeout: 1s
jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout: 1s
"""


class Cluster:
    """A JobManager and a TaskManager as processes."""

    def __init__(self, lib, address, folder, scheduler=None):
        self.lib, self.address, self.folder, self.processes = lib, address, pathlib.Path(folder), []
        (self.folder / "upload/flink-web-upload").mkdir(parents=True)
        self.build_jar()
        old = any(lib.glob("flink-dist-1.*.jar"))
        config = CONFIG.format(address=address, folder=folder,
                               restart="restart-strategy" if old else "restart-strategy.type",
                               checkpoints="state.checkpoints.dir" if old else "execution.checkpointing.dir",
                               savepoints="state.savepoints.dir" if old else "execution.checkpointing.savepoint-dir")
        if scheduler == "adaptive":
            config += ADAPTIVE
        (self.folder / ("flink-conf.yaml" if old else "config.yaml")).write_text(config)
        (self.folder / "hosts").write_text(f"{address} localhost {socket.gethostname()} {address}\n")

    def build_jar(self):
        classes = self.folder / "classes"
        subprocess.run(["javac", "-nowarn", "-cp", f"{self.lib}/*", "-d", classes, HERE / "Cases.java"], check=True,
                       stderr=subprocess.DEVNULL)
        manifest = self.folder / "manifest"
        manifest.write_text("Main-Class: test.Cases\n")
        jar = self.folder / "upload/flink-web-upload/cases.jar"
        subprocess.run(["jar", "cfm", jar, manifest, "-C", classes, "."], check=True)

    def start(self, main):
        opens = [f"--add-opens=java.base/java.{x}=ALL-UNNAMED" for x in OPENS]
        opens.append("--add-exports=java.base/sun.net.util=ALL-UNNAMED")
        with open(self.folder / (main.rsplit(".", 1)[1] + ".log"), "wb") as log:
            self.processes.append(subprocess.Popen(
                ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m",
                 f"-Djdk.net.hosts.file={self.folder}/hosts", *opens, "-cp", f"{self.lib}/*", main, "--configDir",
                 str(self.folder)], stdout=log, stderr=log))

    def up(self):
        self.start("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint")
        self.start("org.apache.flink.runtime.taskexecutor.TaskManagerRunner")
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                if json.loads(self.ask("GET", "/overview")[1])["slots-total"] > 0:
                    return
            except (urllib.error.URLError, ConnectionError, ValueError, KeyError):
                pass
            time.sleep(0.1)
        logs = "\n".join(x.read_text()[-2000:] for x in sorted(self.folder.glob("*.log")))
        sys.exit("the cluster did not come up:\n" + logs)

    def down(self):
        for x in self.processes:
            x.kill()
            x.wait()

    def ask(self, method, path, body=None):
        request = urllib.request.Request(f"http://{self.address}:8081{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={} if body is None else {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as x:
                return x.status, x.read().decode()
        except urllib.error.HTTPError as x:
            return x.code, x.read().decode()


def matches(expected, got):
    """The same rules as in flink_model_test.cpp."""
    if isinstance(expected, dict):
        return isinstance(got, dict) and all(k in got and matches(v, got[k]) for k, v in expected.items())
    if isinstance(expected, list):
        return isinstance(got, list) and all(any(matches(x, y) for y in got) for x in expected)
    if expected == "*":
        return got is not None
    if isinstance(expected, str) and expected.startswith("~"):
        return isinstance(got, str) and expected[1:] in got
    return expected == got


def fill(x, names):
    text = json.dumps(x)
    for name, value in names.items():
        text = text.replace("{" + name + "}", value)
    return json.loads(text)


def parse(text):
    try:
        return json.loads(text)
    except ValueError:
        return None


def run_step(cluster, step, names):
    """Returns what is wrong, or nothing."""
    step = fill(step, names)
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        status, text = cluster.ask(step["method"], step["path"], step.get("body"))
        got = parse(text)
        if status == step["status"] and matches(step.get("says", {}), got):
            break
        if not step.get("until") or time.monotonic() > end:
            return f"{step['method']} {step['path']}: expected {step['status']} {step.get('says')}, got {status} {text[:600]}"
        time.sleep(0.1)
    for name, path in step.get("keep", {}).items():
        value = got
        for key in path:
            value = value[key]
        names[name] = value
    return None


def clean(cluster):
    for x in parse(cluster.ask("GET", "/jobs")[1])["jobs"]:
        if x["status"] not in ("FINISHED", "CANCELED", "FAILED"):
            cluster.ask("PATCH", f"/jobs/{x['id']}?mode=cancel")


def run_cases(cluster, cases):
    """Returns how many failed."""
    failures = 0
    for number, case in enumerate(cases):
        ids = ["job", "job2", "job3", "nobody", "trigger", "trigger2"]
        names = {x: f"{number * 16 + i + 1:032x}" for i, x in enumerate(ids)} | {"jar": "cases.jar"}
        problem = next(filter(None, (run_step(cluster, x, names) for x in case["steps"])), None)
        print(("FAILED " if problem else "ok     ") + case["case"] + (f"\n       {problem}" if problem else ""),
              flush=True)
        failures += problem is not None
        clean(cluster)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flink", required=True, type=pathlib.Path)
    parser.add_argument("--address", default="127.9.7.1")
    options = parser.parse_args()
    cases = json.loads((HERE / "cases.json").read_text())
    failures = 0
    for scheduler in (None, "adaptive"):
        with tempfile.TemporaryDirectory() as folder:
            cluster = Cluster(options.flink, options.address, folder, scheduler)
            try:
                cluster.up()
                failures += run_cases(cluster, [x for x in cases if x.get("scheduler") == scheduler])
            finally:
                cluster.down()
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
