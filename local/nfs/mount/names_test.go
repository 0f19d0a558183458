package main

import (
	"bytes"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/willscott/go-nfs-client/nfs"
)

// loseFirstReply has the server execute a procedure and lose its answer, once.
func loseFirstReply(s *fakeServer, proc uint32) {
	s.onCall(func(call fakeCall) fate { return fate{drop: call.proc == proc && call.copy == 1} })
}

func (k *kernel) names(s *fakeServer) string { return strings.Join(s.names(), " ") }

func TestCreateExclusiveKnowsItsOwnFile(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	loseFirstReply(s, nfs.NFSProc3Create)
	f, status := k.create("lock", syscall.O_EXCL|syscall.O_RDWR)
	k.want("create", status, 0)
	k.want("write", k.write(f, 0, "mine"), 0)
	if mode := s.file("lock").mode; mode != 0o640 {
		t.Errorf("mode %o, want 640", mode)
	}
}

// Two programs that take a lock file: the loser must see it, whatever the
// network does to its call.
func TestCreateExclusiveNeverTakesSomebodyElsesFile(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	s.onCall(func(call fakeCall) fate { // lost on its way in, and another client is faster
		first := call.proc == nfs.NFSProc3Create && call.copy == 1
		if first {
			s.files["theirs"] = &fakeFile{kind: nfs.NF3Reg, id: 50, nlink: 1, made: 1}
			s.files[rootHandle].kids["lock"] = "theirs"
		}
		return fate{skip: first, drop: first}
	})
	_, status := k.create("lock", syscall.O_EXCL|syscall.O_RDWR)
	k.want("create", status, syscall.EEXIST)
}

func TestCreateOfAFileThatIsThereLooksItUp(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "hello"), 0)
	_, status := k.create("a", syscall.O_RDWR|syscall.O_TRUNC)
	k.want("create", status, syscall.ESTALE) // Linux looks it up and opens it then
	if got := string(s.file("a").data); got != "hello" {
		t.Errorf("content %q", got)
	}
}

func TestCallsSentTwiceSucceedOnce(t *testing.T) {
	for _, test := range []struct {
		what string
		proc uint32
		do   func(k *kernel, f open) (status any)
		want string
	}{
		{"mkdir", nfs.NFSProc3Mkdir, func(k *kernel, f open) any { return k.mkdir("d") }, "a d"},
		{"link", procLink, func(k *kernel, f open) any { return k.link(f.node, "b") }, "a b"},
		{"unlink", nfs.NFSProc3Remove, func(k *kernel, f open) any { k.release(f); return k.unlink("a") }, ""},
		{"rename", nfs.NFSProc3Rename, func(k *kernel, f open) any { return k.rename("a", "b") }, "b"},
	} {
		s := newFakeServer(t)
		k := mounted(t, s)
		f := k.created("a")
		loseFirstReply(s, test.proc)
		if status := test.do(k, f); k.names(s) != test.want || len(s.seen(test.proc)) != 2 {
			t.Errorf("%s: %v, names %q, %d calls", test.what, status, k.names(s), len(s.seen(test.proc)))
		} else if !strings.Contains(toText(status), "OK") {
			t.Errorf("%s: %v", test.what, status)
		}
	}
}

func toText(v any) string { return v.(interface{ String() string }).String() }

// The errors of calls sent twice, when they are not our own doing.
func TestCallsSentTwiceStillFail(t *testing.T) {
	lost := func(s *fakeServer, proc uint32) { // on the way in
		s.onCall(func(call fakeCall) fate {
			first := call.proc == proc && call.copy == 1
			return fate{skip: first, drop: first}
		})
	}
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.created("b")
	lost(s, procLink)
	k.want("link over another file", k.link(f.node, "b"), syscall.EEXIST)
	lost(s, nfs.NFSProc3Mkdir)
	k.want("mkdir over a file", k.mkdir("b"), syscall.EEXIST)
	lost(s, nfs.NFSProc3Rename)
	k.want("rename of nothing", k.rename("none", "b"), syscall.ENOENT)
}

func TestRemovedFileStaysWhileOpen(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("write", k.write(f, 0, "hello"), 0)
	k.want("unlink", k.unlink("a"), 0)
	hidden := k.names(s)
	if !strings.HasPrefix(hidden, ".nfs") {
		t.Fatalf("names %q, want .nfs…", hidden)
	}
	if got := k.read(f, 0, 10); got != "hello" {
		t.Errorf("read %q", got)
	}
	k.lookup(hidden)
	k.want("unlink of the hidden name", k.unlink(hidden), syscall.EBUSY)
	k.release(f)
	if k.names(s) != "" {
		t.Errorf("names %q after close", k.names(s))
	}
}

func TestReplacedFileStaysWhileOpen(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	old, fresh := k.created("a"), k.created("b")
	k.want("write", k.write(old, 0, "old"), 0)
	k.want("write", k.write(fresh, 0, "new"), 0)
	k.want("rename", k.rename("b", "a"), 0)
	if got := k.read(old, 0, 10) + " " + k.read(fresh, 0, 10); got != "old new" {
		t.Errorf("read %q", got)
	}
	k.release(old)
	k.release(fresh)
	if k.names(s) != "a" || string(s.file("a").disk) != "new" {
		t.Errorf("names %q, a holds %q", k.names(s), s.file("a").disk)
	}
}

