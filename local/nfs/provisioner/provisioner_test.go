package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	v1 "k8s.io/api/core/v1"
	storage "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func TestMain(m *testing.M) {
	syscall.Umask(0) // as main
	os.Exit(m.Run())
}

// world is a provisioner with an empty export and a class.
type world struct {
	*provisioner
	t     *testing.T
	class *storage.StorageClass
}

func newWorld(t *testing.T, parameters map[string]string, objects ...runtime.Object) world {
	policy := v1.PersistentVolumeReclaimDelete
	class := &storage.StorageClass{
		ObjectMeta:    metav1.ObjectMeta{Name: "nfs"},
		ReclaimPolicy: &policy,
		Parameters:    parameters,
		MountOptions:  []string{"hard"},
	}
	client := fake.NewClientset(append(objects, class)...)
	return world{newProvisioner(client, "server", "/export/", t.TempDir()), t, class}
}

func claim(name string) *v1.PersistentVolumeClaim {
	return &v1.PersistentVolumeClaim{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "shop", Labels: map[string]string{"app": "redis"}, Annotations: map[string]string{"dir": "a/b"}},
		Spec: v1.PersistentVolumeClaimSpec{
			AccessModes: []v1.PersistentVolumeAccessMode{v1.ReadWriteMany},
			Resources:   v1.VolumeResourceRequirements{Requests: v1.ResourceList{v1.ResourceStorage: resource.MustParse("1Gi")}},
		},
	}
}

// volume is one that exists in the cluster.
func volume(name, path string, phase v1.PersistentVolumePhase, policy v1.PersistentVolumeReclaimPolicy) *v1.PersistentVolume {
	return &v1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Status:     v1.PersistentVolumeStatus{Phase: phase},
		Spec: v1.PersistentVolumeSpec{
			StorageClassName:              "nfs",
			PersistentVolumeReclaimPolicy: policy,
			ClaimRef:                      &v1.ObjectReference{Namespace: "shop", Name: "other"},
			PersistentVolumeSource:        v1.PersistentVolumeSource{NFS: &v1.NFSVolumeSource{Server: "server", Path: path}},
		},
	}
}

func (w world) provision(pvc *v1.PersistentVolumeClaim, name string) (*v1.PersistentVolume, error) {
	pv, state, err := w.Provision(context.Background(), controller.ProvisionOptions{StorageClass: w.class, PVC: pvc, PVName: name})
	if state != controller.ProvisioningFinished {
		w.t.Errorf("state %s", state)
	}
	return pv, err
}

// tree lists all directories and files of the export.
func (w world) tree() string {
	var found []string
	filepath.WalkDir(w.local, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			w.t.Fatal(err)
		}
		if rel, _ := filepath.Rel(w.local, path); rel != "." {
			found = append(found, rel)
		}
		return nil
	})
	slices.Sort(found)
	return strings.Join(found, " ")
}

// put makes a file with its directories on the export.
func (w world) put(path string) {
	full := filepath.Join(w.local, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(full, nil, 0o666); err != nil {
		w.t.Fatal(err)
	}
}

func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || err.Error() != want {
		t.Errorf("\n got %v\nwant %s", err, want)
	}
}

func TestProvisionDefaultName(t *testing.T) {
	w := newWorld(t, nil)
	pv, err := w.provision(claim("data"), "pvc-1")
	if err != nil {
		t.Fatal(err)
	}
	want := volume("pvc-1", "/export/shop-data-pvc-1", "", v1.PersistentVolumeReclaimDelete).Spec
	want.StorageClassName, want.ClaimRef = "", nil // the controller's
	want.AccessModes, want.MountOptions = []v1.PersistentVolumeAccessMode{v1.ReadWriteMany}, []string{"hard"}
	want.Capacity = v1.ResourceList{v1.ResourceStorage: resource.MustParse("1Gi")}
	if got := fmt.Sprintf("%+v", pv.Spec); pv.Name != "pvc-1" || got != fmt.Sprintf("%+v", want) {
		t.Errorf("\n got %s\nwant %+v", got, want)
	}
	info, err := os.Stat(filepath.Join(w.local, "shop-data-pvc-1"))
	if err != nil || info.Mode() != os.ModeDir|0o777 {
		t.Errorf("directory: %v %v", info, err)
	}
}

