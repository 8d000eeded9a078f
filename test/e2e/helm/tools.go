//go:build tools

// Package helm names the program that installs the chart in the end-to-end tests, so that go.sum pins every source it is
// built from.
package helm

import _ "helm.sh/helm/v3/cmd/helm"
