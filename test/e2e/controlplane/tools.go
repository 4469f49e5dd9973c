//go:build tools

// Package controlplane pins the real Kubernetes that the e2e tests run against: nothing but these
// imports, so that go.mod and go.sum hold the versions and checksums of all that is built.
//
// To move to another Kubernetes 1.X.Y: require k8s.io/kubernetes v1.X.Y, point every replace at
// v0.X.Y (Kubernetes' own go.mod names its staging modules as v0.0.0, which no proxy has), then
// run "go mod tidy".
package controlplane

import (
	_ "go.etcd.io/etcd/server/v3"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kubectl"
)