func TestPathPattern(t *testing.T) {
	for text, want := range map[string]string{
		"stable-${.PVC.namespace}-${.PVC.name}":                       "stable-shop-data",
		"${.PVC.namespace}/${.PVC.labels.app}/${.PVC.name}":           "shop/redis/data",
		"/${.PVC.annotations.dir}/":                                   "a/b",
		"${.PVC.name}/./x//${.PVC.name}":                              "data/x/data",
		"${.PVC.namespace}/${.PVC.labels.none}/${.PVC.name}":          "shop/data",
		"..${.PVC.name}":                                              "..data",
		"$1-${.PVC.name}":                                             "$1-data",
		"${.PVC.annotations.dir}-${.PVC.annotations.example.com/dir}": "a/b-",
	} {
		w := newWorld(t, map[string]string{"pathPattern": text})
		pv, err := w.provision(claim("data"), "pvc-1")
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if info, err := os.Stat(filepath.Join(w.local, want)); err != nil || !info.IsDir() || pv.Spec.NFS.Path != "/export/"+want {
			t.Errorf("%s: path %s, want /export/%s; %v", text, pv.Spec.NFS.Path, want, err)
		}
	}
}

func TestPathPatternIsRefused(t *testing.T) {
	empty := `pathPattern %q: comes to %q for this claim, which is the whole export; it must name a directory below: has the claim the labels and annotations?`
	up := `pathPattern %q: comes to %q for this claim, must not contain ".."`
	for text, want := range map[string]string{
		"":                       fmt.Sprintf(empty, "", ""),
		"/":                      fmt.Sprintf(empty, "/", "/"),
		"${.PVC.labels.none}":    fmt.Sprintf(empty, "${.PVC.labels.none}", ""),
		"./${.PVC.labels.none}/": fmt.Sprintf(empty, "./${.PVC.labels.none}/", ".//"),
		"../${.PVC.name}":        fmt.Sprintf(up, "../${.PVC.name}", "../data"),
		"${.PVC.namespace}/${.PVC.annotations.evil}": fmt.Sprintf(up, "${.PVC.namespace}/${.PVC.annotations.evil}", "shop/../../other/data"),
		"x/${.PVC.nmae}": `pathPattern "x/${.PVC.nmae}": ${.PVC.nmae} is not known, only ${.PVC.name}, ${.PVC.namespace}, ${.PVC.labels.KEY} and ${.PVC.annotations.KEY}`,
	} {
		w := newWorld(t, map[string]string{"pathPattern": text})
		pvc := claim("data")
		pvc.Annotations["evil"] = "../../other/data"
		_, err := w.provision(pvc, "pvc-1")
		wantError(t, err, want)
		if w.tree() != "" {
			t.Errorf("%s: made %s", text, w.tree())
		}
	}
}

func TestSymbolicLinksDoNotLeadOut(t *testing.T) {
	outside := t.TempDir()
	w := newWorld(t, map[string]string{"pathPattern": "vol/${.PVC.name}"})
	w.put("precious")
	if err := os.Symlink(outside, filepath.Join(w.local, "vol")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.provision(claim("data"), "pvc-1"); err == nil {
		t.Error("provisioned through a symbolic link")
	}
	if err := os.Mkdir(filepath.Join(outside, "data"), 0o777); err != nil {
		t.Fatal(err)
	}
	w.class.Parameters["onDelete"] = "delete"
	if err := w.Delete(context.Background(), volume("pvc-1", "/export/vol/data", v1.VolumeReleased, v1.PersistentVolumeReclaimDelete)); err == nil {
		t.Error("deleted through a symbolic link")
	}
	if _, err := os.Stat(filepath.Join(outside, "data")); err != nil {
		t.Error(err)
	}
}

func TestSelectorIsRefused(t *testing.T) {
	pvc := claim("data")
	pvc.Spec.Selector = &metav1.LabelSelector{}
	_, err := newWorld(t, nil).provision(pvc, "pvc-1")
	wantError(t, err, "claim selector: not supported, leave it out")
}

func TestStableDirectoryIsFoundAgainAsItWas(t *testing.T) {
	w := newWorld(t, map[string]string{"pathPattern": "${.PVC.name}"})
	w.put("data/dump.rdb")
	if err := os.Chmod(filepath.Join(w.local, "data"), 0o750); err != nil {
		t.Fatal(err)
	}
	if _, err := w.provision(claim("data"), "pvc-1"); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(w.local, "data"))
	if err != nil || info.Mode().Perm() != 0o750 || w.tree() != "data data/dump.rdb" {
		t.Errorf("%v %v %s", info, err, w.tree())
	}
	w.put("file")
	_, err = w.provision(claim("file"), "pvc-2")
	wantError(t, err, "directory file on the export: is there, but not a directory")
}

