package main

import (
	"context"
	"sync"
	"syscall"

	"github.com/willscott/go-nfs-client/nfs"
	"github.com/willscott/go-nfs-client/nfs/rpc"
)

// Writes are sent unstable, kept, and brought to stable storage by COMMIT. A
// server that restarts in between may have lost them; it shows that by another
// write verifier, and they are sent again (RFC 1813 sections 3.3.7 and 3.3.21,
// "the client must resend").
const (
	maxKept      = 32 << 20  // bytes of one file: more is committed at once
	maxKeptMount = 128 << 20 // bytes of all files: from here on each write is committed
	maxJoined    = 1 << 20   // bytes up to which adjacent writes are kept as one
)

// write is a write that the server has, but not yet on stable storage.
type write struct {
	off    int64
	data   []byte
	verf   uint64
	stable bool     // it needs no COMMIT, but its place in the order of a resend
	cred   rpc.Auth // of the writer: who commits may not be allowed to write
}

func (w *write) end() int64 { return w.off + int64(len(w.data)) }

// pending are the writes to one file since its last commit. Who adds or removes
// some holds the node's lock too.
type pending struct {
	mu     sync.Mutex
	writes []write
	bytes  int64

	// A failed commit loses the data of writes that had succeeded. Everybody who
	// has the file open learns of it once from fsync, as from Linux' own file
	// systems (Documentation/core-api/errseq.rst).
	fault   syscall.Errno
	faults  uint64
	noticed bool // the last fault, by anybody
}

// add keeps a write; a stable one only after others, which a resend must not
// put on top of it. Adjacent ones are joined: logs grow by small pieces.
func (p *pending) add(w write) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w.stable && len(p.writes) == 0 {
		return
	}
	p.bytes += int64(len(w.data))
	if i := len(p.writes) - 1; i >= 0 {
		last := &p.writes[i]
		if last.end() == w.off && last.verf == w.verf && last.stable == w.stable && sameCred(last.cred, w.cred) && len(last.data)+len(w.data) <= maxJoined {
			last.data = append(last.data, w.data...)
			return
		}
	}
	w.data = append([]byte(nil), w.data...) // FUSE uses its buffer again
	p.writes = append(p.writes, w)
}

// list returns the writes in their order.
func (p *pending) list() []write {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]write(nil), p.writes...)
}

// overlapping returns the writes to a range, in their order.
func (p *pending) overlapping(off, end int64) (found []write) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.writes {
		if w.off < end && off < w.end() {
			found = append(found, w)
		}
	}
	return found
}

// end is how long the writes make the file.
func (p *pending) end() (end uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.writes {
		end = max(end, uint64(p.writes[i].end()))
	}
	return end
}

// clear forgets the writes, and says how many bytes they were.
func (p *pending) clear() (bytes int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	bytes, p.bytes, p.writes = p.bytes, 0, nil
	return bytes
}

func (p *pending) size() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}

// fail records that writes were lost.
func (p *pending) fail(errno syscall.Errno) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault, p.noticed = errno, false
	p.faults++
}

// known returns the number of faults that a new handle need not be told of:
// all, unless nobody has noticed the last.
func (p *pending) known() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.faults > 0 && !p.noticed {
		return p.faults - 1
	}
	return p.faults
}

// check returns the fault that a handle has not been told of yet. After telling
// it stays silent; else (close, which any copy of a descriptor may do without
// looking at the result) fsync will say it again.
func (p *pending) check(h *handle, telling bool) syscall.Errno {
	p.mu.Lock()
	defer p.mu.Unlock()
	if h.faults == p.faults {
		return 0
	}
	if telling {
		h.faults, p.noticed = p.faults, true
	}
	return p.fault
}

// commit brings all pending writes to stable storage. When that fails they are
// dropped and the fault is recorded, as in the kernel's client: a write that the
// server refuses would be refused for ever. Only a killed caller leaves them for
// the next commit. n.lock is held.
func (n *node) commit(ctx context.Context) syscall.Errno {
	writes := n.pending.list()
	if len(writes) == 0 {
		return 0
	}
	var wcc nfs.WccData
	var verf uint64
	c := writes[len(writes)-1].cred
	errno := n.m.do(ctx, c, nfs.NFSProc3Commit, args{n.fh, uint64(0), uint32(0)}, &wcc, &verf)
	if errno == 0 && lost(writes, verf) {
		logf("server %s restarted: sending %d uncommitted writes again", n.m.addr, len(writes))
		errno = n.resend(ctx, writes)
	}
	if errno == syscall.EINTR {
		return errno
	}
	n.m.kept.Add(-n.pending.clear())
	if errno != 0 {
		logf("server %s: data of inode %d lost: %v", n.m.addr, n.StableAttr().Ino, errno)
		n.pending.fail(errno)
	}
	return errno
}

// lost says whether the server that gave verf may not have some of the writes.
func lost(writes []write, verf uint64) bool {
	for i := range writes {
		if !writes[i].stable && writes[i].verf != verf {
			return true
		}
	}
	return false
}

// resend sends all writes again, for they may overlap, and straight to stable
// storage, so that it need not be asked again whether they are there. One that
// fails does not keep the others from being tried.
func (n *node) resend(ctx context.Context, writes []write) (errno syscall.Errno) {
	for _, w := range writes {
		for len(w.data) > 0 {
			count, _, stable, e := n.write(ctx, w.cred, fileSync, w.data, w.off)
			if e == syscall.EINTR {
				return e
			}
			if e == 0 && !stable {
				e = syscall.EIO // the server did less than it was asked for
			}
			if e != 0 {
				errno = e
				break
			}
			w.off, w.data = w.off+int64(count), w.data[count:]
		}
	}
	return errno
}

// write makes one WRITE call.
func (n *node) write(ctx context.Context, c rpc.Auth, how uint32, data []byte, off int64) (count int, verf uint64, stable bool, errno syscall.Errno) {
	data = data[:min(len(data), int(n.m.wsize))]
	var wcc nfs.WccData
	var wrote, did uint32
	in := args{n.fh, uint64(off), uint32(len(data)), how, data}
	errno = n.m.do(ctx, c, nfs.NFSProc3Write, in, &wcc, &wrote, &did, &verf)
	if errno == 0 && (wrote == 0 || int(wrote) > len(data)) {
		errno = syscall.EIO
	}
	return int(wrote), verf, did == fileSync, errno
}
