"""What the Go operator makes of a FlinkApplication: its objects, its way to start a job, its status."""

from __future__ import annotations

import json
import math
import urllib.request
from datetime import datetime, timezone

from .app import App
from .job_manager import JobManager
from .processes import until

PORTS = {"rpc": 6123, "blob": 6125, "query": 6124, "ui": 8081, "metrics": 50101}


class GoOperator:
    """Brings one application to Running as the Go operator leaves it, and stops."""

    def __init__(self, app: App, cluster_hash: str = "0a1b2c3d"):
        self.app = app
        self.hash = cluster_hash
        self.spec = app.resource["spec"]

    def deploy(self) -> str:
        """Returns the id of the job that runs in the end."""
        self.app.resource["metadata"]["finalizers"] = ["job.finalizers.flink.k8s.io"]
        self.app.apply()
        self.uid = self.app.get()["metadata"]["uid"]
        for made in (self._deployment("jobmanager"), self._deployment("taskmanager")):
            self._create("/apis/apps/v1", "deployments", made)
        for made in (self._service(self.app.name), self._service(f"{self.app.name}-{self.hash}")):
            self._create("/api/v1", "services", made)
        manager = self._job_manager()
        job = self._submit(manager)
        until("all tasks of its job to run", lambda: manager.all_tasks_running(job), 60)
        self.app.cluster.api.merge(self.app.path + "/status", {"status": self._status(job)})
        return job

    def _create(self, group: str, plural: str, thing: dict) -> None:
        self.app.cluster.api.ask("POST", f"{group}/namespaces/{self.app.namespace}/{plural}", thing)

    def _owner(self) -> list[dict]:
        return [
            {
                "apiVersion": "flink.k8s.io/v1beta1",
                "kind": "FlinkApplication",
                "name": self.app.name,
                "uid": self.uid,
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ]

    def _selector(self, role: str) -> dict:
        # Eight random characters for each Deployment.
        tie = {"jobmanager": "k3x9q1zz", "taskmanager": "p0o9i8u7"}[role]
        return {"flink-app": self.app.name, "flink-deployment-type": role, "pod-deployment-selector": tie}

    def _properties(self, role: str) -> str:
        entries = {key: str(value) for key, value in self.spec["flinkConfig"].items()}
        entries |= {
            "taskmanager.numberOfTaskSlots": str(self.spec["taskManagerConfig"]["taskSlots"]),
            "jobmanager.rpc.port": "6123",
            "jobmanager.web.port": "8081",
            "query.server.port": "6124",
            "blob.server.port": "6125",
            "metrics.internal.query-service.port": "50101",
            # 1Gi and 1536Mi without a fifth of it.
            "jobmanager.memory.process.size": "838860k",
            "taskmanager.memory.process.size": "1258291k",
        }
        text = "".join(f"{key}: {value}\n" for key, value in sorted(entries.items()))
        text += f"\njobmanager.rpc.address: {self.app.name}-{self.hash}\n"
        return text + ("taskmanager.host: $HOST_IP\n" if role == "taskmanager" else "")

    def _environment(self, role: str) -> list[dict]:
        def field(name: str, path: str) -> dict:
            return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}

        properties = self._properties(role)
        return [
            {"name": "AWS_METADATA_SERVICE_TIMEOUT", "value": "5"},
            {"name": "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "value": "20"},
            {"name": "APP_NAME", "value": self.app.name},
            {"name": "OPERATOR_FLINK_CONFIG", "value": properties},
            {"name": "FLINK_PROPERTIES", "value": properties},
            field("HOST_NAME", "metadata.name"),
            field("HOST_IP", "status.podIP"),
            {"name": "FLINK_DEPLOYMENT_TYPE", "value": role},
        ]

    def _container(self, role: str) -> dict:
        ports = [x for x in PORTS if role == "jobmanager" or x != "ui"]
        container = {
            "name": role,
            "image": self.spec["image"],
            "imagePullPolicy": "IfNotPresent",
            "args": [role],
            "ports": [{"name": x, "containerPort": PORTS[x]} for x in ports],
            "env": self._environment(role),
            "resources": self.spec["jobManagerConfig" if role == "jobmanager" else "taskManagerConfig"]["resources"],
        }
        if role == "jobmanager":
            container["readinessProbe"] = {
                "httpGet": {"path": "/overview", "port": 8081},
                "initialDelaySeconds": 10,
                "timeoutSeconds": 1,
                "periodSeconds": 5,
                "failureThreshold": 2,
            }
        return container

    def _job_properties(self) -> str:
        return (
            f"jarName: {self.spec['jarName']}\nparallelism: {self.spec['parallelism']}\n"
            f"entryClass:{self.spec['entryClass']}\nprogramArgs:\"{self.spec['programArgs']}\""
        )

    def _deployment(self, role: str) -> dict:
        short = {"jobmanager": "jm", "taskmanager": "tm"}[role]
        slots = self.spec["taskManagerConfig"]["taskSlots"]
        replicas = 1 if role == "jobmanager" else math.ceil(self.spec["parallelism"] / slots)
        return {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": f"{self.app.name}-{self.hash}-{short}",
                "labels": {
                    "flink-app": self.app.name,
                    "flink-deployment-type": role,
                    "flink-app-hash": self.hash,
                },
                "annotations": {"flink-job-properties": self._job_properties()},
                "ownerReferences": self._owner(),
            },
            "spec": {
                "replicas": replicas,
                "strategy": {"type": "Recreate"},
                "selector": {"matchLabels": self._selector(role)},
                "template": {
                    "metadata": {"labels": self._selector(role), "annotations": {"flink-app-hash": self.hash}},
                    "spec": {"containers": [self._container(role)]},
                },
            },
        }

    def _service(self, name: str) -> dict:
        versioned = name != self.app.name
        return {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": name,
                "labels": {"flink-app": self.app.name} | ({"flink-app-hash": self.hash} if versioned else {}),
                "ownerReferences": self._owner(),
            },
            "spec": {
                "type": "ClusterIP",
                "clusterIP": "None",
                "selector": self._selector("jobmanager"),
                "ports": [{"name": x, "port": port} for x, port in PORTS.items()],
            },
        }

    def _job_manager(self) -> JobManager:
        def slots() -> JobManager | None:
            pods = [x for x in self.app.pods("jobmanager") if x["status"].get("podIP")]
            manager = JobManager(pods[0]["status"]["podIP"]) if pods else None
            ready = manager and (manager.find("/overview") or {}).get("slots-total", 0) >= self.spec["parallelism"]
            return manager if ready else None

        return until("the Go operator's cluster to have its slots", slots, 90)

    def _submit(self, manager: JobManager) -> str:
        body = {
            "parallelism": self.spec["parallelism"],
            "entryClass": self.spec["entryClass"],
            "programArgsList": self.spec["programArgs"].split(),
        }
        url = f"{manager.url}/jars/{self.spec['jarName']}/run"
        request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())["jobid"]

    def _status(self, job: str) -> dict:
        now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "phase": "Running",
            "deploymentMode": "Dual",
            "deployHash": self.hash,
            "lastUpdatedAt": now,
            "retryCount": 1,
            "clusterStatus": {
                "health": "Green",
                "numberOfTaskManagers": 1,
                "healthyTaskManagers": 1,
                "numberOfTaskSlots": 1,
                "availableTaskSlots": 0,
            },
            "jobStatus": {
                "jobID": job,
                "health": "Green",
                "state": "RUNNING",
                "jarName": self.spec["jarName"],
                "parallelism": self.spec["parallelism"],
                "entryClass": self.spec["entryClass"],
                "programArgs": self.spec["programArgs"],
                "startTime": now,
                "lastFailingTime": None,
                "jobRestartCount": 0,
                "runningTasks": 1,
                "totalTasks": 1,
            },
        }
