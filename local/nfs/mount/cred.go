package main

import (
	"bytes"
	"context"
	"os"
	"strconv"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/willscott/go-nfs-client/nfs/rpc"
	"github.com/willscott/go-nfs-client/nfs/xdr"
)

// maxGroups is what AUTH_SYS can carry (RFC 5531 appendix A, gids<16>). The
// rest is left out, as the kernel's client does: a server that has to know more
// looks them up itself.
const maxGroups = 16

var hostname, _ = os.Hostname()

// authUnix makes an AUTH_SYS credential.
func authUnix(uid, gid uint32, groups []uint32) rpc.Auth {
	w := new(bytes.Buffer)
	err := xdr.Write(w, struct {
		Stamp    uint32
		Machine  string
		UID, GID uint32
		Groups   []uint32
	}{0, hostname, uid, gid, groups[:min(len(groups), maxGroups)]})
	if err != nil {
		panic(err) // a buffer takes everything
	}
	return rpc.Auth{Flavor: 1, Body: w.Bytes()}
}

// cred returns the credential of the process that makes a call. FUSE gives its
// user and group; root's other groups matter too, where the export squashes it.
func cred(ctx context.Context) rpc.Auth {
	caller, ok := fuse.FromContext(ctx)
	if !ok {
		return authUnix(0, 0, nil)
	}
	var groups []uint32
	for _, g := range procStatus(caller.Pid, "Groups:") {
		if v, err := strconv.ParseUint(g, 10, 32); err == nil {
			groups = append(groups, uint32(v))
		}
	}
	return authUnix(caller.Uid, caller.Gid, groups)
}

// credOf returns the credential of an open file's opener, else the caller's. A
// program may open a file, give up its rights and go on writing.
func credOf(ctx context.Context, f fs.FileHandle) rpc.Auth {
	if h, ok := f.(*handle); ok {
		return h.cred
	}
	return cred(ctx)
}

// sameCred says whether calls with a and b are made by the same user.
func sameCred(a, b rpc.Auth) bool { return a.Flavor == b.Flavor && bytes.Equal(a.Body, b.Body) }
