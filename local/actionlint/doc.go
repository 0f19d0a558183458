// Package actionlint has no code: this module pins actionlint, by which the
// tests judge .github/workflows, by the tool line of go.mod, and
//
//	go build github.com/rhysd/actionlint/cmd/actionlint
//
// in its folder builds it.
package actionlint
