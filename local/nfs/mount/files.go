package main

import (
	"context"
	"math/rand/v2"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/willscott/go-nfs-client/nfs"
	"github.com/willscott/go-nfs-client/nfs/rpc"
)

// handle is an open file. Its calls carry the credential of its opener.
type handle struct {
	cred   rpc.Auth
	writes bool   // opened for writing
	faults uint64 // of the file's, up to which its holder was told; guarded by pending.mu
}

// open makes a handle. n.lock is held.
func (n *node) open(c rpc.Auth, flags uint32) *handle {
	if n.opens++; n.opens == 1 {
		n.m.mu.Lock()
		n.m.busy[n] = struct{}{}
		n.m.mu.Unlock()
	}
	return &handle{c, flags&syscall.O_ACCMODE != syscall.O_RDONLY, n.pending.known()}
}

// close undoes open.
func (n *node) close() {
	if n.opens--; n.opens == 0 {
		n.m.mu.Lock()
		delete(n.m.busy, n)
		n.m.mu.Unlock()
	}
}

// Create implements fs.NodeCreater.
//
// It always makes a new file, for go-fuse takes the result for one. If another
// client was faster, ESTALE has the kernel look the name up and open what is
// there (do_filp_open tries once more on it); O_EXCL says EEXIST.
func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	c := cred(ctx)
	make := n.create
	if flags&syscall.O_EXCL != 0 {
		make = n.createExclusive
	}
	inode, errno := make(ctx, c, name, mode, out)
	if errno == syscall.EEXIST && flags&syscall.O_EXCL == 0 {
		errno = syscall.ESTALE
	}
	if errno != 0 {
		return nil, nil, 0, errno
	}
	kid := asNode(inode)
	return inode, kid.open(c, flags), 0, 0 // nobody else has kid yet: no lock
}

// create makes a file whose name is not taken.
func (n *node) create(ctx context.Context, c rpc.Auth, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	var fh nfs.PostOpFH3
	var attr nfs.PostOpAttr
	if errno := n.m.do(ctx, c, nfs.NFSProc3Create, args{n.fh, name, uint32(guarded), withMode(mode)}, &fh, &attr); errno != 0 {
		return nil, errno
	}
	return n.child(ctx, c, name, fh.FH, attr, out)
}

// createExclusive is create for those who must know that it was them. The server
// keeps a number of ours with the file and knows our call when it sees it again,
// after a restart too; attributes have to be set afterwards (RFC 1813 section
// 3.3.8, EXCLUSIVE).
func (n *node) createExclusive(ctx context.Context, c rpc.Auth, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	var fh nfs.PostOpFH3
	var attr nfs.PostOpAttr
	errno := n.m.do(ctx, c, nfs.NFSProc3Create, args{n.fh, name, uint32(exclusive), rand.Uint64()}, &fh, &attr)
	if errno == 0 && fh.FH == nil {
		fh.FH, _, errno = n.lookup(ctx, c, name)
	}
	if errno != 0 {
		return nil, errno
	}
	s := withMode(mode)
	s.Atime.SetIt, s.Mtime.SetIt = nfs.SetToServerTime, nfs.SetToServerTime // servers keep the number there
	var wcc nfs.WccData
	if errno := n.m.do(ctx, c, nfs.NFSProc3SetAttr, args{fh.FH, s, false}, &wcc); errno != 0 {
		return nil, errno
	}
	return n.child(ctx, c, name, fh.FH, wcc.After, out)
}

// Open implements fs.NodeOpener. Close-to-open consistency (nfs(5), "Data and
// metadata coherence") needs fresh attributes here; a stale handle makes the
// kernel look the name up again. What the caller may do is asked of the server
// too: to the kernel root may do everything.
func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	c := cred(ctx)
	if errno := n.lock.acquire(ctx); errno != 0 {
		return nil, 0, errno
	}
	defer n.lock.release()
	h := n.open(c, flags) // first, so that who removes the file from now on hides it
	a, errno := n.access(ctx, c, accessOf(flags))
	if errno != 0 {
		n.close()
		return nil, 0, errno
	}
	if n.seen == nil || n.seen.Filesize != a.Filesize || n.seen.Mtime != a.Mtime || n.seen.Ctime != a.Ctime {
		n.seen = &a
		n.NotifyContent(-1, 0) // the kernel forgets what it knows of size and times; pages it drops on open
	}
	return h, 0, 0
}

// fmodeExec is in the flags of an open for execve(2) (linux/fs.h).
const fmodeExec = 0x20