func TestRemovedNameOfALinkedFile(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	f := k.created("a")
	k.want("link", k.link(f.node, "b"), 0)
	k.want("write", k.write(f, 0, "hello"), 0)
	k.want("unlink", k.unlink("a"), 0)
	k.release(f)
	if k.names(s) != "b" || string(s.file("b").disk) != "hello" {
		t.Errorf("names %q, b holds %q", k.names(s), s.file("b").disk)
	}
}

// The server forgets where a listing was: it starts again, and no name is given
// twice.
func TestListingSurvivesAChangedCookieVerifier(t *testing.T) {
	s := newFakeServer(t)
	k := mounted(t, s)
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		k.created(name)
	}
	s.onCall(changeVerifierAfter(s, 1))
	names, errno := k.list()
	if got := strings.Join(names, " "); errno != 0 || got != "a b c d e" {
		t.Errorf("%v %q", errno, got)
	}
	s.onCall(changeVerifierAfter(s, 1000))
	if _, errno := k.list(); errno != syscall.EIO {
		t.Errorf("a server that always forgets: %v, want EIO", errno)
	}
}

// changeVerifierAfter changes the verifier before each second call of a listing,
// so often.
func changeVerifierAfter(s *fakeServer, times int) func(fakeCall) fate {
	second := false
	return func(call fakeCall) fate {
		if call.proc == nfs.NFSProc3ReadDirPlus {
			if second && times > 0 {
				times--
				s.verf++
			}
			second = !second
		}
		return fate{}
	}
}

func TestPermissionErrorsComeBack(t *testing.T) {
	for status, want := range map[uint32]syscall.Errno{nfs.NFS3ErrAcces: syscall.EACCES, nfs.NFS3ErrPerm: syscall.EPERM} {
		s := newFakeServer(t)
		k := mounted(t, s)
		f := k.created("a")
		s.onCall(func(fakeCall) fate { return fate{status: status} })
		_, opened := k.open(f.node, syscall.O_RDONLY)
		k.want("open", opened, want)
		_, made := k.create("b", syscall.O_RDWR)
		k.want("create", made, want)
		_, _, found := k.lookup("c")
		k.want("lookup", found, want)
		k.want("write", k.write(f, 0, "x"), want)
		k.want("truncate", k.truncate(f, 0), want)
		k.want("mkdir", k.mkdir("d"), want)
		k.want("rename", k.rename("a", "b"), want)
		k.want("link", k.link(f.node, "b"), want)
		_, listed := k.list()
		if listed != want {
			t.Errorf("list: %v, want %v", listed, want)
		}
	}
}

func TestOpenAsksTheServerForRights(t *testing.T) {
	const read, write, exec = nfs.ACCESS3_READ, nfs.ACCESS3_MODIFY | nfs.ACCESS3_EXTEND, nfs.ACCESS3_EXECUTE
	for _, test := range []struct {
		flags, denied uint32
		want          syscall.Errno
	}{
		{syscall.O_RDONLY, write | exec, 0},
		{syscall.O_RDONLY, read, syscall.EACCES},
		{syscall.O_WRONLY, read | exec, 0},
		{syscall.O_WRONLY | syscall.O_APPEND, nfs.ACCESS3_MODIFY, syscall.EACCES},
		{syscall.O_WRONLY, nfs.ACCESS3_EXTEND, syscall.EACCES},
		{syscall.O_RDWR, exec, 0},
		{syscall.O_RDWR, read, syscall.EACCES},
		{syscall.O_RDWR, write, syscall.EACCES},
		{syscall.O_RDONLY | fmodeExec, read | write, 0},
		{syscall.O_RDONLY | fmodeExec, exec, syscall.EACCES},
	} {
		s := newFakeServer(t)
		k := mounted(t, s)
		f := k.created("a")
		k.release(f)
		s.mu.Lock()
		s.denied = test.denied
		s.mu.Unlock()
		_, status := k.open(f.node, test.flags)
		k.want(fmt.Sprintf("open %#x without %#x", test.flags, test.denied), status, test.want)
		if n := k.root.GetChild("a").Operations().(*node).opens; n != map[bool]int{true: 1}[test.want == 0] {
			t.Errorf("%d open handles", n)
		}
	}
}

// go-fuse panics on inode numbers that it keeps for itself.
func TestReservedInodeNumbers(t *testing.T) {
	for _, id := range []uint64{0, ^uint64(0)} {
		s := newFakeServer(t)
		k := mounted(t, s)
		s.mu.Lock()
		s.files["odd"] = &fakeFile{kind: nfs.NF3Reg, id: id, nlink: 1}
		s.files[rootHandle].kids["odd"] = "odd"
		s.mu.Unlock()
		_, attr, status := k.lookup("odd")
		k.want("lookup", status, 0)
		if attr.Ino == 0 || attr.Ino == ^uint64(0) {
			t.Errorf("inode number %d", attr.Ino)
		}
	}
}

func TestSetTime(t *testing.T) {
	for sec, want := range map[int64]uint32{-5: 0, 0: 0, 1 << 31: 1 << 31, 1 << 32: 1<<32 - 1} {
		if got := setTime(1, 1, 2, uint64(sec), 7); got.Time != (nfs.NFS3Time{Seconds: want, Nseconds: 7}) {
			t.Errorf("%d: %+v, want %d", sec, got, want)
		}
	}
}

func TestOverlayIsExact(t *testing.T) {
	dest := bytes.Repeat([]byte("?"), 8)
	kept := []write{{off: 0, data: []byte("abcd")}, {off: 9, data: []byte("ijklmnop")}}
	if got := overlay(dest, 1, 2, kept); got != 8 || string(dest) != "cd\x00\x00\x00\x00\x00i" {
		t.Errorf("%d %q", got, dest)
	}
}
