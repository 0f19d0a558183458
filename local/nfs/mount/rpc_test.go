package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/willscott/go-nfs-client/nfs"
)

// deadline is how long a test waits for what must come.
const deadline = 10 * time.Second

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(deadline); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not so after %v: %s", deadline, what)
		}
	}
}

// killedCaller is the context of a program that was killed.
func killedCaller() context.Context {
	cancel := make(chan struct{})
	close(cancel)
	return &fuse.Context{Caller: fuse.Caller{Pid: 1<<31 - 1}, Cancel: cancel} // above any pid_max
}

func nfsClient(t *testing.T, s *fakeServer) *client {
	c := &client{addr: s.ln.Addr().String(), prog: nfs.Nfs3Prog, vers: 3, timeo: deadline}
	t.Cleanup(c.close)
	return c
}

func getattr(ctx context.Context, c *client) syscall.Errno {
	var a nfs.Fattr
	return c.do(ctx, authUnix(7, 8, []uint32{9}), nfs.NFSProc3GetAttr, args{[]byte(rootHandle)}, &a)
}

func TestReadRecord(t *testing.T) {
	header := func(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }
	for _, test := range []struct {
		stream, want string
		err          error
	}{
		{header(lastFragment|3) + "abcrest", "abc", nil},
		{header(2) + "ab" + header(0) + header(lastFragment|1) + "c", "abc", nil},
		{header(lastFragment), "", nil},
		{"\x80\x00", "", io.ErrUnexpectedEOF},
		{header(lastFragment|3) + "ab", "", io.ErrUnexpectedEOF},
		{header(2) + "ab", "", io.EOF},
		{header(lastFragment | (maxRecord + 1)), "", io.ErrShortBuffer},
	} {
		got, err := readRecord(strings.NewReader(test.stream))
		if string(got) != test.want && err == nil || !errors.Is(err, test.err) {
			t.Errorf("%q: %q %v, want %q %v", test.stream, got, err, test.want, test.err)
		}
	}
}

