package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	names    = 8       // files of one worker, so that they meet often
	maxOpen  = 7       // of them at a time
	maxFile  = 2 << 20 // bytes, about: writes start below
	maxRead  = 200000
	fileMode = 0o644
	settle   = 10 * time.Second // for hidden files to go after the last close
)

// pair is a file open in both folders.
type pair struct{ a, b *os.File }

// worker does its operations in folder a and in its mirror b.
type worker struct {
	a, b string
	rand *rand.Rand
	open []pair
}

func newWorker(a, b string, seed, number uint64) *worker {
	return &worker{a: a, b: b, rand: rand.New(rand.NewPCG(seed, number))}
}

// run makes ops operations, and then compares open and closed files.
func (w *worker) run(ops int, p *progress) error {
	for _, dir := range []string{w.a, w.b} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			return err
		}
	}
	for i := range ops {
		if err := w.operation(); err != nil {
			return fmt.Errorf("operation %d: %w", i, err)
		}
		p.step()
	}
	for _, f := range w.open {
		if err := sameContent(f); err != nil {
			return err
		}
		if err := same("close", f.a.Close(), f.b.Close()); err != nil {
			return err
		}
	}
	return w.compare()
}

// same checks that both sides succeeded or both failed.
func same(what string, a, b error) error {
	if (a == nil) != (b == nil) {
		return differ("%s: %v, but %v in the mirror", what, a, b)
	}
	return nil
}

func (w *worker) operation() error {
	kind := w.rand.IntN(100)
	if len(w.open) == 0 && kind >= 15 && kind < 87 {
		kind = 0
	}
	switch {
	case kind < 15:
		return w.openFile()
	case kind < 50:
		return w.write(w.pick())
	case kind < 75:
		return w.read(w.pick())
	case kind < 82:
		f, size := w.pick(), w.rand.Int64N(maxFile)
		return same("truncate", f.a.Truncate(size), f.b.Truncate(size))
	case kind < 87:
		f := w.pick()
		return same("fsync", f.a.Sync(), f.b.Sync())
	case kind < 91:
		return w.both2("rename", os.Rename)
	case kind < 94:
		return w.both("remove", os.Remove)
	case kind < 96:
		return w.both2("link", os.Link)
	case kind < 98:
		mode := []os.FileMode{0o600, 0o644, 0o666}[w.rand.IntN(3)]
		return w.both("chmod", func(path string) error { return os.Chmod(path, mode) })
	case kind < 99:
		return w.stat()
	}
	return w.list()
}

func (w *worker) pick() pair { return w.open[w.rand.IntN(len(w.open))] }

func (w *worker) name() string { return fmt.Sprint("f", w.rand.IntN(names)) }

// both does something to one name on both sides.
func (w *worker) both(what string, do func(path string) error) error {
	name := w.name()
	return same(what+" "+name, do(filepath.Join(w.a, name)), do(filepath.Join(w.b, name)))
}

// both2 does something to two names on both sides.
func (w *worker) both2(what string, do func(from, to string) error) error {
	from, to := w.name(), w.name()
	return same(what+" "+from+" "+to,
		do(filepath.Join(w.a, from), filepath.Join(w.a, to)),
		do(filepath.Join(w.b, from), filepath.Join(w.b, to)))
}

// openFile opens one more file, and closes another if there are enough.
func (w *worker) openFile() error {
	if len(w.open) == maxOpen {
		i := w.rand.IntN(len(w.open))
		f := w.open[i]
		w.open = append(w.open[:i], w.open[i+1:]...)
		if err := same("close", f.a.Close(), f.b.Close()); err != nil {
			return err
		}
	}
	name := w.name()
	flags := os.O_RDWR | []int{0, os.O_CREATE, os.O_CREATE | os.O_TRUNC, os.O_CREATE | os.O_EXCL, os.O_CREATE | os.O_APPEND}[w.rand.IntN(5)]
	a, errA := os.OpenFile(filepath.Join(w.a, name), flags, fileMode)
	b, errB := os.OpenFile(filepath.Join(w.b, name), flags, fileMode)
	if err := same("open "+name, errA, errB); err != nil || errA != nil {
		return err
	}
	w.open = append(w.open, pair{a, b})
	return nil
}

