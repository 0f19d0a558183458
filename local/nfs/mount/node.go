package main

import (
	"bytes"
	"context"
	"hash/fnv"
	"math"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/willscott/go-nfs-client/nfs"
	"github.com/willscott/go-nfs-client/nfs/rpc"
	"golang.org/x/sys/unix"
)

// mount is what all nodes of one file system share.
type mount struct {
	*client
	rsize, wsize uint32
	how          uint32       // WRITE's: unstable or fileSync
	kept         atomic.Int64 // size of all pending writes

	mu   sync.Mutex // guards busy
	busy map[*node]struct{}
}

// node is a file, directory or link, known to the server by its file handle.
type node struct {
	fs.Inode
	m  *mount
	fh []byte

	lock    lock    // of a file: held over all calls that write to it or hide it
	opens   int     // open handles; guarded by lock, like hidden and seen
	hidden  *hidden // its last name, if it was removed while open
	seen    *nfs.Fattr
	pending pending

	hides atomic.Int32 // of a directory: hidden files yet to be removed
}

func newMount(c *client, o *options, info nfs.FSInfo) *mount {
	return &mount{client: c, rsize: min(o.rsize, info.RTMax), wsize: min(o.wsize, info.WTMax), how: o.how, busy: map[*node]struct{}{}}
}

func (m *mount) node(fh []byte) *node { return &node{m: m, fh: fh, lock: newLock()} }

// finish does after an unmount what RELEASE would have done for files still
// open: the kernel drops the requests that it has not sent by then.
func (m *mount) finish(ctx context.Context) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for n := range m.busy {
		n.commit(ctx)
		n.unhide(ctx)
	}
}

var fileTypes = [...]uint32{
	nfs.NF3Reg: syscall.S_IFREG, nfs.NF3Dir: syscall.S_IFDIR, nfs.NF3Blk: syscall.S_IFBLK, nfs.NF3Chr: syscall.S_IFCHR,
	nfs.NF3Lnk: syscall.S_IFLNK, nfs.NF3Sock: syscall.S_IFSOCK, nfs.NF3FIFO: syscall.S_IFIFO,
}

func fileType(t uint32) uint32 { return fileTypes[min(t, nfs.NF3FIFO)] }

// inodeNumber is the server's, but for those that go-fuse keeps for itself
// ("choose one" and a reserved one, on which it panics).
func inodeNumber(fileid uint64) uint64 {
	if fileid == 0 || fileid == math.MaxUint64 {
		return fileid ^ 1<<63
	}
	return fileid
}

// stable identifies a file. Inode numbers are used again, file handles are not.
func stable(a *nfs.Fattr, fh []byte) fs.StableAttr {
	h := fnv.New64a()
	h.Write(fh)
	return fs.StableAttr{Mode: fileType(a.Type), Ino: inodeNumber(a.Fileid), Gen: h.Sum64() | 1}
}

// fill translates attributes. Those of a file with pending writes are at least
// as long as these reach: a server that lost them shows it shorter.
func (n *node) fill(a *nfs.Fattr, out *fuse.Attr) {
	out.Ino, out.Size, out.Blocks, out.Blksize = inodeNumber(a.Fileid), a.Filesize, (a.Used+511)/512, 1<<16
	out.Mode, out.Nlink = fileType(a.Type)|a.FileMode&07777, a.Nlink
	out.Owner = fuse.Owner{Uid: a.UID, Gid: a.GID}
	out.Rdev = uint32(unix.Mkdev(a.SpecData[0], a.SpecData[1]))
	out.Atime, out.Atimensec = uint64(a.Atime.Seconds), a.Atime.Nseconds
	out.Mtime, out.Mtimensec = uint64(a.Mtime.Seconds), a.Mtime.Nseconds
	out.Ctime, out.Ctimensec = uint64(a.Ctime.Seconds), a.Ctime.Nseconds
	if n != nil {
		out.Size = max(out.Size, n.pending.end())
	}
}

func asNode(i *fs.Inode) *node {
	if i == nil {
		return nil
	}
	return i.Operations().(*node)
}

func (n *node) getattr(ctx context.Context, c rpc.Auth) (a nfs.Fattr, errno syscall.Errno) {
	errno = n.m.do(ctx, c, nfs.NFSProc3GetAttr, args{n.fh}, &a)
	return a, errno
}

func (n *node) lookup(ctx context.Context, c rpc.Auth, name string) (fh []byte, attr nfs.PostOpAttr, errno syscall.Errno) {
	errno = n.m.do(ctx, c, nfs.NFSProc3Lookup, args{n.fh, name}, &fh, &attr)
	return fh, attr, errno
}