// What goes over the wire, byte by byte: RFC 5531 sections 8 and 11.
func TestCallBytes(t *testing.T) {
	near, far := net.Pipe()
	cn := newConn(near, deadline)
	defer cn.drop()
	c := &client{prog: 100003, vers: 3, timeo: deadline, cn: cn}
	go c.call(context.Background(), authUnix(1, 2, nil), 1, args{[]byte("fh")})
	record, err := readRecord(far)
	if err != nil {
		t.Fatal(err)
	}
	host := hostname + strings.Repeat("\x00", (4-len(hostname)%4)%4)
	cred := "\x00\x00\x00\x00" + "\x00\x00\x00" + string(rune(len(hostname))) + host + "\x00\x00\x00\x01" + "\x00\x00\x00\x02" + "\x00\x00\x00\x00"
	want := "\x00\x00\x00\x00" + "\x00\x00\x00\x02" + "\x00\x01\x86\xa3" + "\x00\x00\x00\x03" + "\x00\x00\x00\x01" +
		"\x00\x00\x00\x01" + "\x00\x00\x00" + string(rune(len(cred))) + cred + // AUTH_SYS
		"\x00\x00\x00\x00" + "\x00\x00\x00\x00" + // AUTH_NONE
		"\x00\x00\x00\x02" + "fh\x00\x00"
	if got := string(record[4:]); got != want {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestRepliesFindTheirCalls(t *testing.T) {
	s := newFakeServer(t)
	c := nfsClient(t, s)
	first := make(chan struct{})
	s.onCall(func(call fakeCall) fate {
		if len(s.calls) == 1 {
			return fate{wait: first} // the first call is answered last
		}
		return fate{}
	})
	var wg sync.WaitGroup
	wg.Go(func() {
		if errno := getattr(context.Background(), c); errno != 0 {
			t.Error(errno)
		}
	})
	eventually(t, "first call", func() bool { return len(s.seen(nfs.NFSProc3GetAttr)) == 1 })
	for range 50 {
		if errno := getattr(context.Background(), c); errno != 0 {
			t.Error(errno)
		}
	}
	close(first)
	wg.Wait()
	if n := len(c.cn.pending); n != 0 {
		t.Errorf("%d calls are still waited for", n)
	}
}

func TestResendKeepsTheTransactionID(t *testing.T) {
	s := newFakeServer(t)
	c := nfsClient(t, s)
	s.onCall(func(call fakeCall) fate { return fate{skip: call.copy < 4, drop: call.copy < 4} })
	if errno := getattr(context.Background(), c); errno != 0 {
		t.Fatal(errno)
	}
	calls := s.seen(nfs.NFSProc3GetAttr)
	if len(calls) != 4 || calls[3].xid != calls[0].xid || calls[3].copy != 4 {
		t.Errorf("calls %+v", calls)
	}
	if errno := getattr(context.Background(), c); errno != 0 || s.seen(nfs.NFSProc3GetAttr)[4].xid == calls[0].xid {
		t.Errorf("%v, or another call has the same transaction id", errno)
	}
}

func TestReconnectAfterSilence(t *testing.T) {
	s := newFakeServer(t)
	c := nfsClient(t, s)
	c.timeo = 50 * time.Millisecond
	s.onCall(func(call fakeCall) fate { return fate{mute: call.copy == 1} })
	resent, errno := c.try(context.Background(), authUnix(0, 0, nil), nfs.NFSProc3GetAttr, args{[]byte(rootHandle)})
	if calls := s.seen(nfs.NFSProc3GetAttr); errno != 0 || !resent || calls[0].from == calls[len(calls)-1].from {
		t.Errorf("%v, resent %v, calls %+v", errno, resent, calls)
	}
}

func TestReconnectsShareOneConnectionAndLeaveNothing(t *testing.T) {
	s := newFakeServer(t)
	c := nfsClient(t, s)
	getattr(context.Background(), c)
	before := runtime.NumGoroutine()
	for range 20 {
		s.disconnect()
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { getattr(context.Background(), c) })
		}
		wg.Wait()
	}
	s.mu.Lock()
	live := len(s.conns)
	s.mu.Unlock()
	if live != 1 {
		t.Errorf("%d connections, want 1", live)
	}
	eventually(t, "no more goroutines than before", func() bool { return runtime.NumGoroutine() <= before })
}

func TestSoftGivesUp(t *testing.T) {
	s := newFakeServer(t)
	c := nfsClient(t, s)
	c.timeo, c.limit = 20*time.Millisecond, 60*time.Millisecond
	s.onCall(func(fakeCall) fate { return fate{mute: true} })
	if errno := getattr(context.Background(), c); errno != syscall.EIO {
		t.Errorf("%v, want EIO", errno)
	}
}

