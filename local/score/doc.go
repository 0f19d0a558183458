// Package score has no code: this module pins kube-score, by which the tests
// judge the manifests of every stack, by the tool line of go.mod, and
//
//	go build github.com/zegl/kube-score/cmd/kube-score
//
// in its folder builds it.
package score