func TestTwoLiveVolumesOnOneDirectory(t *testing.T) {
	const retain, remove = v1.PersistentVolumeReclaimRetain, v1.PersistentVolumeReclaimDelete
	refused := "path /export/shop/data: used by volume pvc-9 of claim shop/other; delete that volume, or give the class a pathPattern that differs for each claim"
	elsewhere := volume("pvc-9", "/export/shop/data", v1.VolumeBound, remove)
	elsewhere.Spec.NFS.Server = "another"
	static := volume("pvc-9", "/export/shop/data", v1.VolumeBound, retain)
	static.Spec.StorageClassName, static.Spec.ClaimRef = "", nil
	for _, test := range []struct {
		what     string
		other    *v1.PersistentVolume
		onDelete string
		want     string
	}{
		{"in use", volume("pvc-9", "/export/shop/data", v1.VolumeBound, remove), "retain", refused},
		{"above", volume("pvc-9", "/export/shop", v1.VolumeBound, remove), "retain", refused},
		{"below", volume("pvc-9", "/export/shop/data/x/", v1.VolumeBound, remove), "retain", refused},
		{"static", static, "retain", strings.Replace(refused, " of claim shop/other", "", 1)},
		{"released, its directory will be deleted", volume("pvc-9", "/export/shop/data", v1.VolumeReleased, remove), "delete", refused},
		{"released, its directory stays", volume("pvc-9", "/export/shop/data", v1.VolumeReleased, remove), "retain", ""},
		{"released and retained", volume("pvc-9", "/export/shop/data", v1.VolumeReleased, retain), "delete", ""},
		{"its own", volume("pvc-1", "/export/shop/data", v1.VolumeBound, remove), "retain", ""},
		{"a longer name", volume("pvc-9", "/export/shop/data2", v1.VolumeBound, remove), "retain", ""},
		{"a shorter name", volume("pvc-9", "/export/shop/dat", v1.VolumeBound, remove), "retain", ""},
		{"the export itself", volume("pvc-9", "/export", v1.VolumeBound, retain), "retain", ""},
		{"another server", elsewhere, "retain", ""},
	} {
		w := newWorld(t, map[string]string{"pathPattern": "shop/${.PVC.name}", "onDelete": test.onDelete}, test.other)
		_, err := w.provision(claim("data"), "pvc-1")
		if test.want == "" && err != nil {
			t.Errorf("%s: %v", test.what, err)
		} else if test.want != "" {
			t.Log(test.what)
			wantError(t, err, test.want)
		}
	}
}

// A StatefulSet's claims come at once, before any volume object is saved.
func TestTwoClaimsAtOnceOnOneDirectory(t *testing.T) {
	w := newWorld(t, map[string]string{"pathPattern": "${.PVC.namespace}"})
	if _, err := w.provision(claim("data-0"), "pvc-1"); err != nil {
		t.Fatal(err)
	}
	_, err := w.provision(claim("data-1"), "pvc-2")
	wantError(t, err, "path /export/shop: used by volume pvc-1, which is being made; delete that volume, or give the class a pathPattern that differs for each claim")
	if _, err := w.provision(claim("data-0"), "pvc-1"); err != nil {
		t.Errorf("the same claim again: %v", err)
	}
	r := w.reserved["/export/shop"]
	r.until = r.until.Add(-2 * reserveTime)
	w.reserved["/export/shop"] = r
	if _, err := w.provision(claim("data-1"), "pvc-2"); err != nil {
		t.Errorf("after the reservation: %v", err)
	}
}

func TestDelete(t *testing.T) {
	for _, test := range []struct {
		parameters map[string]string
		path, want string
	}{
		{map[string]string{}, "/export/one", "archived-one archived-one/f sub sub/one sub/one/f sub/two"},
		{map[string]string{"archiveOnDelete": "true"}, "/export/sub/one", "archived-sub-one archived-sub-one/f one one/f sub sub/two"},
		{map[string]string{"archiveOnDelete": "false"}, "/export/one", "sub sub/one sub/one/f sub/two"},
		{map[string]string{"onDelete": "delete", "archiveOnDelete": "true"}, "/export/sub/one", "one one/f sub sub/two"},
		{map[string]string{"onDelete": "retain", "archiveOnDelete": "false"}, "/export/sub/one", "one one/f sub sub/one sub/one/f sub/two"},
		{map[string]string{"onDelete": "delete"}, "/export/none", "one one/f sub sub/one sub/one/f sub/two"},
	} {
		w := newWorld(t, test.parameters)
		w.put("one/f")
		w.put("sub/one/f")
		w.put("sub/two")
		if err := w.Delete(context.Background(), volume("pvc-1", test.path, v1.VolumeReleased, "")); err != nil || w.tree() != test.want {
			t.Errorf("%v %s: %v\n got %s\nwant %s", test.parameters, test.path, err, w.tree(), test.want)
		}
	}
}

