package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

const (
	volumeMode = 0o777 // as upstream: in-tree NFS volumes get no fsGroup, and pods run as any user
	parentMode = 0o755
)

// reserveTime is how long a directory given to a claim is kept from others while
// the controller saves the volume object, which then does it.
const reserveTime = time.Minute

// provisioner implements controller.Provisioner.
type provisioner struct {
	client       kubernetes.Interface
	server, path string // the export
	local        string // where it is mounted

	mu       sync.Mutex // of Provision, from the check of a path to its reservation
	reserved map[string]reservation
}

// reservation is of a path on the server, for a volume not yet seen in the API.
type reservation struct {
	volume string
	until  time.Time
}

func newProvisioner(client kubernetes.Interface, server, export, local string) *provisioner {
	return &provisioner{client: client, server: server, path: path.Clean(export), local: local, reserved: map[string]reservation{}}
}

// Provision makes a claim's directory. One that is there is used as it is: a
// stable pathPattern is meant to find the data of a claim that was deleted.
// Errors become events on the claim, and the controller tries again.
func (p *provisioner) Provision(ctx context.Context, o controller.ProvisionOptions) (*v1.PersistentVolume, controller.ProvisioningState, error) {
	volume, err := p.provision(ctx, o)
	return volume, controller.ProvisioningFinished, err
}

func (p *provisioner) provision(ctx context.Context, o controller.ProvisionOptions) (*v1.PersistentVolume, error) {
	if o.PVC.Spec.Selector != nil {
		return nil, errors.New("claim selector: not supported, leave it out")
	}
	name, err := directory(o.StorageClass.Parameters, o.PVC, o.PVName)
	if err != nil {
		return nil, err
	}
	full := path.Join(p.path, name)
	if err := p.reserve(ctx, full, o.PVName); err != nil {
		return nil, err
	}
	if err := p.makeDirectory(name); err != nil {
		return nil, fmt.Errorf("directory %s on the export: %w", name, err)
	}
	policy := v1.PersistentVolumeReclaimDelete // the API's default
	if o.StorageClass.ReclaimPolicy != nil {
		policy = *o.StorageClass.ReclaimPolicy
	}
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: o.PVName},
		Spec: v1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: policy,
			AccessModes:                   o.PVC.Spec.AccessModes,
			MountOptions:                  o.StorageClass.MountOptions,
			Capacity:                      v1.ResourceList{v1.ResourceStorage: o.PVC.Spec.Resources.Requests[v1.ResourceStorage]},
			PersistentVolumeSource:        v1.PersistentVolumeSource{NFS: &v1.NFSVolumeSource{Server: p.server, Path: full}},
		},
	}, nil
}

// makeDirectory makes a directory on the export. os.Root keeps it there: a
// claim's pods may have put symbolic links on its way.
func (p *provisioner) makeDirectory(name string) error {
	root, err := os.OpenRoot(p.local)
	if err != nil {
		return err
	}
	defer root.Close()
	if parent := path.Dir(name); parent != "." {
		if err := root.MkdirAll(parent, parentMode); err != nil {
			return err
		}
	}
	err = root.Mkdir(name, volumeMode)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if info, err := root.Lstat(name); err != nil {
		return err
	} else if !info.IsDir() {
		return errors.New("is there, but not a directory")
	}
	return nil
}

// reserve refuses a path that another volume uses, also in part: two live
// volumes on one directory corrupt each other's data. Upstream lets them.
func (p *provisioner) reserve(ctx context.Context, full, volume string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	other, err := p.user(ctx, full, volume)
	if err != nil {
		return err
	}
	for reserved, r := range p.reserved {
		if time.Now().After(r.until) {
			delete(p.reserved, reserved)
		} else if other == "" && r.volume != volume && overlap(reserved, full) {
			other = fmt.Sprintf("%s, which is being made", r.volume)
		}
	}
	if other != "" {
		return fmt.Errorf("path %s: used by volume %s; delete that volume, or give the class a pathPattern that differs for each claim", full, other)
	}
	p.reserved[full] = reservation{volume, time.Now().Add(reserveTime)}
	return nil
}

// user returns another volume, with its claim, that has a path on the export or
// a part of it; "" if there is none. The export itself, which this very pod may
// have by a volume object, does not count.
func (p *provisioner) user(ctx context.Context, full, volume string) (string, error) {
	list, err := p.client.CoreV1().PersistentVolumes().List(ctx, metav1.ListOptions{})
	if err != nil {
		return "", fmt.Errorf("listing volumes to see whether path %s is free: %w", full, err)
	}
	for i := range list.Items {
		pv := &list.Items[i]
		if pv.Name == volume || pv.Spec.NFS == nil || pv.Spec.NFS.Server != p.server {
			continue
		}
		if _, err := p.below(pv); err != nil || !overlap(pv.Spec.NFS.Path, full) || p.record(ctx, pv) {
			continue
		}
		if claim := pv.Spec.ClaimRef; claim != nil {
			return fmt.Sprintf("%s of claim %s/%s", pv.Name, claim.Namespace, claim.Name), nil
		}
		return pv.Name, nil
	}
	return "", nil
}

// below returns where on the export a volume is, without a slash at either end.
func (p *provisioner) below(pv *v1.PersistentVolume) (string, error) {
	name, err := filepath.Rel(p.path, path.Clean(pv.Spec.NFS.Path))
	if err != nil || !filepath.IsLocal(name) || name == "." {
		return "", fmt.Errorf("path %s of volume %s: not below the export %s, delete the volume object by hand", pv.Spec.NFS.Path, pv.Name, p.path)
	}
	return name, nil
}

// record says whether a volume is no more than a record: its claim and so its
// pods are gone, and nobody will delete its directory.
func (p *provisioner) record(ctx context.Context, pv *v1.PersistentVolume) bool {
	if pv.Status.Phase != v1.VolumeReleased {
		return false
	}
	if pv.Spec.PersistentVolumeReclaimPolicy == v1.PersistentVolumeReclaimRetain {
		return true
	}
	class, err := p.class(ctx, pv)
	if err != nil {
		return false
	}
	what, err := onDelete(class.Parameters)
	return err == nil && what == retain
}