func (w *worker) write(f pair) error {
	buf := make([]byte, 1+w.rand.IntN([]int{100, 5000, 70000, 1500000}[w.rand.IntN(4)]))
	for i := range buf {
		buf[i] = byte(w.rand.Uint32())
	}
	off := w.rand.Int64N(maxFile)
	_, errA := f.a.WriteAt(buf, off)
	_, errB := f.b.WriteAt(buf, off)
	if errA != nil && errB != nil { // os refuses WriteAt on O_APPEND
		_, errA = f.a.Write(buf)
		_, errB = f.b.Write(buf)
	}
	return same("write "+f.a.Name(), errA, errB)
}

func (w *worker) read(f pair) error {
	a := make([]byte, 1+w.rand.IntN(maxRead))
	b := make([]byte, len(a))
	off := w.rand.Int64N(maxFile)
	n, errA := f.a.ReadAt(a, off)
	m, errB := f.b.ReadAt(b, off)
	if !bytes.Equal(a[:n], b[:m]) {
		return differ("read %s at %d: other content, or %d bytes for %d", f.a.Name(), off, n, m)
	}
	return same("read "+f.a.Name(), errA, errB)
}

// stat compares what a program sees of a name.
func (w *worker) stat() error {
	name := w.name()
	a, errA := os.Stat(filepath.Join(w.a, name))
	b, errB := os.Stat(filepath.Join(w.b, name))
	if err := same("stat "+name, errA, errB); err != nil || errA != nil {
		return err
	}
	if a.Size() != b.Size() || a.Mode() != b.Mode() {
		return differ("stat %s: size %d mode %v, but %d %v in the mirror", name, a.Size(), a.Mode(), b.Size(), b.Mode())
	}
	return nil
}

// list compares the names of both folders, but those of removed open files.
func (w *worker) list() error {
	var lists [2][]string
	for i, dir := range []string{w.a, w.b} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return differ("list %s: %v", dir, err)
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), ".nfs") {
				lists[i] = append(lists[i], e.Name())
			}
		}
	}
	if a, b := fmt.Sprint(lists[0]), fmt.Sprint(lists[1]); a != b {
		return differ("names %s, but %s in the mirror", a, b)
	}
	return nil
}

func sameContent(f pair) error {
	contents := [2][]byte{}
	for i, file := range []*os.File{f.a, f.b} {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return err
		}
		content, err := io.ReadAll(file)
		if err != nil {
			return differ("read %s: %v", file.Name(), err)
		}
		contents[i] = content
	}
	if !bytes.Equal(contents[0], contents[1]) {
		return differ("open file %s has other content (%d bytes for %d)", f.a.Name(), len(contents[0]), len(contents[1]))
	}
	return nil
}

// compare compares all files, and that nothing hidden stays behind.
func (w *worker) compare() error {
	if err := w.list(); err != nil {
		return err
	}
	for i := range names {
		name := fmt.Sprint("f", i)
		a, errA := os.ReadFile(filepath.Join(w.a, name))
		b, errB := os.ReadFile(filepath.Join(w.b, name))
		if err := same("read "+name, errA, errB); err != nil {
			return err
		}
		if !bytes.Equal(a, b) {
			return differ("%s has other content (%d bytes for %d)", name, len(a), len(b))
		}
	}
	for end := time.Now().Add(settle); ; time.Sleep(10 * time.Millisecond) { // RELEASE is asynchronous
		hidden, err := filepath.Glob(filepath.Join(w.a, ".nfs*"))
		if err != nil || len(hidden) == 0 {
			return err
		}
		if time.Now().After(end) {
			return differ("%s still there %v after the last close", hidden[0], settle)
		}
	}
}
