package main

import (
	"context"
	"strings"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/willscott/go-nfs-client/nfs"
)

// disk is what the server has on stable storage under a name.
func disk(s *fakeServer, name string) string {
	f := s.file(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(f.disk)
}

func TestWritesAreUnstableUntilFsync(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "hello"), 0)
	if got := disk(s, "a"); got != "" {
		t.Errorf("stable before fsync: %q", got)
	}
	k.want("fsync", k.fsync(f), 0)
	if got := disk(s, "a"); got != "hello" {
		t.Errorf("stable after fsync: %q", got)
	}
	k.want("fsync", k.fsync(f), 0)
	if n := len(s.seen(nfs.NFSProc3Commit)); n != 1 {
		t.Errorf("%d commits, want 1: there was nothing to commit any more", n)
	}
}

func TestSyncMountWritesStable(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s, "sync")
	f := k.created("a")
	k.want("write", k.write(f, 0, "hello"), 0)
	k.want("fsync", k.fsync(f), 0)
	if got, n := disk(s, "a"), len(s.seen(nfs.NFSProc3Commit)); got != "hello" || n != 0 {
		t.Errorf("stable: %q, %d commits", got, n)
	}
}

func TestCloseCommits(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "hello"), 0)
	k.want("close", k.flush(f), 0)
	if got := disk(s, "a"); got != "hello" {
		t.Errorf("stable: %q", got)
	}
}

// RFC 1813 section 3.3.21: another write verifier means that data may be lost.
func TestServerRestartSendsPendingWritesAgain(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	long := strings.Repeat("x", 10000) // three times wsize
	k.want("write", k.write(f, 0, long), 0)
	k.want("write", k.write(f, 5, "overlap"), 0)
	s.crash()
	k.want("write", k.write(f, 10000, "tail"), 0) // with the new verifier
	k.want("fsync", k.fsync(f), 0)
	if got, want := disk(s, "a"), "xxxxxoverlap"+long[12:]+"tail"; got != want {
		t.Errorf("stable: %d bytes %.20q, want %d bytes", len(got), got, len(want))
	}
	s.crash()
	k.want("fsync", k.fsync(f), 0)
	if got := k.read(f, 0, 12); got != "xxxxxoverlap" {
		t.Errorf("read %q", got)
	}
}

func TestRestartDuringResend(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, strings.Repeat("a", 4096)), 0)
	k.want("write", k.write(f, 8192, strings.Repeat("b", 4096)), 0)
	s.crash()
	crashed := false
	s.onCall(func(call fakeCall) fate {
		if call.proc == nfs.NFSProc3Write && !crashed {
			crashed = true
			s.verf++ // and the connection is lost, and the data not yet stable
			return fate{drop: true}
		}
		return fate{}
	})
	k.want("fsync", k.fsync(f), 0)
	if got := disk(s, "a"); len(got) != 12288 || got[0] != 'a' || got[12287] != 'b' {
		t.Errorf("stable: %d bytes", len(got))
	}
}

// A server may answer any write as stable. One that came after an unstable one
// must not be covered by it when that is sent again.
func TestResendKeepsTheOrderOfStableWrites(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "older"), 0)
	k.m().how = fileSync
	k.want("write", k.write(f, 0, "NEWER"), 0)
	s.crash()
	k.want("fsync", k.fsync(f), 0)
	if got := disk(s, "a"); got != "NEWER" {
		t.Errorf("stable: %q, want NEWER", got)
	}
}

