// Command dns is the local node's cluster DNS: CoreDNS with the plugins that a
// cluster without a way out needs, and no more. There is no forward: the node
// has no name server to ask, and other names than the cluster's are refused at
// once instead of after a time-out.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"       // bounds the work for names asked again and again
	_ "github.com/coredns/coredns/plugin/errors"      // failures of a query go to the log
	_ "github.com/coredns/coredns/plugin/health"      // liveness probe
	_ "github.com/coredns/coredns/plugin/kubernetes"  // the names of Services and pods
	_ "github.com/coredns/coredns/plugin/loadbalance" // the addresses of a headless Service in turn
	_ "github.com/coredns/coredns/plugin/log"         // every query, to find out what a pod asks
	_ "github.com/coredns/coredns/plugin/ready"       // readiness probe: the kubernetes plugin has synced
	_ "github.com/coredns/coredns/plugin/reload"      // takes over a changed Corefile
)

func init() {
	// The order in which plugins see a query, whatever the Corefile's. It is that
	// of upstream's plugin.cfg: loadbalance before cache, or an answer from the
	// cache would have the same address first for everybody.
	dnsserver.Directives = []string{"reload", "ready", "health", "errors", "log", "loadbalance", "cache", "kubernetes"}
}

func main() { coremain.Run() }
