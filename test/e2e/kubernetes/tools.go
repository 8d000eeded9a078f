//go:build tools

// Package kubernetes names the programs of a Kubernetes control plane that the end-to-end tests run, so that go.sum pins
// every source they are built from.
package kubernetes

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
