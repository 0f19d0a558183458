package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/willscott/go-nfs-client/nfs"
	"github.com/willscott/go-nfs-client/nfs/rpc"
	"github.com/willscott/go-nfs-client/nfs/xdr"
)

// fakeServer is an NFS server in memory, on a TCP port of the loopback. Its
// unstable writes are lost when it crashes, and a test can make it lose, delay
// or refuse calls.
type fakeServer struct {
	t  *testing.T
	ln net.Listener

	mu     sync.Mutex // guards the rest
	files  map[string]*fakeFile
	verf   uint64 // the write verifier
	denied uint32 // what ACCESS does not grant
	calls  []fakeCall
	conns  map[net.Conn]bool
	hook   func(call fakeCall) fate // asked before each call is executed
}

// fakeCall is a call as it came in.
type fakeCall struct {
	prog, proc, xid uint32
	uid, gid        uint32
	groups          []uint32
	from            string // the connection
	copy            int    // of the call with this xid, from 1 on
}

// fate is what becomes of a call.
type fate struct {
	skip   bool          // don't execute it
	drop   bool          // close the connection instead of answering
	mute   bool          // don't answer
	status uint32        // answer with this NFS status instead of executing
	denied bool          // answer that the call is denied (AUTH_ERROR)
	wait   chan struct{} // until it is closed
}

func newFakeServer(t *testing.T) *fakeServer {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &fakeServer{t: t, ln: ln, verf: 1, files: map[string]*fakeFile{}, conns: map[net.Conn]bool{}}
	s.files[rootHandle] = &fakeFile{kind: nfs.NF3Dir, id: 2, mode: 0o777, kids: map[string]string{}}
	t.Cleanup(func() { ln.Close(); s.disconnect() })
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[nc] = true
			s.mu.Unlock()
			go s.serve(nc)
		}
	}()
	return s
}

func (s *fakeServer) port() uint32 { return uint32(s.ln.Addr().(*net.TCPAddr).Port) }

// onCall sets the hook.
func (s *fakeServer) onCall(hook func(fakeCall) fate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = hook
}

// disconnect closes all connections.
func (s *fakeServer) disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for nc := range s.conns {
		nc.Close()
		delete(s.conns, nc)
	}
}

// crash loses what is not on stable storage, and all connections.
func (s *fakeServer) crash() {
	s.disconnect()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verf++
	for _, f := range s.files {
		f.data = bytes.Clone(f.disk)
	}
}

// seen returns the calls of one procedure.
func (s *fakeServer) seen(proc uint32) (found []fakeCall) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c.prog == nfs.Nfs3Prog && c.proc == proc {
			found = append(found, c)
		}
	}
	return found
}

// file returns the file of a name in the root, nil if there is none.
func (s *fakeServer) file(name string) *fakeFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[s.files[rootHandle].kids[name]]
}

// names lists the root.
func (s *fakeServer) names() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.files[rootHandle].kids {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (s *fakeServer) serve(nc net.Conn) {
	defer nc.Close()
	for {
		record, err := readRecord(nc)
		if err != nil {
			return
		}
		go func() {
			reply, err := s.handle(record, nc.RemoteAddr().String())
			if err != nil {
				nc.Close()
				return
			}
			if reply == nil {
				return
			}
			// In two fragments, as a server may.
			half := len(reply) / 2
			out := binary.BigEndian.AppendUint32(nil, uint32(half))
			out = append(out, reply[:half]...)
			out = binary.BigEndian.AppendUint32(out, uint32(len(reply)-half)|lastFragment)
			nc.Write(append(out, reply[half:]...))
		}()
	}
}

// handle executes one record. An error closes the connection, and without a
// reply there is none.
func (s *fakeServer) handle(record []byte, from string) (reply []byte, err error) {
	r := bytes.NewReader(record)
	var head struct {
		XID, Type uint32
		rpc.Header
	}
	if err := xdr.Read(r, &head); err != nil || head.Type != 0 || head.Rpcvers != 2 {
		return nil, fmt.Errorf("bad call %+v: %v", head, err)
	}
	call := fakeCall{prog: head.Prog, proc: head.Proc, xid: head.XID, from: from, copy: 1}
	if head.Cred.Flavor == 1 {
		var c struct {
			Stamp    uint32
			Machine  string
			UID, GID uint32
			Groups   []uint32
		}
		if err := xdr.Read(bytes.NewReader(head.Cred.Body), &c); err != nil {
			return nil, err
		}
		call.uid, call.gid, call.groups = c.UID, c.GID, c.Groups
	}
	var f fate
	s.mu.Lock()
	for _, c := range s.calls {
		if c.xid == call.xid {
			call.copy++
		}
	}
	s.calls = append(s.calls, call)
	if s.hook != nil {
		f = s.hook(call)
	}
	s.mu.Unlock()
	if f.wait != nil {
		<-f.wait
	}
	w := new(bytes.Buffer)
	put(w, head.XID, uint32(1))
	switch {
	case f.denied:
		put(w, uint32(1), uint32(1), uint32(1)) // MSG_DENIED, AUTH_ERROR, AUTH_BADCRED
		return w.Bytes(), nil
	case f.status != 0:
		put(w, uint32(0), rpc.AuthNull, uint32(0), f.status)
	case !f.skip:
		put(w, uint32(0), rpc.AuthNull, uint32(0))
		s.mu.Lock()
		s.execute(call, r, w)
		s.mu.Unlock()
	}
	if f.drop {
		return nil, errors.New("dropped")
	}
	if f.mute {
		return nil, nil
	}
	return w.Bytes(), nil
}

func put(w *bytes.Buffer, values ...any) {
	for _, v := range values {
		if err := xdr.Write(w, v); err != nil {
			panic(err)
		}
	}
}

func get(r *bytes.Reader, values ...any) {
	for _, v := range values {
		if err := xdr.Read(r, v); err != nil {
			panic(err)
		}
	}
}
