package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// action is what becomes of a deleted volume's directory.
type action int

const (
	archive action = iota
	remove
	retain
)

// onDelete reads a class's parameters, as upstream's README has them: onDelete
// delete or retain; else archiveOnDelete false for delete; else archive.
func onDelete(parameters map[string]string) (action, error) {
	switch value := parameters["onDelete"]; value {
	case "delete":
		return remove, nil
	case "retain":
		return retain, nil
	}
	text, ok := parameters["archiveOnDelete"]
	if !ok {
		return archive, nil
	}
	keep, err := strconv.ParseBool(text)
	if err != nil {
		return archive, fmt.Errorf("archiveOnDelete %q: must be true or false", text)
	}
	if keep {
		return archive, nil
	}
	return remove, nil
}

// Delete removes, archives or keeps a volume's directory. Upstream works on
// filepath.Base(path), which for a nested pathPattern is another directory or
// none (its issues 91, 127, 272); here it is the whole path below the export.
func (p *provisioner) Delete(ctx context.Context, pv *v1.PersistentVolume) error {
	if pv.Spec.NFS == nil || pv.Spec.NFS.Server != p.server {
		return &controller.IgnoredError{Reason: "it is not on NFS server " + p.server}
	}
	name, err := p.below(pv)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(p.local)
	if err != nil {
		return err
	}
	defer root.Close()
	if _, err := root.Lstat(name); errors.Is(err, fs.ErrNotExist) {
		klog.FromContext(ctx).Info("Directory is gone already", "directory", name, "volume", pv.Name)
		return nil
	} else if err != nil {
		return err
	}
	class, err := p.class(ctx, pv)
	if err != nil {
		return err
	}
	what, err := onDelete(class.Parameters)
	if err != nil {
		return fmt.Errorf("storage class %s: %w", class.Name, err)
	}
	if what == retain {
		return nil
	}
	if other, err := p.user(ctx, pv.Spec.NFS.Path, pv.Name); err != nil {
		return err
	} else if other != "" {
		klog.FromContext(ctx).Info("Directory is kept, another volume uses it", "directory", name, "volume", pv.Name, "other", other)
		return nil
	}
	if what == archive {
		return p.archive(root, name, pv.Name)
	}
	if err := root.RemoveAll(name); errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("directory %s on the export: %w: it holds directories of other users, which uid %d may not empty; run the provisioner as root, or set onDelete to retain", name, err, os.Getuid())
	} else if err != nil {
		return err
	}
	return nil
}

// archive renames a directory to archived-NAME at the top of the export, as
// upstream does. Names from a pathPattern come again, and those of nested ones
// too: the full path is taken, and the volume's name if there is one already.
func (p *provisioner) archive(root *os.Root, name, volume string) error {
	to := "archived-" + strings.ReplaceAll(name, "/", "-")
	if _, err := root.Lstat(to); err == nil {
		to += "-" + volume
	}
	return root.Rename(name, to)
}

func (p *provisioner) class(ctx context.Context, pv *v1.PersistentVolume) (*storage.StorageClass, error) {
	name := pv.Spec.StorageClassName
	if name == "" {
		return nil, fmt.Errorf("volume %s: has no storage class that says what to do with its directory, delete the object by hand", pv.Name)
	}
	class, err := p.client.StorageV1().StorageClasses().Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return nil, fmt.Errorf("volume %s: its storage class %s, which says what to do with its directory, is gone; create the class again or delete the volume object by hand", pv.Name, name)
	}
	return class, err
}
