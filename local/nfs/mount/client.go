package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/willscott/go-nfs-client/nfs/rpc"
	"github.com/willscott/go-nfs-client/nfs/xdr"
)

const (
	dialTimeout  = 5 * time.Second
	firstRetry   = 50 * time.Millisecond // between attempts, doubled up to lastRetry
	lastRetry    = 2 * time.Second
	complainTime = time.Second // of trying, before the log is told
)

// lastXID is the transaction id of the last call. It starts at random, for a
// server's reply cache must not take our calls for those of an earlier mount.
var lastXID atomic.Uint32

func init() { lastXID.Store(rand.Uint32()) }

// client calls one ONC RPC program on one TCP address. Lost connections are
// made again and unanswered calls sent again, with the same transaction id, so
// that a server with a reply cache recognises them.
type client struct {
	addr  string
	prog  uint32
	vers  uint32
	timeo time.Duration // wait this long for a reply before reconnecting
	limit time.Duration // give up a call after this long; 0 is never ("hard")
	resv  bool          // connect from a port below 1024

	mu      sync.Mutex // guards cn and dialing
	cn      *conn
	dialing *attempt
	down    atomic.Bool // the log was told that the server does not answer
}

// attempt is one try to connect, which all waiting calls share.
type attempt struct {
	done chan struct{}
	cn   *conn
	err  error
}

// connection returns the live connection, or makes one.
func (c *client) connection(ctx context.Context) (*conn, error) {
	c.mu.Lock()
	if c.cn != nil && c.cn.alive() {
		defer c.mu.Unlock()
		return c.cn, nil
	}
	a := c.dialing
	if a == nil {
		a = &attempt{done: make(chan struct{})}
		c.dialing = a
		go c.dial(a)
	}
	c.mu.Unlock()
	if _, err := block(ctx, a.done, nil, 0); err != nil {
		return nil, err
	}
	return a.cn, a.err
}

func (c *client) dial(a *attempt) {
	nc, err := connect(c.addr, c.resv)
	c.mu.Lock()
	defer c.mu.Unlock()
	if a.err = err; err == nil {
		a.cn = newConn(nc, c.timeo)
		c.cn = a.cn
	}
	c.dialing = nil
	close(a.done)
}

// close ends the connection, if there is one.
func (c *client) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cn != nil {
		c.cn.drop()
	}
}

// connect dials addr, from a port below 1024 if resv is set: the default
// "secure" of exports(5) admits no other. The range is that of the kernel's
// client (RPC_DEF_MIN_RESVPORT and RPC_DEF_MAX_RESVPORT in sunrpc/xprtsock.h).
func connect(addr string, resv bool) (net.Conn, error) {
	const first, ports = 665, 1024 - 665
	d := net.Dialer{Timeout: dialTimeout}
	if !resv {
		return d.Dial("tcp", addr)
	}
	start := rand.IntN(ports)
	for i := range ports {
		d.LocalAddr = &net.TCPAddr{Port: first + (start+i)%ports}
		nc, err := d.Dial("tcp", addr)
		if !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, syscall.EADDRNOTAVAIL) {
			return nc, err
		}
	}
	return nil, fmt.Errorf("dial tcp %s: no free local port from %d to %d: unmount something or use the option noresvport", addr, first, first+ports-1)
}

// roundTrip gets a reply to a record, trying until it comes or c.limit is over.
// resent says that the server may have seen the call more than once.
func (c *client) roundTrip(ctx context.Context, xid uint32, record []byte) (reply []byte, resent bool, err error) {
	start, sent := time.Now(), false
	for wait := firstRetry; ; wait = min(2*wait, lastRetry) {
		cn, err := c.connection(ctx)
		if err == nil {
			resent, sent = sent, true
			if reply, err = cn.exchange(ctx, xid, record, c.timeo); err == nil {
				if c.down.CompareAndSwap(true, false) {
					logf("server %s OK", c.addr)
				}
				return reply, resent, nil
			}
			if err != errKilled {
				cn.drop()
			}
		}
		switch {
		case err == errKilled:
			return nil, sent, err
		case c.limit > 0 && time.Since(start)+wait > c.limit:
			return nil, sent, err
		case time.Since(start) > complainTime && c.down.CompareAndSwap(false, true):
			logf("server %s not responding (%v), still trying", c.addr, err)
		}
		if err := pause(ctx, wait); err != nil {
			return nil, sent, err
		}
	}
}

// args are the arguments of a call, in their order in its specification.
type args []any

// call makes one RPC (RFC 5531) and returns a reader of its results.
func (c *client) call(ctx context.Context, cred rpc.Auth, proc uint32, in args) (r *bytes.Reader, resent bool, err error) {
	head := struct {
		XID, Type uint32
		rpc.Header
	}{lastXID.Add(1), 0, rpc.Header{Rpcvers: 2, Prog: c.prog, Vers: c.vers, Proc: proc, Cred: cred, Verf: rpc.AuthNull}}
	w := bytes.NewBuffer(make([]byte, 4, 512))
	for _, v := range append(args{&head}, in...) {
		if err := xdr.Write(w, v); err != nil {
			return nil, false, err
		}
	}
	binary.BigEndian.PutUint32(w.Bytes(), uint32(w.Len()-4)|lastFragment)
	reply, resent, err := c.roundTrip(ctx, head.XID, w.Bytes())
	if err != nil {
		return nil, resent, err
	}
	r = bytes.NewReader(reply)
	return r, resent, accepted(r, c.prog, proc)
}

// accepted reads the head of a reply. Anything but an accepted and successful
// call is an error: the results are missing then.
func accepted(r *bytes.Reader, prog, proc uint32) error {
	var head struct{ Type, Stat uint32 }
	if err := xdr.Read(r, &head); err != nil || head.Type != 1 {
		return fmt.Errorf("RPC program %d procedure %d: not a reply", prog, proc)
	}
	if head.Stat != 0 {
		why, _ := xdr.ReadUint32(r) // 0 RPC_MISMATCH, 1 AUTH_ERROR
		return fmt.Errorf("RPC program %d procedure %d: the server denied the call (reject_stat %d)", prog, proc, why)
	}
	var tail struct {
		Verf   rpc.Auth
		Accept uint32
	}
	if err := xdr.Read(r, &tail); err != nil || tail.Accept != 0 {
		return fmt.Errorf("RPC program %d procedure %d: the server could not execute the call (accept_stat %d)", prog, proc, tail.Accept)
	}
	return nil
}
