package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"

	"github.com/willscott/go-nfs-client/nfs"
)

const rootHandle = "root"

// fakeFile is a file, directory or link of a fakeServer.
type fakeFile struct {
	kind, mode, nlink uint32
	id                uint64
	disk, data        []byte // on stable storage; as seen now
	kids              map[string]string
	target            string
	made              uint64 // the verifier of an exclusive CREATE
	changes           uint32 // its mtime
}

func (f *fakeFile) attr() nfs.PostOpAttr {
	return nfs.PostOpAttr{IsSet: true, Attr: nfs.Fattr{Type: f.kind, FileMode: f.mode, Nlink: f.nlink, Fileid: f.id,
		Filesize: uint64(len(f.data)), Mtime: nfs.NFS3Time{Seconds: f.changes}}}
}

func resize(b []byte, size int) []byte {
	if size <= len(b) {
		return bytes.Clone(b[:size])
	}
	return append(bytes.Clone(b), make([]byte, size-len(b))...)
}

func writeAt(b []byte, off int, data []byte) []byte {
	b = resize(b, max(len(b), off+len(data)))
	copy(b[off:], data)
	return b
}

// execute decodes the arguments of a call and encodes its status and results.
// s.mu is held. As from many a server, attributes come with few replies.
func (s *fakeServer) execute(call fakeCall, r *bytes.Reader, w *bytes.Buffer) {
	none, wcc := nfs.PostOpAttr{}, nfs.WccData{}
	if call.prog == nfs.MountProg {
		var path string
		if get(r, &path); path != "/export" {
			put(w, uint32(nfs.MNT3ErrAcces))
			return
		}
		put(w, uint32(0), []byte(rootHandle), []uint32{1})
		return
	}
	var fh []byte
	if get(r, &fh); s.files[string(fh)] == nil {
		put(w, uint32(nfs.NFS3ErrStale))
		return
	}
	f := s.files[string(fh)]
	switch call.proc {
	case nfs.NFSProc3GetAttr:
		put(w, uint32(0), f.attr().Attr)
	case nfs.NFSProc3SetAttr:
		var a nfs.Sattr3
		if get(r, &a); a.Size.SetIt {
			f.data, f.disk = resize(f.data, int(a.Size.Size)), resize(f.disk, int(a.Size.Size))
		}
		if a.Mode.SetIt {
			f.mode = a.Mode.Mode
		}
		f.changes++
		put(w, uint32(0), nfs.WccData{After: f.attr()})
	case nfs.NFSProc3Access:
		var rights uint32
		get(r, &rights)
		put(w, uint32(0), none, rights&^s.denied)
	case nfs.NFSProc3Lookup:
		var name string
		if get(r, &name); f.kids[name] == "" {
			put(w, uint32(nfs.NFS3ErrNoEnt))
			return
		}
		put(w, uint32(0), []byte(f.kids[name]), none)
	case nfs.NFSProc3Readlink:
		put(w, uint32(0), none, f.target)
	case nfs.NFSProc3Read:
		var off uint64
		var count uint32
		get(r, &off, &count)
		from := min(off, uint64(len(f.data)))
		to := min(from+uint64(count), uint64(len(f.data)))
		put(w, uint32(0), none, uint32(to-from), to == uint64(len(f.data)), f.data[from:to])
	case nfs.NFSProc3Write:
		var off uint64
		var count, how uint32
		var data []byte
		get(r, &off, &count, &how, &data)
		f.data = writeAt(f.data, int(off), data)
		if how == fileSync {
			f.disk = writeAt(f.disk, int(off), data)
		}
		f.changes++
		put(w, uint32(0), wcc, count, how, s.verf)
	case nfs.NFSProc3Commit:
		f.disk = bytes.Clone(f.data)
		put(w, uint32(0), wcc, s.verf)
	case nfs.NFSProc3FSInfo:
		put(w, uint32(0), nfs.FSInfo{RTMax: 4096, WTMax: 4096})
	case nfs.NFSProc3ReadDirPlus:
		s.readdir(f, r, w)
	default:
		s.names3(call.proc, f, string(fh), r, w)
	}
}

