package main

import (
	"context"
	"io"
	"syscall"
	"time"

	"github.com/willscott/go-nfs-client/nfs"
	"github.com/willscott/go-nfs-client/nfs/rpc"
	"github.com/willscott/go-nfs-client/nfs/xdr"
)

// Procedures of RFC 1813 that the nfs package has no names for.
const (
	procMknod  = 11
	procLink   = 15
	procFSStat = 18
)

// Values of RFC 1813's enumerations.
const (
	unstable  = 0 // stable_how of WRITE
	fileSync  = 2
	guarded   = 1 // createmode3 of CREATE
	exclusive = 2
	jukebox   = 10008 // NFS3ERR_JUKEBOX: "try again later"
)

// jukeboxDelay is the pause before a call that the server put off is made again.
const jukeboxDelay = time.Second

// errnos are the errors of RFC 1813 section 2.6 for which a program sees a
// number of its own. NFS3ERR_BAD_COOKIE stays what it is: Readdir handles it.
var errnos = map[uint32]syscall.Errno{
	nfs.NFS3Ok:             0,
	nfs.NFS3ErrPerm:        syscall.EPERM,
	nfs.NFS3ErrNoEnt:       syscall.ENOENT,
	nfs.NFS3ErrNXIO:        syscall.ENXIO,
	nfs.NFS3ErrAcces:       syscall.EACCES,
	nfs.NFS3ErrExist:       syscall.EEXIST,
	nfs.NFS3ErrXDev:        syscall.EXDEV,
	nfs.NFS3ErrNoDev:       syscall.ENODEV,
	nfs.NFS3ErrNotDir:      syscall.ENOTDIR,
	nfs.NFS3ErrIsDir:       syscall.EISDIR,
	nfs.NFS3ErrInval:       syscall.EINVAL,
	nfs.NFS3ErrFBig:        syscall.EFBIG,
	nfs.NFS3ErrNoSpc:       syscall.ENOSPC,
	nfs.NFS3ErrROFS:        syscall.EROFS,
	nfs.NFS3ErrMLink:       syscall.EMLINK,
	nfs.NFS3ErrNameTooLong: syscall.ENAMETOOLONG,
	nfs.NFS3ErrNotEmpty:    syscall.ENOTEMPTY,
	nfs.NFS3ErrDQuot:       syscall.EDQUOT,
	nfs.NFS3ErrStale:       syscall.ESTALE,
	nfs.NFS3ErrRemote:      syscall.EREMOTE,
	nfs.NFS3ErrBadHandle:   syscall.ESTALE,
	nfs.NFS3ErrBadCookie:   badCookie,
	nfs.NFS3ErrNotSupp:     syscall.EOPNOTSUPP,
	nfs.NFS3ErrBadType:     syscall.EOPNOTSUPP,
}

const badCookie = syscall.Errno(nfs.NFS3ErrBadCookie)

// toErrno translates a status of NFS or of the mount service, which uses a part
// of the same numbers (RFC 1813 section 5.1.5).
func toErrno(status uint32) syscall.Errno {
	if errno, ok := errnos[status]; ok {
		return errno
	}
	return syscall.EIO
}

// do makes an NFS call and decodes its results, in the order of RFC 1813 and up
// to the last one wanted; a result may be a function that reads it.
func (c *client) do(ctx context.Context, cred rpc.Auth, proc uint32, in args, results ...any) syscall.Errno {
	_, errno := c.try(ctx, cred, proc, in, results...)
	return errno
}

// try is do for calls that can't be made twice: resent says that the server may
// have carried out an earlier copy of this one, so that "exists already" or "is
// not there" may be our own doing. The server's reply cache, which answers such
// copies, is lost when it restarts.
func (c *client) try(ctx context.Context, cred rpc.Auth, proc uint32, in args, results ...any) (resent bool, errno syscall.Errno) {
	for {
		r, again, err := c.call(ctx, cred, proc, in)
		resent = resent || again
		if err == errKilled {
			return resent, syscall.EINTR
		}
		var status uint32
		if err == nil {
			status, err = xdr.ReadUint32(r)
		}
		for i := 0; i < len(results) && err == nil && status == 0; i++ {
			if decode, ok := results[i].(func(io.Reader) error); ok {
				err = decode(r)
			} else {
				err = xdr.Read(r, results[i])
			}
		}
		if err != nil {
			logf("procedure %d: %v", proc, err)
			return resent, syscall.EIO
		}
		if status != jukebox {
			return resent, toErrno(status)
		}
		if pause(ctx, jukeboxDelay) != nil {
			return resent, syscall.EINTR
		}
	}
}
