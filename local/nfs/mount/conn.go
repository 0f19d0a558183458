package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"io"
	"net"
	"sync"
	"time"
)

const (
	lastFragment = 1 << 31 // of a record's header, RFC 5531 section 11
	maxRecord    = 1 << 26 // far above rtmax of any server: more is not RPC
)

// conn is one TCP connection with the calls that wait for a reply on it. Two
// goroutines serve it, and end when it is dropped.
type conn struct {
	net.Conn
	dead chan struct{} // closed when the connection is of no more use
	once sync.Once
	wake chan struct{} // says that queue is not empty

	mu      sync.Mutex // guards the rest
	queue   net.Buffers
	pending map[uint32]chan []byte
}

func newConn(nc net.Conn, timeo time.Duration) *conn {
	cn := &conn{Conn: nc, dead: make(chan struct{}), wake: make(chan struct{}, 1), pending: map[uint32]chan []byte{}}
	go cn.send(timeo)
	go cn.receive()
	return cn
}

func (cn *conn) drop() {
	cn.once.Do(func() {
		close(cn.dead)
		cn.Close()
	})
}

// alive says whether calls may still be sent.
func (cn *conn) alive() bool {
	select {
	case <-cn.dead:
		return false
	default:
		return true
	}
}

// send writes the queued records. Callers do not write themselves, for a
// server that reads no more would block them where no signal is looked at.
func (cn *conn) send(timeo time.Duration) {
	defer cn.drop()
	for {
		cn.mu.Lock()
		records := cn.queue
		cn.queue = nil
		cn.mu.Unlock()
		if len(records) == 0 {
			select {
			case <-cn.wake:
				continue
			case <-cn.dead:
				return
			}
		}
		cn.SetWriteDeadline(time.Now().Add(timeo))
		if _, err := records.WriteTo(cn.Conn); err != nil {
			return
		}
	}
}

// receive hands every reply to the call that waits for it.
func (cn *conn) receive() {
	defer cn.drop()
	r := bufio.NewReaderSize(cn, 1<<16)
	for {
		record, err := readRecord(r)
		if err != nil || len(record) < 4 {
			return
		}
		cn.mu.Lock()
		if ch := cn.pending[binary.BigEndian.Uint32(record)]; ch != nil {
			select {
			case ch <- record[4:]:
			default: // a second reply to the same call
			}
		}
		cn.mu.Unlock()
	}
}

// readRecord joins the fragments of one record (RFC 5531 section 11).
func readRecord(r io.Reader) (record []byte, err error) {
	for {
		var header [4]byte
		if _, err := io.ReadFull(r, header[:]); err != nil {
			return nil, err
		}
		mark := binary.BigEndian.Uint32(header[:])
		n, size := len(record), int(mark&^lastFragment)
		if n+size > maxRecord {
			return nil, io.ErrShortBuffer
		}
		record = append(record, make([]byte, size)...)
		if _, err := io.ReadFull(r, record[n:]); err != nil {
			return nil, err
		}
		if mark&lastFragment != 0 {
			return record, nil
		}
	}
}

// exchange sends one record and waits for its reply.
func (cn *conn) exchange(ctx context.Context, xid uint32, record []byte, timeo time.Duration) ([]byte, error) {
	reply := make(chan []byte, 1)
	cn.mu.Lock()
	cn.pending[xid] = reply
	cn.queue = append(cn.queue, record)
	cn.mu.Unlock()
	defer func() {
		cn.mu.Lock()
		delete(cn.pending, xid)
		cn.mu.Unlock()
	}()
	select {
	case cn.wake <- struct{}{}:
	default: // it is awake
	}
	return block(ctx, reply, cn.dead, timeo)
}