func TestDeniedCallIsAnError(t *testing.T) {
	s := newFakeServer(t)
	s.onCall(func(fakeCall) fate { return fate{denied: true} })
	_, _, err := nfsClient(t, s).call(context.Background(), authUnix(0, 0, nil), 1, nil)
	if want := "RPC program 100003 procedure 1: the server denied the call (reject_stat 1)"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestJukeboxIsTriedAgain(t *testing.T) {
	s := newFakeServer(t)
	s.onCall(func(fakeCall) fate {
		if len(s.calls) == 1 {
			return fate{status: jukebox}
		}
		return fate{}
	})
	if errno := getattr(context.Background(), nfsClient(t, s)); errno != 0 || len(s.seen(nfs.NFSProc3GetAttr)) != 2 {
		t.Errorf("%v, %d calls", errno, len(s.seen(nfs.NFSProc3GetAttr)))
	}
}

// A killed process dies whatever the server does: not answer, not be there, or
// keep another call from giving back a lock.
func TestKilledCallerReturns(t *testing.T) {
	s := newFakeServer(t)
	c := nfsClient(t, s)
	s.onCall(func(fakeCall) fate { return fate{mute: true} })
	if errno := getattr(killedCaller(), c); errno != syscall.EINTR {
		t.Errorf("mute server: %v, want EINTR", errno)
	}
	s.ln.Close()
	s.disconnect()
	if errno := getattr(killedCaller(), c); errno != syscall.EINTR {
		t.Errorf("no server: %v, want EINTR", errno)
	}
	l := newLock()
	if errno := l.acquire(killedCaller()); errno != 0 {
		t.Errorf("free lock: %v", errno)
	}
	if errno := l.acquire(killedCaller()); errno != syscall.EINTR {
		t.Errorf("held lock: %v, want EINTR", errno)
	}
	l.release()
	if errno := l.acquire(context.Background()); errno != 0 {
		t.Errorf("released lock: %v", errno)
	}
}

// A process that exits closes its files without a signal; it must not stay for
// ever because its server is away.
func TestExitingCallerReturns(t *testing.T) {
	s := newFakeServer(t)
	s.onCall(func(fakeCall) fate { return fate{mute: true} })
	zombie := exec.Command("true")
	if err := zombie.Start(); err != nil {
		t.Fatal(err)
	}
	defer zombie.Wait() // until then it has exited, and is still there
	ctx := &fuse.Context{Caller: fuse.Caller{Pid: uint32(zombie.Process.Pid)}}
	if errno := getattr(ctx, nfsClient(t, s)); errno != syscall.EINTR {
		t.Errorf("%v, want EINTR", errno)
	}
}

// Any other signal is delivered when the call is over.
func TestSignalledCallerWaits(t *testing.T) {
	s := newFakeServer(t)
	answer, cancel := make(chan struct{}), make(chan struct{})
	close(cancel)
	s.onCall(func(fakeCall) fate { return fate{wait: answer} })
	done := make(chan syscall.Errno, 1)
	go func() {
		done <- getattr(&fuse.Context{Caller: fuse.Caller{Pid: 1}, Cancel: cancel}, nfsClient(t, s))
	}()
	select {
	case errno := <-done:
		t.Fatalf("returned %v before the answer", errno)
	case <-time.After(2 * killPoll):
	}
	close(answer)
	if errno := <-done; errno != 0 {
		t.Error(errno)
	}
}

func TestCredentials(t *testing.T) {
	s := newFakeServer(t)
	getattr(context.Background(), nfsClient(t, s))
	if c := s.seen(nfs.NFSProc3GetAttr)[0]; c.uid != 7 || c.gid != 8 || len(c.groups) != 1 || c.groups[0] != 9 {
		t.Errorf("got %+v", c)
	}
	groups := make([]uint32, 20)
	for i := range groups {
		groups[i] = uint32(i)
	}
	if !sameCred(authUnix(1, 1, groups), authUnix(1, 1, groups[:16])) || sameCred(authUnix(1, 1, groups[:16]), authUnix(1, 1, groups[:15])) {
		t.Error("a credential carries the first 16 groups")
	}
	if !bytes.Contains(cred(context.Background()).Body, []byte(hostname)) {
		t.Error("the machine's name is missing")
	}
}

func TestErrno(t *testing.T) {
	for status, want := range map[uint32]syscall.Errno{
		0: 0, 1: syscall.EPERM, 2: syscall.ENOENT, 5: syscall.EIO, 13: syscall.EACCES, 17: syscall.EEXIST, 20: syscall.ENOTDIR,
		22: syscall.EINVAL, 27: syscall.EFBIG, 28: syscall.ENOSPC, 30: syscall.EROFS, 31: syscall.EMLINK,
		63: syscall.ENAMETOOLONG, 66: syscall.ENOTEMPTY, 69: syscall.EDQUOT, 70: syscall.ESTALE, 71: syscall.EREMOTE,
		10001: syscall.ESTALE, 10003: badCookie, 10004: syscall.EOPNOTSUPP, 10006: syscall.EIO, 10007: syscall.EOPNOTSUPP,
		4: syscall.EIO, 99: syscall.EIO, // no status of RFC 1813: 4 would be EINTR
	} {
		if got := toErrno(status); got != want {
			t.Errorf("status %d: %v, want %v", status, got, want)
		}
	}
}