// accessOf translates open flags to the rights of ACCESS (RFC 1813 section
// 3.3.4).
func accessOf(flags uint32) uint32 {
	const write = nfs.ACCESS3_MODIFY | nfs.ACCESS3_EXTEND
	switch {
	case flags&fmodeExec != 0:
		return nfs.ACCESS3_EXECUTE
	case flags&syscall.O_ACCMODE == syscall.O_WRONLY:
		return write
	case flags&syscall.O_ACCMODE == syscall.O_RDWR:
		return nfs.ACCESS3_READ | write
	}
	return nfs.ACCESS3_READ
}

// access asks the server for rights to a file, and for its attributes; EACCES
// says that one is missing.
func (n *node) access(ctx context.Context, c rpc.Auth, rights uint32) (a nfs.Fattr, errno syscall.Errno) {
	var attr nfs.PostOpAttr
	var granted uint32
	if errno = n.m.do(ctx, c, nfs.NFSProc3Access, args{n.fh, rights}, &attr, &granted); errno != 0 {
		return a, errno
	}
	if granted&rights != rights {
		return a, syscall.EACCES
	}
	if attr.IsSet {
		return attr.Attr, 0
	}
	return n.getattr(ctx, c)
}

// Read implements fs.NodeReader.
func (n *node) Read(ctx context.Context, f fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	kept := n.pending.overlapping(off, off+int64(len(dest)))
	got, eof := 0, false
	for c := credOf(ctx, f); got < len(dest) && !eof; {
		var attr nfs.PostOpAttr
		var count uint32
		var data []byte
		in := args{n.fh, uint64(off) + uint64(got), min(uint32(len(dest)-got), n.m.rsize)}
		if errno := n.m.do(ctx, c, nfs.NFSProc3Read, in, &attr, &count, &eof, &data); errno != 0 {
			return nil, errno
		}
		got += copy(dest[got:], data)
		eof = eof || len(data) == 0
	}
	return fuse.ReadResultData(dest[:overlay(dest, got, off, kept)]), 0
}

// overlay puts pending writes over the got bytes that the server has from off
// on: it may have lost them, and will get them again. It returns the new length.
func overlay(dest []byte, got int, off int64, kept []write) int {
	for _, w := range kept {
		from, to := int(max(w.off-off, 0)), int(min(w.end()-off, int64(len(dest))))
		if from > got {
			clear(dest[got:from])
		}
		copy(dest[from:to], w.data[max(off-w.off, 0):])
		got = max(got, to)
	}
	return got
}

// Write implements fs.NodeWriter.
func (n *node) Write(ctx context.Context, f fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	if errno := n.lock.acquire(ctx); errno != 0 {
		return 0, errno
	}
	defer n.lock.release()
	c, done := credOf(ctx, f), 0
	for done < len(data) {
		count, verf, stable, errno := n.write(ctx, c, n.m.how, data[done:], off+int64(done))
		if errno != 0 && done > 0 {
			return uint32(done), 0 // a short write; the next one gets the error
		} else if errno != 0 {
			return 0, errno
		}
		before := n.pending.size()
		n.pending.add(write{off + int64(done), data[done : done+count], verf, stable, c})
		n.m.kept.Add(n.pending.size() - before)
		done += count
	}
	if n.pending.size() > maxKept || n.m.kept.Load() > maxKeptMount {
		if errno := n.commit(ctx); errno != 0 {
			return 0, errno
		}
	}
	return uint32(done), 0
}

// Fsync implements fs.NodeFsyncer. Changes of directories are always stable.
func (n *node) Fsync(ctx context.Context, f fs.FileHandle, flags uint32) syscall.Errno {
	return n.sync(ctx, f, true)
}

// Flush implements fs.NodeFlusher: it is called by every close(2) of a
// descriptor or a copy of it. Who can't write has nothing to flush.
func (n *node) Flush(ctx context.Context, f fs.FileHandle) syscall.Errno {
	if h, ok := f.(*handle); ok && !h.writes {
		return 0
	}
	return n.sync(ctx, f, false)
}

func (n *node) sync(ctx context.Context, f fs.FileHandle, telling bool) syscall.Errno {
	if errno := n.lock.acquire(ctx); errno != 0 {
		return errno
	}
	defer n.lock.release()
	errno := n.commit(ctx)
	if h, ok := f.(*handle); ok && errno != syscall.EINTR {
		return n.pending.check(h, telling)
	}
	return errno
}

// Release implements fs.NodeReleaser. No process waits for it, and a killed one
// may have left uncommitted data.
func (n *node) Release(ctx context.Context, f fs.FileHandle) syscall.Errno {
	if errno := n.lock.acquire(ctx); errno != 0 {
		return errno
	}
	defer n.lock.release()
	errno := n.commit(ctx)
	if n.close(); n.opens == 0 {
		n.unhide(ctx)
	}
	return errno
}
