// Command kube is the local node's Kubernetes: every component, etcd and the
// command-line tools in one binary, which share most of their code. The name it
// is called by chooses: kube-apiserver, kube-controller-manager, kube-scheduler,
// kube-proxy, kubelet, kubectl, kubeadm or etcd, each started as upstream's
// cmd/<name> does it, or loadbalancer, which is this module's own.
//
// Its version has to be stamped in by -ldflags -X, as upstream's build does
// (hack/lib/version.sh): k8s.io/component-base/version.gitVersion, gitMajor and
// gitMinor, and k8s.io/client-go/pkg/version.gitVersion. Checks of version skew,
// kubeadm's among them, read it.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	_ "time/tzdata" // time zones of CronJobs, where the machine has no zoneinfo

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	_ "k8s.io/component-base/logs/json/register"          // --logging-format=json
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // metrics of API clients
	_ "k8s.io/component-base/metrics/prometheus/version"  // metric kubernetes_build_info
	kubectl "k8s.io/kubectl/pkg/cmd"
	kubectlerrors "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app"
	kubeadmerrors "k8s.io/kubernetes/cmd/kubeadm/app/util/errors"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"

	"sessionstack.dev/local/kube/loadbalancer"
)

const exitUsage = 2

// programs are the names to be called by.
var programs = map[string]func(){
	"etcd":    func() { etcdmain.Main(os.Args) },
	"kubectl": runKubectl,
	"kubeadm": func() { kubeadmerrors.HandleError(kubeadm.Run()) }, // it prints none of its errors itself

	"kube-apiserver":          serve(apiserver.NewAPIServerCommand),
	"kube-controller-manager": serve(controllermanager.NewControllerManagerCommand),
	"kube-proxy":              serve(proxy.NewProxyCommand),
	"kube-scheduler":          serve(func() *cobra.Command { return scheduler.NewSchedulerCommand() }),
	"kubelet":                 serve(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) }),
	"loadbalancer":            serve(loadbalancer.NewCommand),
}

// serve runs a component. Its command is made when it is wanted: making one
// registers flags and metrics that would be there for all.
func serve(command func() *cobra.Command) func() {
	return func() { os.Exit(cli.Run(command())) }
}

// runKubectl prints errors and sets exit codes as kubectl's users know them.
func runKubectl() {
	// Before the command is made, for that looks for plugins and reads .kuberc,
	// and logs. A bad value is reported when the flags are read.
	_, _ = logs.GlogSetter(kubectl.GetLogVerbosity(os.Args))
	if err := cli.RunNoErrOutput(kubectl.NewDefaultKubectlCommand()); err != nil {
		kubectlerrors.CheckErr(err)
	}
}

func main() {
	name := filepath.Base(os.Args[0])
	program, ok := programs[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "kube: called as %q: must be called by the name (a link will do) of %s\n",
			name, strings.Join(slices.Sorted(maps.Keys(programs)), ", "))
		os.Exit(exitUsage)
	}
	program()
}
