// Command provisioner makes a directory on an NFS export for every claim of its
// storage classes. It takes the environment and the StorageClass parameters of
// nfs-subdir-external-provisioner v4 (github.com/kubernetes-sigs), whose image
// the local node can't pull, and can take its place.
//
// Environment: PROVISIONER_NAME, NFS_SERVER and NFS_PATH are required;
// ENABLE_LEADER_ELECTION (default true) may be false where one replica with the
// Recreate strategy is enough: a lease of a pod that died is waited for, 15 s.
// KUBECONFIG is for use outside a cluster. POD_NAMESPACE, read by the controller
// library, is where the lease is kept; the service account's namespace if unset.
//
// It needs no rights on its machine: any user who may write to the export, which
// is mounted at /persistentvolumes, will do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// config is what the environment says.
type config struct {
	name         string // of the provisioner, as in StorageClass.provisioner
	server, path string // the export
	elect        bool
}

// fromEnv reads the configuration. Its error names all that is wrong.
func fromEnv(getenv func(string) string) (c config, err error) {
	var problems []error
	need := func(name string) string {
		value := getenv(name)
		if value == "" {
			problems = append(problems, fmt.Errorf("environment variable %s: must be set", name))
		}
		return value
	}
	c = config{name: need("PROVISIONER_NAME"), server: need("NFS_SERVER"), path: need("NFS_PATH"), elect: true}
	if text := getenv("ENABLE_LEADER_ELECTION"); text != "" {
		if c.elect, err = strconv.ParseBool(text); err != nil {
			problems = append(problems, fmt.Errorf("environment variable ENABLE_LEADER_ELECTION: is %q, must be true or false", text))
		}
	}
	return c, errors.Join(problems...)
}

func run(ctx context.Context, local string) error {
	c, err := fromEnv(os.Getenv)
	if err != nil {
		return err
	}
	if _, err := os.Stat(local); err != nil {
		return fmt.Errorf("the export must be mounted: %w", err)
	}
	rest, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG")) // in the cluster when empty
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(rest)
	if err != nil {
		return err
	}
	p := newProvisioner(client, c.server, c.path, local)
	controller.NewProvisionController(ctx, client, c.name, p, controller.LeaderElection(c.elect)).Run(ctx)
	return nil
}

func main() {
	klog.InitFlags(nil)
	local := flag.String("local", "/persistentvolumes", "folder at which the export is mounted")
	flag.Parse()
	syscall.Umask(0) // a volume's directory is for any user, from its first moment on
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(klog.NewContext(ctx, klog.Background()), *local); err != nil {
		klog.ErrorS(err, "Cannot run")
		klog.FlushAndExit(klog.ExitFlushTimeout, 1)
	}
}
