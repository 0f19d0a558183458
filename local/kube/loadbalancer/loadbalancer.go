// Package loadbalancer gives Services of type LoadBalancer an address of the
// node's link. Upstream's service controller does the work: finalizers, status,
// events, retries. What a cloud would do is done by a pool of addresses that the
// machine routes to the node, where kube-proxy serves them.
package loadbalancer

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/spf13/cobra"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/cloud-provider/controllers/service"
	"k8s.io/component-base/featuregate"
	controllersmetrics "k8s.io/component-base/metrics/prometheus/controllers"
)

const (
	clusterName = "session-stack"
	// workers is how many Services are looked at side by side: addresses are
	// given out one after the other, the rest is waiting for the API server.
	workers = 4
	// The usual 5 requests a second would let a burst of Services wait.
	queriesPerSecond, burst = 50, 100
)

// NewCommand makes the command of the load balancer.
func NewCommand() *cobra.Command {
	var kubeconfig, addresses string
	command := &cobra.Command{
		Use:          "loadbalancer",
		Short:        "gives Services of type LoadBalancer an address",
		Args:         cobra.NoArgs,
		SilenceUsage: true,
		RunE: func(*cobra.Command, []string) error {
			prefix, err := netip.ParsePrefix(addresses)
			if err != nil {
				return fmt.Errorf("--addresses must be a range such as 10.99.0.32/28, got %q", addresses)
			}
			return run(genericapiserver.SetupSignalContext(), kubeconfig, prefix)
		},
	}
	command.Flags().StringVar(&kubeconfig, "kubeconfig", "", "file that says how to reach the API server")
	command.Flags().StringVar(&addresses, "addresses", "", "range of the addresses to give out, as a CIDR")
	return command
}

// run serves until the context ends.
func run(ctx context.Context, kubeconfig string, addresses netip.Prefix) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS, config.Burst = queriesPerSecond, burst
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	services, nodes := factory.Core().V1().Services(), factory.Core().V1().Nodes()
	cloud := cloud{balancer: newPool(addresses, services.Lister())}
	controller, err := service.New(cloud, client, services, nodes, clusterName, featuregate.NewFeatureGate())
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	controller.Run(ctx, workers, controllersmetrics.NewControllerManagerMetrics("loadbalancer"))
	return nil
}
