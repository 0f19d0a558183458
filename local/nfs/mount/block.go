package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

var (
	errKilled  = errors.New("calling process was killed")
	errTimeout = errors.New("no answer in time")
	errLost    = errors.New("connection lost")
)

// A call whose process got a signal, or that takes long, looks this often
// whether anybody still waits for it.
const (
	patience = time.Second
	killPoll = 200 * time.Millisecond
)

// block waits for a value on ready. It returns errKilled when the process that
// made the call was killed or is exiting, errTimeout after limit (0 is never)
// and errLost when dead is closed.
//
// A hard mount waits for its server for ever, but a killed process must still
// die, as with the kernel's client since Linux 2.6.25 (TASK_KILLABLE). FUSE
// passes every signal on, so the deadly ones are told apart here. None comes to
// a process that is on its way out and closes its files: it is looked for.
func block[T any](ctx context.Context, ready <-chan T, dead <-chan struct{}, limit time.Duration) (v T, err error) {
	select {
	case v = <-ready: // also when the caller is gone: its locks still have to be given back
		return v, nil
	default:
	}
	var over <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		over = timer.C
	}
	signalled, poll := ctx.Done(), time.After(patience)
	for {
		select {
		case v = <-ready:
			return v, nil
		case <-dead:
			return v, errLost
		case <-over:
			return v, errTimeout
		case <-signalled:
			signalled = nil
		case <-poll:
		}
		if killed(ctx) {
			return v, errKilled
		}
		poll = time.After(killPoll)
	}
}

// pause sleeps for d, or until the calling process is killed.
func pause(ctx context.Context, d time.Duration) error {
	if _, err := block[struct{}](ctx, nil, nil, d); err != errTimeout {
		return err
	}
	return nil
}

// killed says whether the calling process is gone, has a SIGKILL pending, into
// which the kernel also turns other deadly signals, or is exiting: then it is
// closing its files and sees no result, and RELEASE will do what is to be done.
func killed(ctx context.Context) bool {
	caller, ok := fuse.FromContext(ctx)
	if !ok || caller.Pid == 0 {
		// RELEASE and writeback have no process (pid 0): what they carry is
		// the data of one that is gone, and must arrive even when go-fuse
		// cancels all requests at unmount.
		return false
	}
	const killBit, exiting = 1 << (syscall.SIGKILL - 1), 0x4 // PF_EXITING of linux/sched.h
	for _, field := range []string{"SigPnd:", "ShdPnd:"} {
		v, err := strconv.ParseUint(strings.Join(procStatus(caller.Pid, field), ""), 16, 64)
		if err != nil || v&killBit != 0 {
			return true
		}
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", caller.Pid))
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if err != nil || len(fields) < 7 {
		return true
	}
	flags, err := strconv.ParseUint(fields[6], 10, 64) // field 9 of proc(5), the first after the name being 3
	return err != nil || flags&exiting != 0
}

// procStatus returns the values of one line of /proc/PID/status.
func procStatus(pid uint32, field string) []string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field); ok {
			return strings.Fields(rest)
		}
	}
	return nil
}

// lock is a mutex whose waiters die with the process they wait for. It is held
// over calls that a lost server may block for hours.
type lock chan struct{}

func newLock() lock {
	l := make(lock, 1)
	l <- struct{}{}
	return l
}

// acquire takes the lock; EINTR says that the caller was killed meanwhile.
func (l lock) acquire(ctx context.Context) syscall.Errno {
	if _, err := block(ctx, l, nil, 0); err != nil {
		return syscall.EINTR
	}
	return 0
}

func (l lock) release() { l <- struct{}{} }