func TestDeleteArchivesASecondTime(t *testing.T) {
	w := newWorld(t, nil)
	for _, name := range []string{"pvc-1", "pvc-2"} {
		w.put("data/" + name)
		if err := w.Delete(context.Background(), volume(name, "/export/data", v1.VolumeReleased, "")); err != nil {
			t.Fatal(err)
		}
	}
	if want := "archived-data archived-data-pvc-2 archived-data-pvc-2/pvc-2 archived-data/pvc-1"; w.tree() != want {
		t.Errorf("\n got %s\nwant %s", w.tree(), want)
	}
}

func TestDeleteKeepsWhatAnotherVolumeUses(t *testing.T) {
	w := newWorld(t, map[string]string{"onDelete": "delete"}, volume("pvc-9", "/export/data/x", v1.VolumeBound, ""))
	w.put("data/x/f")
	if err := w.Delete(context.Background(), volume("pvc-1", "/export/data", v1.VolumeReleased, "")); err != nil || w.tree() != "data data/x data/x/f" {
		t.Errorf("%v %s", err, w.tree())
	}
}

func TestDeleteErrors(t *testing.T) {
	noClass := volume("pvc-1", "/export/data", v1.VolumeReleased, "")
	noClass.Spec.StorageClassName = ""
	gone := volume("pvc-1", "/export/data", v1.VolumeReleased, "")
	gone.Spec.StorageClassName = "gone"
	foreign := volume("pvc-1", "/export/data", v1.VolumeReleased, "")
	foreign.Spec.NFS.Server = "another"
	for _, test := range []struct {
		pv   *v1.PersistentVolume
		want string
	}{
		{noClass, "volume pvc-1: has no storage class that says what to do with its directory, delete the object by hand"},
		{gone, "volume pvc-1: its storage class gone, which says what to do with its directory, is gone; create the class again or delete the volume object by hand"},
		{volume("pvc-1", "/export/data", v1.VolumeReleased, ""), `storage class nfs: archiveOnDelete "maybe": must be true or false`},
		{volume("pvc-1", "/export", v1.VolumeReleased, ""), "path /export of volume pvc-1: not below the export /export, delete the volume object by hand"},
		{volume("pvc-1", "/export/../etc", v1.VolumeReleased, ""), "path /export/../etc of volume pvc-1: not below the export /export, delete the volume object by hand"},
		{volume("pvc-1", "/exports/data", v1.VolumeReleased, ""), "path /exports/data of volume pvc-1: not below the export /export, delete the volume object by hand"},
		{foreign, "ignored because it is not on NFS server server"},
	} {
		w := newWorld(t, map[string]string{"archiveOnDelete": "maybe"})
		w.put("data/f")
		wantError(t, w.Delete(context.Background(), test.pv), test.want)
		if w.tree() != "data data/f" {
			t.Errorf("left %s", w.tree())
		}
	}
}

// A provisioner without rights can't empty directories of the pods' users.
func TestDeleteWithoutRights(t *testing.T) {
	w := newWorld(t, map[string]string{"onDelete": "delete"})
	w.put("data/appendonlydir/f")
	foreign := filepath.Join(w.local, "data", "appendonlydir")
	if err := os.Chmod(foreign, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Chmod(foreign, 0o777) })
	if os.Getuid() == 0 { // for file systems this thread becomes somebody else
		if err := os.Chmod(filepath.Dir(w.local), 0o755); err != nil {
			t.Fatal(err)
		}
		goruntime.LockOSThread()
		defer goruntime.UnlockOSThread()
		syscall.Setfsuid(65534)
		defer syscall.Setfsuid(0)
	}
	err := w.Delete(context.Background(), volume("pvc-1", "/export/data", v1.VolumeReleased, ""))
	if err == nil || !strings.Contains(err.Error(), "it holds directories of other users, which uid ") {
		t.Error(err)
	}
}

func TestFromEnv(t *testing.T) {
	env := map[string]string{"PROVISIONER_NAME": "n", "NFS_SERVER": "s", "NFS_PATH": "/p"}
	for text, elect := range map[string]bool{"": true, "true": true, "false": false} {
		env["ENABLE_LEADER_ELECTION"] = text
		got, err := fromEnv(func(name string) string { return env[name] })
		if want := (config{"n", "s", "/p", elect}); err != nil || got != want {
			t.Errorf("%q: %+v %v, want %+v", text, got, err, want)
		}
	}
	_, err := fromEnv(func(name string) string {
		return map[string]string{"NFS_SERVER": "s", "ENABLE_LEADER_ELECTION": "si"}[name]
	})
	wantError(t, err, "environment variable PROVISIONER_NAME: must be set\nenvironment variable NFS_PATH: must be set\n"+
		`environment variable ENABLE_LEADER_ELECTION: is "si", must be true or false`)
}
