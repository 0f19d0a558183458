// Package metrics has no code: this module pins the metrics-server that tells
// the local node's autoscaler and "kubectl top" what pods use, by the tool line
// of go.mod, and
//
//	go build sigs.k8s.io/metrics-server/cmd/metrics-server
//
// in its folder builds it. It is not a program of the kube module: it asks for
// newer versions of forty modules than the Kubernetes there, which would then be
// another one than upstream tests.
package metrics
