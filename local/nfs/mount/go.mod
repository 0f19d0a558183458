// The NFS mount helper of the local node: see main.go.
module sessionstack.dev/local/nfs/mount

go 1.26.0

require (
	github.com/hanwen/go-fuse/v2 v2.9.0
	github.com/willscott/go-nfs-client v0.0.0-20251022144359-801f10d98886
	golang.org/x/sys v0.28.0
)

require github.com/rasky/go-xdr v0.0.0-20170124162913-1a41d1a06c93 // indirect