func TestReadsAndSizeShowLostWrites(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "stable"), 0)
	k.want("fsync", k.fsync(f), 0)
	k.want("write", k.write(f, 8, "lost"), 0)
	k.want("write", k.write(f, 1, "TAB"), 0)
	s.crash()
	if got := k.read(f, 0, 100); got != "sTABle\x00\x00lost" {
		t.Errorf("read %q", got)
	}
	if got := k.read(f, 2, 3); got != "ABl" {
		t.Errorf("read %q", got)
	}
	if got := k.size(f); got != 12 {
		t.Errorf("getattr: size %d, want 12", got)
	}
	if _, attr, _ := k.lookup("a"); attr.Size != 12 {
		t.Errorf("lookup: size %d, want 12", attr.Size)
	}
	k.want("fsync", k.fsync(f), 0)
	if got := disk(s, "a"); got != "sTABle\x00\x00lost" {
		t.Errorf("stable: %q", got)
	}
}

func TestTruncateIsNotUndoneByResend(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "hello world"), 0)
	k.want("truncate", k.truncate(f, 5), 0)
	s.crash()
	k.want("fsync", k.fsync(f), 0)
	if got := disk(s, "a"); got != "hello" || k.size(f) != 5 {
		t.Errorf("stable: %q, size %d", got, k.size(f))
	}
}

// refuse makes one procedure fail.
func refuse(s *fakeServer, proc, status uint32) {
	s.onCall(func(call fakeCall) fate {
		if call.proc == proc {
			return fate{status: status}
		}
		return fate{}
	})
}

func TestFailedCommitIsReportedOnceToEveryHandle(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	g, _ := k.open(f.node, syscall.O_RDWR)
	k.want("write", k.write(f, 0, "hello"), 0)
	refuse(s, nfs.NFSProc3Commit, nfs.NFS3ErrNoSpc)
	k.want("fsync of another handle", k.fsync(g), syscall.ENOSPC)
	s.onCall(nil)
	k.want("its next fsync", k.fsync(g), 0)
	k.want("close of a copy of the writer's", k.flush(f), syscall.ENOSPC)
	k.want("fsync of the writer", k.fsync(f), syscall.ENOSPC)
	k.want("its next fsync", k.fsync(f), 0)
	h, _ := k.open(f.node, syscall.O_RDWR)
	k.want("fsync of a later handle", k.fsync(h), 0)
	k.want("write", k.write(f, 0, "again"), 0)
	k.want("fsync", k.fsync(f), 0)
	if got := disk(s, "a"); got != "again" {
		t.Errorf("stable: %q", got)
	}
}

func TestUnnoticedFaultIsReportedToTheNextOpener(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "hello"), 0)
	refuse(s, nfs.NFSProc3Commit, nfs.NFS3ErrIO)
	k.release(f) // nobody sees its result
	s.onCall(nil)
	g, status := k.open(f.node, syscall.O_RDONLY)
	k.want("open", status, 0)
	k.want("fsync", k.fsync(g), syscall.EIO)
	k.want("fsync", k.fsync(g), 0)
}

func TestFailedResendIsReported(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "hello"), 0)
	s.crash()
	refuse(s, nfs.NFSProc3Write, nfs.NFS3ErrDQuot)
	k.want("fsync", k.fsync(f), syscall.EDQUOT)
	s.onCall(nil)
	k.want("fsync", k.fsync(f), 0)
}

func TestFailedWriteIsReportedByWrite(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	refuse(s, nfs.NFSProc3Write, nfs.NFS3ErrAcces)
	k.want("write", k.write(f, 0, "hello"), syscall.EACCES)
	k.want("fsync", k.fsync(f), 0)
}

// Whoever closes or syncs a file that somebody else writes to must not make the
// server refuse the writer's data.
func TestCommitAndResendUseTheWritersCredential(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	writer, reader := k.as(1000, 1000), k.as(2000, 2000)
	f := writer.created("a")
	g, _ := reader.open(f.node, syscall.O_RDONLY)
	k.want("write by a program that gave up its rights", k.as(3000, 3000).write(f, 0, "hello"), 0)
	k.want("close", reader.flush(g), 0)
	if n := len(s.seen(nfs.NFSProc3Commit)); n != 0 {
		t.Errorf("a reader's close made %d commits", n)
	}
	s.crash()
	k.want("fsync", reader.fsync(g), 0)
	for _, call := range append(s.seen(nfs.NFSProc3Commit), s.seen(nfs.NFSProc3Write)...) {
		if call.uid != 1000 || call.gid != 1000 {
			t.Errorf("%+v, want uid 1000", call)
		}
	}
	reader.read(g, 0, 1)
	if calls := s.seen(nfs.NFSProc3Read); calls[0].uid != 2000 {
		t.Errorf("%+v, want uid 2000", calls[0])
	}
}

