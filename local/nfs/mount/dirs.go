package main

import (
	"context"
	"io"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/willscott/go-nfs-client/nfs"
	"github.com/willscott/go-nfs-client/nfs/rpc"
	"github.com/willscott/go-nfs-client/nfs/xdr"
)

const (
	dirCount   = 8 << 10 // bytes of names and ids in a reply of READDIRPLUS
	dirMax     = 64 << 10
	maxRestart = 3 // of a listing whose place the server has forgotten
)

// add makes a new name in n of something other than a file. The rest of the
// call's arguments follow the name.
//
// If the call had to be sent again, "exists" may mean that its first copy made
// it, and there is nothing to tell the two apart (kernels report the error; a
// caller that sees it for its own directory gives up). It counts as made when it
// is of the right kind.
func (n *node) add(ctx context.Context, c rpc.Auth, out *fuse.EntryOut, kind, proc uint32, name string, rest ...any) (*fs.Inode, syscall.Errno) {
	var fh nfs.PostOpFH3
	var attr nfs.PostOpAttr
	resent, errno := n.m.try(ctx, c, proc, append(args{n.fh, name}, rest...), &fh, &attr)
	exists := errno == syscall.EEXIST
	if errno != 0 && !(exists && resent) {
		return nil, errno
	}
	inode, errno := n.child(ctx, c, name, fh.FH, attr, out)
	if errno == 0 && out.Mode&syscall.S_IFMT != kind {
		return nil, syscall.EEXIST // it was replaced, or never ours
	}
	return inode, errno
}

// Mkdir implements fs.NodeMkdirer.
func (n *node) Mkdir(ctx context.Context, name string, mode uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.add(ctx, cred(ctx), out, syscall.S_IFDIR, nfs.NFSProc3Mkdir, name, withMode(mode))
}

// Symlink implements fs.NodeSymlinker.
func (n *node) Symlink(ctx context.Context, target, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return n.add(ctx, cred(ctx), out, syscall.S_IFLNK, nfs.NFSProc3Symlink, name, withMode(0777), target)
}

// Mknod implements fs.NodeMknoder. Devices are not made: no pod may.
func (n *node) Mknod(ctx context.Context, name string, mode, dev uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	c, kind := cred(ctx), mode&syscall.S_IFMT
	switch kind {
	case syscall.S_IFREG:
		return n.createExclusive(ctx, c, name, mode, out)
	case syscall.S_IFIFO:
		return n.add(ctx, c, out, kind, procMknod, name, uint32(nfs.NF3FIFO), withMode(mode))
	case syscall.S_IFSOCK:
		return n.add(ctx, c, out, kind, procMknod, name, uint32(nfs.NF3Sock), withMode(mode))
	}
	return nil, syscall.EPERM
}

// Link implements fs.NodeLinker.
func (n *node) Link(ctx context.Context, target fs.InodeEmbedder, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	c, fh := cred(ctx), target.(*node).fh
	var attr nfs.PostOpAttr
	resent, errno := n.m.try(ctx, c, procLink, args{fh, n.fh, name}, &attr)
	if errno == syscall.EEXIST && resent && n.is(ctx, c, name, fh) {
		errno = 0
	}
	if errno != 0 {
		return nil, errno
	}
	return n.child(ctx, c, name, fh, attr, out)
}

// Readlink implements fs.NodeReadlinker.
func (n *node) Readlink(ctx context.Context) ([]byte, syscall.Errno) {
	var attr nfs.PostOpAttr
	var path []byte
	errno := n.m.do(ctx, cred(ctx), nfs.NFSProc3Readlink, args{n.fh}, &attr, &path)
	return path, errno
}

// Readdir implements fs.NodeReaddirer. The whole directory is read at once, so
// that a server that no longer knows our cookies (RFC 1813 section 3.3.16,
// NFS3ERR_BAD_COOKIE) can be asked again from the start.
func (n *node) Readdir(ctx context.Context) (fs.DirStream, syscall.Errno) {
	for c, try := cred(ctx), 0; ; try++ {
		list, errno := n.list(ctx, c)
		switch {
		case errno == 0:
			return fs.NewListDirStream(list), 0
		case errno != badCookie:
			return nil, errno
		case try == maxRestart:
			return nil, syscall.EIO
		}
	}
}

func (n *node) list(ctx context.Context, c rpc.Auth) (list []fuse.DirEntry, errno syscall.Errno) {
	var cookie, verf uint64
	entries := func(r io.Reader) error {
		for {
			var more bool
			if err := xdr.Read(r, &more); err != nil || !more {
				return err
			}
			var e nfs.EntryPlus
			if err := xdr.Read(r, &e); err != nil {
				return err
			}
			list = append(list, fuse.DirEntry{Name: e.FileName, Ino: inodeNumber(e.FileId), Mode: fileType(e.Attr.Attr.Type)})
			cookie = e.Cookie
		}
	}
	for eof := false; !eof && errno == 0; {
		before := cookie
		in := args{n.fh, cookie, verf, uint32(dirCount), uint32(dirMax)}
		var attr nfs.PostOpAttr
		errno = n.m.do(ctx, c, nfs.NFSProc3ReadDirPlus, in, &attr, &verf, entries, &eof)
		if errno == 0 && !eof && cookie == before {
			errno = syscall.EIO // no entry and no end: it would go on like this
		}
	}
	return list, errno
}