// is says whether a name in n is the file with this handle.
func (n *node) is(ctx context.Context, c rpc.Auth, name string, fh []byte) bool {
	found, _, errno := n.lookup(ctx, c, name)
	return errno == 0 && bytes.Equal(found, fh)
}

// child makes the inode of a name in n, asking the server for what a reply left
// out.
func (n *node) child(ctx context.Context, c rpc.Auth, name string, fh []byte, attr nfs.PostOpAttr, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	var errno syscall.Errno
	if fh == nil {
		if fh, attr, errno = n.lookup(ctx, c, name); errno != 0 {
			return nil, errno
		}
	}
	kid := n.m.node(fh)
	if !attr.IsSet {
		if attr.Attr, errno = kid.getattr(ctx, c); errno != 0 {
			return nil, errno
		}
	}
	known := asNode(n.GetChild(name))
	if known != nil && !bytes.Equal(known.fh, fh) {
		known = nil
	}
	known.fill(&attr.Attr, &out.Attr)
	return n.NewInode(ctx, kid, stable(&attr.Attr, fh)), 0
}

// Lookup implements fs.NodeLookuper.
func (n *node) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.child(ctx, cred(ctx), name, nil, nfs.PostOpAttr{}, out)
}

// Getattr implements fs.NodeGetattrer.
func (n *node) Getattr(ctx context.Context, f fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	a, errno := n.getattr(ctx, credOf(ctx, f))
	if errno == 0 {
		n.fill(&a, &out.Attr)
	}
	return errno
}

func withMode(mode uint32) (s nfs.Sattr3) {
	s.Mode = nfs.SetMode{SetIt: true, Mode: mode & 07777}
	return s
}

// setTime translates one of the two times of SETATTR: the server's own, or
// sec.nsec in what nfstime3 can hold (1970 to 2106, RFC 1813 section 2.5).
func setTime(valid, set, now uint32, sec uint64, nsec uint32) nfs.SetTime {
	switch {
	case valid&now != 0:
		return nfs.SetTime{SetIt: nfs.SetToServerTime}
	case valid&set != 0:
		seconds := min(max(int64(sec), 0), math.MaxUint32)
		return nfs.SetTime{SetIt: nfs.SetToClientTime, Time: nfs.NFS3Time{Seconds: uint32(seconds), Nseconds: nsec}}
	}
	return nfs.SetTime{}
}

// Setattr implements fs.NodeSetattrer.
func (n *node) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	var s nfs.Sattr3
	if mode, ok := in.GetMode(); ok {
		s = withMode(mode)
	}
	s.UID.UID, s.UID.SetIt = in.GetUID()
	s.GID.UID, s.GID.SetIt = in.GetGID()
	s.Size.Size, s.Size.SetIt = in.GetSize()
	s.Atime = setTime(in.Valid, fuse.FATTR_ATIME, fuse.FATTR_ATIME_NOW, in.Atime, in.Atimensec)
	s.Mtime = setTime(in.Valid, fuse.FATTR_MTIME, fuse.FATTR_MTIME_NOW, in.Mtime, in.Mtimensec)
	if s.Size.SetIt { // no write from before may be sent again after it
		if errno := n.lock.acquire(ctx); errno != 0 {
			return errno
		}
		defer n.lock.release()
		if errno := n.commit(ctx); errno != 0 {
			return errno
		}
	}
	var wcc nfs.WccData
	if errno := n.m.do(ctx, credOf(ctx, f), nfs.NFSProc3SetAttr, args{n.fh, s, false}, &wcc); errno != 0 {
		return errno
	}
	if !wcc.After.IsSet {
		return n.Getattr(ctx, f, out)
	}
	n.fill(&wcc.After.Attr, &out.Attr)
	return 0
}

// Statfs implements fs.NodeStatfser.
func (n *node) Statfs(ctx context.Context, out *fuse.StatfsOut) syscall.Errno {
	const block = 4096
	var attr nfs.PostOpAttr
	var bytes struct{ Total, Free, Avail uint64 }
	errno := n.m.do(ctx, cred(ctx), procFSStat, args{n.fh}, &attr, &bytes, &out.Files, &out.Ffree)
	out.Bsize, out.Frsize, out.NameLen = block, block, 255
	out.Blocks, out.Bfree, out.Bavail = bytes.Total/block, bytes.Free/block, bytes.Avail/block
	return errno
}
