// Package traefik has no code: this module pins the Traefik that the local node
// runs as its ingress controller, by the tool line of go.mod, and
//
//	go build github.com/traefik/traefik/v3/cmd/traefik
//
// in its folder builds it. Its dashboard is missing from the module that the Go
// proxy hands out, and is not wanted here.
package traefik