// readdir lists two names a call.
func (s *fakeServer) readdir(dir *fakeFile, r *bytes.Reader, w *bytes.Buffer) {
	var cookie, verf uint64
	get(r, &cookie, &verf)
	if cookie != 0 && verf != s.verf {
		put(w, uint32(nfs.NFS3ErrBadCookie))
		return
	}
	names := slices.Sorted(maps.Keys(dir.kids))[cookie:]
	put(w, uint32(0), nfs.PostOpAttr{}, s.verf)
	for i, name := range names[:min(2, len(names))] {
		put(w, true, nfs.EntryPlus{FileId: s.files[dir.kids[name]].id, FileName: name, Cookie: cookie + uint64(i) + 1})
	}
	put(w, false, len(names) <= 2)
}

// names3 executes the procedures that change directories.
func (s *fakeServer) names3(proc uint32, f *fakeFile, fh string, r *bytes.Reader, w *bytes.Buffer) {
	none, wcc := nfs.PostOpAttr{}, nfs.WccData{}
	var name string
	var dir *fakeFile
	if proc == procLink {
		var to []byte
		get(r, &to, &name)
		dir = s.files[string(to)]
	} else {
		get(r, &name)
		dir = f
	}
	there := dir.kids[name]
	if there != "" && slices.Contains([]uint32{nfs.NFSProc3Mkdir, nfs.NFSProc3Symlink, procLink}, proc) {
		put(w, uint32(nfs.NFS3ErrExist))
		return
	}
	if there == "" && slices.Contains([]uint32{nfs.NFSProc3Remove, nfs.NFSProc3RmDir, nfs.NFSProc3Rename}, proc) {
		put(w, uint32(nfs.NFS3ErrNoEnt))
		return
	}
	made := func(kid *fakeFile) {
		kid.id = uint64(len(s.calls)) + 100
		handle := fmt.Sprint("handle ", kid.id)
		s.files[handle], dir.kids[name] = kid, handle
		put(w, uint32(0), nfs.PostOpFH3{}, none) // no handle: it has to be looked up
	}
	switch proc {
	case nfs.NFSProc3Create:
		var how uint32
		var verf uint64
		var a nfs.Sattr3
		if get(r, &how); how == exclusive {
			get(r, &verf)
		} else {
			get(r, &a)
		}
		switch {
		case there != "" && how == exclusive && s.files[there].made == verf:
			put(w, uint32(0), nfs.PostOpFH3{}, none)
		case there != "":
			put(w, uint32(nfs.NFS3ErrExist))
		default:
			made(&fakeFile{kind: nfs.NF3Reg, mode: a.Mode.Mode, nlink: 1, made: verf})
		}
	case nfs.NFSProc3Mkdir:
		made(&fakeFile{kind: nfs.NF3Dir, kids: map[string]string{}})
	case nfs.NFSProc3Symlink:
		var a nfs.Sattr3
		var target string
		get(r, &a, &target)
		made(&fakeFile{kind: nfs.NF3Lnk, target: target})
	case procLink:
		dir.kids[name] = fh
		f.nlink++
		put(w, uint32(0), none, wcc)
	case nfs.NFSProc3Remove, nfs.NFSProc3RmDir:
		delete(dir.kids, name)
		if s.files[there].nlink--; proc == nfs.NFSProc3RmDir || s.files[there].nlink == 0 {
			delete(s.files, there)
		}
		put(w, uint32(0), wcc)
	case nfs.NFSProc3Rename:
		var to []byte
		var newName string
		get(r, &to, &newName)
		delete(dir.kids, name)
		s.files[string(to)].kids[newName] = there
		put(w, uint32(0), wcc, wcc)
	default:
		put(w, uint32(nfs.NFS3ErrNotSupp))
	}
}