// A process killed while the server was away leaves data that is still written,
// and an unmount at that moment does not change this.
func TestReleaseKeepsTheDataOfAKilledProcess(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "hello"), 0)
	s.onCall(func(fakeCall) fate { return fate{mute: true} })
	dead := *k
	dead.caller = fuse.Caller{Pid: 1<<31 - 1}
	dead.cancel = make(chan struct{})
	close(dead.cancel)
	k.want("close by a killed process", dead.flush(f), syscall.EINTR)
	done := make(chan struct{})
	go func() { k.release(f); close(done) }()
	eventually(t, "RELEASE commits", func() bool { return len(s.seen(nfs.NFSProc3Commit)) == 2 })
	s.onCall(nil)
	s.crash()
	<-done
	if got := disk(s, "a"); got != "hello" {
		t.Errorf("stable: %q", got)
	}
}

// The kernel drops a RELEASE that it has not sent when the unmount comes.
func TestUnmountFinishesOpenFiles(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f, g := k.created("a"), k.created("b")
	k.want("write", k.write(f, 0, "hello"), 0)
	k.want("unlink", k.unlink("b"), 0)
	k.m().finish(context.Background())
	if got := disk(s, "a"); got != "hello" || strings.Join(s.names(), " ") != "a" {
		t.Errorf("stable: %q, names %v", got, s.names())
	}
	_ = g
}

func TestKeptDataIsBounded(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	k.m().wsize = 1 << 20
	f, mib := k.created("a"), strings.Repeat("x", 1<<20)
	for i := range uint64(maxKept>>20 + 1) {
		k.want("write", k.write(f, i<<20, mib), 0)
	}
	if n, kept := len(s.seen(nfs.NFSProc3Commit)), k.m().kept.Load(); n != 1 || kept != 0 {
		t.Errorf("%d commits, %d bytes kept", n, kept)
	}
	k.m().kept.Store(maxKeptMount)
	k.want("write", k.write(f, 0, "x"), 0)
	if n, kept := len(s.seen(nfs.NFSProc3Commit)), k.m().kept.Load(); n != 2 || kept != maxKeptMount {
		t.Errorf("%d commits, %d bytes kept", n, kept)
	}
}

func TestSmallWritesAreKeptAsOne(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	for i := range uint64(100) {
		k.want("write", k.write(f, i, "x"), 0)
	}
	if writes := asNode(k.root.GetChild("a")).pending.list(); len(writes) != 1 || len(writes[0].data) != 100 {
		t.Errorf("%d writes kept, want 1 of 100 bytes", len(writes))
	}
}

// Close-to-open consistency: what another client wrote is seen after open.
func TestOpenForgetsOldAttributes(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	if _, status := k.open(f.node, syscall.O_RDONLY); status != 0 || *k.forgets != 1 {
		t.Errorf("first open: %v, %d times", status, *k.forgets)
	}
	if k.open(f.node, syscall.O_RDONLY); *k.forgets != 1 {
		t.Errorf("nothing changed: %d times", *k.forgets)
	}
	s.mu.Lock()
	s.files[s.files[rootHandle].kids["a"]].changes++
	s.mu.Unlock()
	if k.open(f.node, syscall.O_RDONLY); *k.forgets != 2 {
		t.Errorf("changed by another client: %d times", *k.forgets)
	}
}
