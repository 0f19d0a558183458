package main

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/willscott/go-nfs-client/nfs"
	"github.com/willscott/go-nfs-client/nfs/rpc"
)

// NFS has no way to keep a removed file whose handle is still in use. As in the
// kernel's client ("silly rename", fs/nfs/unlink.c), one that is open gets a
// name .nfsXXXX until it is closed.

// hidden is that name.
type hidden struct {
	dir  *node
	name string
	cred rpc.Auth // of who removed the file
}

// A directory whose last hidden file was just closed is tried again this often:
// RELEASE may still be on its way.
const (
	rmdirTries = 20
	rmdirPause = 10 * time.Millisecond
)

func hiddenName(n *node) string {
	return fmt.Sprintf(".nfs%016x%08x", n.StableAttr().Ino, lastXID.Add(1))
}

// hide notes that n has a hidden name in dir. n.lock is held.
func (n *node) hide(dir *node, name string, c rpc.Auth) {
	n.hidden = &hidden{dir, name, c}
	dir.hides.Add(1)
}

// unhide removes the hidden name, if there is one. n.lock is held.
func (n *node) unhide(ctx context.Context) {
	if h := n.hidden; h != nil {
		n.m.do(ctx, h.cred, nfs.NFSProc3Remove, args{h.dir.fh, h.name})
		h.dir.hides.Add(-1)
		n.hidden = nil
	}
}

// Unlink implements fs.NodeUnlinker.
func (n *node) Unlink(ctx context.Context, name string) syscall.Errno {
	c := cred(ctx)
	if kid := asNode(n.GetChild(name)); kid != nil {
		if errno := kid.lock.acquire(ctx); errno != 0 {
			return errno
		}
		defer kid.lock.release()
		switch {
		case kid.opens == 0:
		case kid.hidden == nil:
			hide := hiddenName(kid)
			errno := n.rename(ctx, c, name, n, hide, kid)
			if errno == 0 {
				kid.hide(n, hide, c)
			}
			return errno
		case kid.hidden.dir == n && kid.hidden.name == name:
			return syscall.EBUSY // as from the kernel's client: removing it would break the open file
		}
	}
	resent, errno := n.m.try(ctx, c, nfs.NFSProc3Remove, args{n.fh, name})
	return gone(resent, errno)
}

// gone takes the absence of what is to be removed for success if an earlier copy
// of the call may have removed it.
func gone(resent bool, errno syscall.Errno) syscall.Errno {
	if resent && errno == syscall.ENOENT {
		return 0
	}
	return errno
}

// Rmdir implements fs.NodeRmdirer.
func (n *node) Rmdir(ctx context.Context, name string) syscall.Errno {
	c, kid := cred(ctx), asNode(n.GetChild(name))
	for try := 0; ; try++ {
		resent, errno := n.m.try(ctx, c, nfs.NFSProc3RmDir, args{n.fh, name})
		if errno != syscall.ENOTEMPTY || kid == nil || kid.hides.Load() == 0 || try == rmdirTries {
			return gone(resent, errno)
		}
		if pause(ctx, rmdirPause) != nil {
			return syscall.EINTR
		}
	}
}

// Rename implements fs.NodeRenamer. NFS version 3 knows none of renameat2(2)'s
// flags.
func (n *node) Rename(ctx context.Context, name string, newParent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if flags != 0 {
		return syscall.EINVAL
	}
	c, dir, kid := cred(ctx), newParent.(*node), asNode(n.GetChild(name))
	if old := asNode(dir.GetChild(newName)); old != nil && !old.IsDir() && old != kid {
		if errno := old.lock.acquire(ctx); errno != 0 {
			return errno
		}
		defer old.lock.release()
		if old.opens > 0 && old.hidden == nil {
			// One more name instead of another: the new name is never missing.
			hide := hiddenName(old)
			resent, errno := n.m.try(ctx, c, procLink, args{old.fh, dir.fh, hide})
			if errno != 0 && !(resent && errno == syscall.EEXIST) {
				return errno
			}
			old.hide(dir, hide, c)
		}
	}
	return n.rename(ctx, c, name, dir, newName, kid)
}

// rename makes the call. If it was sent again and the old name is missing, the
// file behind the new one says whether the first copy did it.
func (n *node) rename(ctx context.Context, c rpc.Auth, name string, dir *node, newName string, kid *node) syscall.Errno {
	resent, errno := n.m.try(ctx, c, nfs.NFSProc3Rename, args{n.fh, name, dir.fh, newName})
	if errno == syscall.ENOENT && resent && kid != nil && dir.is(ctx, c, newName, kid.fh) {
		return 0
	}
	return errno
}
