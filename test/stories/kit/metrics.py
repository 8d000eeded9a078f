"""Serves the metrics that autoscalers request, in place of a metrics server."""

from __future__ import annotations

import json
import ssl
import threading
import urllib.parse
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .cluster import KubernetesCluster
from .processes import until

RESOURCE, EXTERNAL = "metrics.k8s.io", "external.metrics.k8s.io"
KINDS = {RESOURCE: ("pods", "PodMetrics"), EXTERNAL: ("*", "ExternalMetricValueList")}
SERVICES = "/api/v1/namespaces/default/services"
REGISTRATIONS = "/apis/apiregistration.k8s.io/v1/apiservices"


class Metrics:
    """Serves both APIs on loopback and is registered with the API server, which forwards to it."""

    def __init__(self, cluster: KubernetesCluster):
        self.api = cluster.api
        # What the pods that an autoscaler asks for use together, and what each external metric is.
        self.cpu_millis = 0
        self.external: dict[str, int] = {}
        metrics = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                metrics._answer(self)

            def log_message(self, *words) -> None:
                """Writes no log: the autoscalers' status shows the results."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(cluster.plane.folder / "server.crt", cluster.plane.folder / "server.key")
        self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def register(self) -> None:
        port = self.server.server_address[1]
        service = {"metadata": {"name": "metrics"}, "spec": {"type": "ExternalName", "externalName": "localhost"}}
        self.api.ask("POST", SERVICES, {"apiVersion": "v1", "kind": "Service", **service})
        for group in KINDS:
            spec = {
                "group": group,
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "service": {"namespace": "default", "name": "metrics", "port": port},
                "insecureSkipTLSVerify": True,
            }
            made = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "spec": spec}
            self.api.ask("POST", REGISTRATIONS, {**made, "metadata": {"name": f"v1beta1.{group}"}})
        for group in KINDS:
            until(f"{group} to be served", lambda: self._is_available(group), 30)

    def close(self) -> None:
        """Removes the APIs before their server: no namespace can be deleted while a registered API does not answer."""
        for group in KINDS:
            self._remove(f"{REGISTRATIONS}/v1beta1.{group}")
        self._remove(f"{SERVICES}/metrics")
        self.server.shutdown()
        self.server.server_close()

    def _remove(self, path: str) -> None:
        if self.api.find(path):
            self.api.ask("DELETE", path)

    def _is_available(self, group: str) -> bool:
        status = self.api.get(f"{REGISTRATIONS}/v1beta1.{group}").get("status", {})
        return any(x["type"] == "Available" and x["status"] == "True" for x in status.get("conditions", []))

    # -- answers --------------------------------------------------------------------------------------------------

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        url = urllib.parse.urlsplit(handler.path)
        match url.path.strip("/").split("/"):
            case ["apis", group, "v1beta1"] if group in KINDS:
                answer = self._discovery(group)
            case ["apis", "metrics.k8s.io", "v1beta1", "namespaces", namespace, "pods"]:
                answer = self._pods(namespace, url.query)
            case ["apis", "external.metrics.k8s.io", "v1beta1", "namespaces", _, name] if name in self.external:
                answer = self._external(name)
            case _:
                answer = None
        content = json.dumps(answer or {}).encode()
        handler.send_response(200 if answer else 404)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def _discovery(self, group: str) -> dict:
        name, kind = KINDS[group]
        resource = {"name": name, "singularName": "", "namespaced": True, "kind": kind, "verbs": ["get", "list"]}
        version = f"{group}/v1beta1"
        return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": [resource]}

    def _pods(self, namespace: str, query: str) -> dict:
        pods = self.api.items(f"/api/v1/namespaces/{namespace}/pods?{query}")
        items = [
            {
                "metadata": {key: x["metadata"][key] for key in ("name", "namespace", "labels")},
                "timestamp": _now(),
                "window": "1s",
                "containers": [
                    {
                        "name": x["spec"]["containers"][0]["name"],
                        "usage": {"cpu": f"{self.cpu_millis // len(pods)}m", "memory": "500Mi"},
                    }
                ],
            }
            for x in pods
        ]
        return {"kind": "PodMetricsList", "apiVersion": f"{RESOURCE}/v1beta1", "metadata": {}, "items": items}

    def _external(self, name: str) -> dict:
        value = {"metricName": name, "metricLabels": {}, "timestamp": _now(), "value": str(self.external[name])}
        version = f"{EXTERNAL}/v1beta1"
        return {"kind": "ExternalMetricValueList", "apiVersion": version, "metadata": {}, "items": [value]}


def _now() -> str:
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
