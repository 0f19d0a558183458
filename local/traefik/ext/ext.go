// Package ext has the two types that Traefik embeds in its configuration for
// extensions of it (pkg/config/dynamic/http_config.go). In Traefik's sources it
// is a module of its own in a subfolder, taken in by a relative replace: such a
// folder is not part of the module that the Go proxy hands out. As upstream, the
// types are empty.
package ext

// HTTP extends the HTTP part of Traefik's configuration by nothing.
type HTTP struct{}

// Router extends a router's configuration by nothing.
type Router struct{}
