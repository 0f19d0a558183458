package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/willscott/go-nfs-client/nfs"
	"github.com/willscott/go-nfs-client/nfs/rpc"
	"github.com/willscott/go-nfs-client/nfs/xdr"
)

// While mounting nothing is tried twice: whoever called mount(8) wants to know,
// and the kubelet tries again by itself.
const (
	attachTimeout = 10 * time.Second
	once          = time.Nanosecond
)

// attach finds the server's ports, asks its mount service for the root's file
// handle and returns a client of its NFS service.
func attach(ctx context.Context, o *options) (c *client, root []byte, info nfs.FSInfo, err error) {
	if root, err = mountRoot(ctx, o); err != nil {
		return nil, nil, info, err
	}
	if c, err = o.service(ctx, nfs.Nfs3Prog, o.port); err != nil {
		return nil, nil, info, err
	}
	if _, err := c.connection(ctx); err != nil {
		return nil, nil, info, fmt.Errorf("NFS service: %w", err)
	}
	if errno := c.do(ctx, authUnix(0, 0, nil), nfs.NFSProc3FSInfo, args{root}, &info); errno != 0 {
		return nil, nil, info, fmt.Errorf("asking NFS server %s for its limits: %w", c.addr, errno)
	}
	c.timeo, c.limit = o.timeo, o.limit()
	return c, root, info, nil
}

// mountRoot asks the mount service (RFC 1813 section 5.2.1) for a file handle.
// The server is not told of the end of the mount: its list is a hint only.
func mountRoot(ctx context.Context, o *options) ([]byte, error) {
	c, err := o.service(ctx, nfs.MountProg, o.mountPort)
	if err != nil {
		return nil, err
	}
	defer c.close()
	r, _, err := c.call(ctx, authUnix(0, 0, nil), nfs.MountProc3MNT, args{o.path})
	if err != nil {
		return nil, fmt.Errorf("mount service: %w", err)
	}
	status, err := xdr.ReadUint32(r)
	if err != nil {
		return nil, fmt.Errorf("mount service: %w", err)
	}
	if status != 0 {
		return nil, fmt.Errorf("mounting failed, reason given by server: %w", toErrno(status))
	}
	return xdr.ReadOpaque(r)
}

// service returns a client of one RPC program, version 3. Without a port it asks
// the portmapper (RFC 1833).
func (o *options) service(ctx context.Context, prog, port uint32) (*client, error) {
	at := func(port uint32) string { return net.JoinHostPort(o.server, strconv.FormatUint(uint64(port), 10)) }
	if port == 0 {
		c := &client{addr: at(rpc.PmapPort), prog: rpc.PmapProg, vers: rpc.PmapVers, timeo: attachTimeout, limit: once}
		defer c.close()
		r, _, err := c.call(ctx, rpc.AuthNull, rpc.PmapProcGetPort, args{rpc.Mapping{Prog: prog, Vers: 3, Prot: rpc.IPProtoTCP}})
		if err != nil {
			return nil, fmt.Errorf("portmapper: %w", err)
		}
		if port, err = xdr.ReadUint32(r); err != nil || port == 0 {
			return nil, fmt.Errorf("portmapper: RPC program %d version 3 is not registered over TCP", prog)
		}
	}
	return &client{addr: at(port), prog: prog, vers: 3, timeo: attachTimeout, limit: once, resv: !o.anyPort}, nil
}
