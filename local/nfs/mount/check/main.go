// Command check does the same random operations in two folders and compares
// what they give: one on the file system to be checked, one on a local disk.
//
//	check [flags] FOLDER MIRROR
//
// Both must be empty. Every tenth of the way it prints a line "N% done", after
// which a script may kill the server. The same seed gives the same operations.
// Exit codes: 0 no difference, 1 a difference, 2 the check could not be made or
// took longer than -timeout.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

const (
	exitDifferent = 1
	exitFailed    = 2
)

// difference is an error that says how the two folders differ.
type difference struct{ text string }

func (d difference) Error() string { return d.text }

func differ(format string, args ...any) error { return difference{fmt.Sprintf(format, args...)} }

// progress counts operations and prints each tenth.
type progress struct {
	done  atomic.Int64
	total int64
}

func (p *progress) step() {
	if n := p.done.Add(1); p.total >= 10 && n%(p.total/10) == 0 {
		fmt.Printf("%d%% done\n", n*100/p.total)
	}
}

func main() {
	ops := flag.Int("ops", 2000, "operations of each worker")
	workers := flag.Int("workers", 4, "workers, each in a subfolder of its own")
	seed := flag.Uint64("seed", uint64(time.Now().UnixNano()), "of the random numbers; the default is the time")
	timeout := flag.Duration("timeout", 5*time.Minute, "give up after this long")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: check [flags] FOLDER MIRROR")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() != 2 || *ops < 1 || *workers < 1 {
		flag.Usage()
		os.Exit(exitFailed)
	}
	time.AfterFunc(*timeout, func() {
		fmt.Fprintf(os.Stderr, "check: not done after %v (seed %d)\n", *timeout, *seed)
		os.Exit(exitFailed)
	})
	start := time.Now()
	if err := run(flag.Arg(0), flag.Arg(1), *workers, *ops, *seed); err != nil {
		fmt.Fprintf(os.Stderr, "check: %v (seed %d)\n", err, *seed)
		if errors.As(err, new(difference)) {
			os.Exit(exitDifferent)
		}
		os.Exit(exitFailed)
	}
	fmt.Printf("0 differences in %d operations, %.1f s, seed %d\n", *workers**ops, time.Since(start).Seconds(), *seed)
}

// run has all workers at work and returns the first error.
func run(folder, mirror string, workers, ops int, seed uint64) error {
	p := &progress{total: int64(workers * ops)}
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for i := range workers {
		name := fmt.Sprint("worker", i)
		w := newWorker(filepath.Join(folder, name), filepath.Join(mirror, name), seed, uint64(i))
		wg.Go(func() {
			if errs[i] = w.run(ops, p); errs[i] != nil {
				errs[i] = fmt.Errorf("%s: %w", name, errs[i])
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
