package main

import (
	"context"
	"os"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// kernel stands for Linux: it makes the FUSE requests of programs, without a
// mount.
type kernel struct {
	t       *testing.T
	raw     fuse.RawFileSystem
	root    *node
	caller  fuse.Caller
	cancel  chan struct{}
	forgets *int // how often it was told that its attributes are old
}

// open is an open file of the kernel.
type open struct{ node, fh uint64 }

// mounted attaches to a server with the options of a mount.
func mounted(t *testing.T, s *fakeServer, extra ...string) *kernel {
	o, err := parse([]string{"127.0.0.1:/export", "/mnt", "-o", "noresvport,timeo=600"})
	if err != nil {
		t.Fatal(err)
	}
	o.port, o.mountPort = s.port(), s.port()
	for _, opt := range extra {
		if err := o.set(opt); err != nil {
			t.Fatal(err)
		}
	}
	c, fh, info, err := attach(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	m := newMount(c, o, info)
	k := &kernel{t: t, root: m.node(fh), cancel: make(chan struct{}), forgets: new(int)}
	k.caller.Pid = uint32(os.Getpid())
	k.raw = fs.NewNodeFS(k.root, &fs.Options{NullPermissions: true, ServerCallbacks: notified{k}})
	return k
}

// notified gets what the file system tells the kernel.
type notified struct{ k *kernel }

func (n notified) InodeNotify(node uint64, off, length int64) fuse.Status {
	if off < 0 {
		*n.k.forgets++
	}
	return 0
}
func (notified) DeleteNotify(parent, child uint64, name string) fuse.Status           { return 0 }
func (notified) EntryNotify(parent uint64, name string) fuse.Status                   { return 0 }
func (notified) InodeNotifyStoreCache(node uint64, off int64, b []byte) fuse.Status   { return 0 }
func (notified) InodeRetrieveCache(uint64, int64, []byte) (n int, status fuse.Status) { return 0, 0 }

func (k *kernel) m() *mount { return k.root.m }

// as returns the same kernel with another user's program making the calls.
func (k *kernel) as(uid, gid uint32) *kernel {
	other := *k
	other.caller.Uid, other.caller.Gid = uid, gid
	return &other
}

func (k *kernel) header(node uint64) fuse.InHeader {
	return fuse.InHeader{NodeId: node, Caller: k.caller}
}

// want fails the test unless a request ended so.
func (k *kernel) want(what string, got fuse.Status, want syscall.Errno) {
	k.t.Helper()
	if got != fuse.Status(want) {
		k.t.Fatalf("%s: %v, want %v", what, got, want)
	}
}

func (k *kernel) lookup(name string) (node uint64, attr fuse.Attr, status fuse.Status) {
	var out fuse.EntryOut
	h := k.header(1)
	status = k.raw.Lookup(k.cancel, &h, name, &out)
	return out.NodeId, out.Attr, status
}

func (k *kernel) create(name string, flags uint32) (open, fuse.Status) {
	in := fuse.CreateIn{InHeader: k.header(1), Flags: flags | syscall.O_CREAT, Mode: 0o640}
	var out fuse.CreateOut
	status := k.raw.Create(k.cancel, &in, name, &out)
	return open{out.NodeId, out.Fh}, status
}

// created is create for tests of something else.
func (k *kernel) created(name string) open {
	k.t.Helper()
	f, status := k.create(name, syscall.O_RDWR)
	k.want("create "+name, status, 0)
	return f
}

func (k *kernel) open(node uint64, flags uint32) (open, fuse.Status) {
	in := fuse.OpenIn{InHeader: k.header(node), Flags: flags}
	var out fuse.OpenOut
	status := k.raw.Open(k.cancel, &in, &out)
	return open{node, out.Fh}, status
}

func (k *kernel) write(f open, off uint64, data string) fuse.Status {
	in := fuse.WriteIn{InHeader: k.header(f.node), Fh: f.fh, Offset: off, Size: uint32(len(data))}
	buf := []byte(data)
	n, status := k.raw.Write(k.cancel, &in, buf)
	clear(buf) // go-fuse uses its buffers again
	if status == 0 && int(n) != len(data) {
		k.t.Errorf("short write: %d of %d bytes", n, len(data))
	}
	return status
}

func (k *kernel) read(f open, off uint64, size int) string {
	k.t.Helper()
	in := fuse.ReadIn{InHeader: k.header(f.node), Fh: f.fh, Offset: off, Size: uint32(size)}
	buf := make([]byte, size)
	for i := range buf {
		buf[i] = '?' // go-fuse's buffers have been used before
	}
	res, status := k.raw.Read(k.cancel, &in, buf)
	k.want("read", status, 0)
	data, _ := res.Bytes(buf)
	return string(data)
}

func (k *kernel) fsync(f open) fuse.Status {
	return k.raw.Fsync(k.cancel, &fuse.FsyncIn{InHeader: k.header(f.node), Fh: f.fh})
}

func (k *kernel) flush(f open) fuse.Status {
	return k.raw.Flush(k.cancel, &fuse.FlushIn{InHeader: k.header(f.node), Fh: f.fh})
}

// release comes without a process, and is cancelled by an unmount.
func (k *kernel) release(f open) {
	cancelled := make(chan struct{})
	close(cancelled)
	k.raw.Release(cancelled, &fuse.ReleaseIn{InHeader: fuse.InHeader{NodeId: f.node}, Fh: f.fh})
}

func (k *kernel) size(f open) uint64 {
	k.t.Helper()
	var out fuse.AttrOut
	k.want("getattr", k.raw.GetAttr(k.cancel, &fuse.GetAttrIn{InHeader: k.header(f.node)}, &out), 0)
	return out.Size
}

func (k *kernel) truncate(f open, size uint64) fuse.Status {
	in := fuse.SetAttrIn{}
	in.InHeader, in.Valid, in.Size = k.header(f.node), fuse.FATTR_SIZE, size
	return k.raw.SetAttr(k.cancel, &in, &fuse.AttrOut{})
}

func (k *kernel) unlink(name string) fuse.Status {
	h := k.header(1)
	return k.raw.Unlink(k.cancel, &h, name)
}

func (k *kernel) rename(from, to string) fuse.Status {
	return k.raw.Rename(k.cancel, &fuse.RenameIn{InHeader: k.header(1), Newdir: 1}, from, to)
}

func (k *kernel) mkdir(name string) fuse.Status {
	return k.raw.Mkdir(k.cancel, &fuse.MkdirIn{InHeader: k.header(1), Mode: 0o755}, name, &fuse.EntryOut{})
}

func (k *kernel) link(node uint64, name string) fuse.Status {
	return k.raw.Link(k.cancel, &fuse.LinkIn{InHeader: k.header(1), Oldnodeid: node}, name, &fuse.EntryOut{})
}

// list returns the names in the root.
func (k *kernel) list() (names []string, status syscall.Errno) {
	stream, errno := k.root.Readdir(context.Background())
	for errno == 0 && stream.HasNext() {
		var e fuse.DirEntry
		e, errno = stream.Next()
		names = append(names, e.Name)
	}
	return names, errno
}
