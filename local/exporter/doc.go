// Package exporter has no code: this module pins the redis_exporter that stands
// beside the members of the store, by the tool line of go.mod, and
//
//	go build github.com/oliver006/redis_exporter
//
// in its folder builds it. Its version is the default of store.metrics.image.
package exporter
