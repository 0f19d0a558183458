// Command mount mounts an NFS export without the kernel's NFS client. Put in
// place of /sbin/mount.nfs and /sbin/mount.nfs4, it is what mount(8) and the
// kubelet run: a FUSE file system over NFS version 3 (RFC 1813), whatever
// version is asked for.
//
// What differs from the kernel's client:
//   - locks (flock, fcntl) hold within one mount only: there is no NLM;
//   - permissions are checked on this side by mode, owner and group before the
//     server checks them: an export with all_squash needs matching modes;
//   - no extended attributes, no access control lists, no devices are made;
//   - if this process dies, the mount answers ENOTCONN until it is unmounted.
//
// As with the kernel's client, calls wait for a server that is away (hard, the
// default), and so does umount(8), which asks for the file system's size, but
// not umount --lazy. This process stays after an unmount until the server has
// all data.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

// Exit codes of mount(8).
const (
	exitUsage = 1
	exitFail  = 32
)

const (
	daemonEnv = "MOUNT_NFS_DAEMON" // set in the process that serves the file system
	kernelLog = "/dev/kmsg"
	maxIO     = 1 << 20 // bytes of one FUSE read or write, the most that Linux takes
	maxAsync  = 64      // requests that no process waits for
)

// logf writes to the kernel's log, as the kernel's own client does.
func logf(format string, args ...any) {
	if f, err := os.OpenFile(kernelLog, os.O_WRONLY, 0); err == nil {
		fmt.Fprintf(f, "<4>nfs: "+format+"\n", args...)
		f.Close()
	}
}

func main() {
	o, err := parse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "mount.nfs:", err)
		os.Exit(exitUsage)
	}
	switch {
	case o.fake:
	case os.Getenv(daemonEnv) != "":
		os.Exit(serve(o, os.NewFile(3, "report")))
	default:
		if err := daemonise(); err != nil {
			fmt.Fprintf(os.Stderr, "mount.nfs: %v for %s on %s\n", err, o.source, o.dir)
			os.Exit(exitFail)
		}
	}
}

// daemonise runs this command again in the background and waits for its report.
// The daemon keeps none of our files open: the kubelet waits for the end of its
// helper's output, and others leave pipes open in their children.
func daemonise() error {
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	if err := unix.CloseRange(3, 1<<31-1, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		return fmt.Errorf("close_range: %w", err)
	}
	self, err := os.Executable() // not /proc/self/exe, or ps(1) would show "exe"
	if err != nil {
		return err
	}
	cmd := exec.Command(self, os.Args[1:]...)
	cmd.Args[0] = os.Args[0]
	cmd.Dir, cmd.Env = "/", append(os.Environ(), daemonEnv+"=1")
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	w.Close()
	report, err := io.ReadAll(r)
	switch {
	case err != nil:
		return err
	case string(report) == "ok":
		return nil
	case len(report) == 0:
		return errors.New("the file system daemon died (see the kernel's log)")
	}
	return errors.New(string(report))
}

// serve mounts the file system, reports how that went, and serves it until it is
// unmounted and everything written is with the server. It returns the exit code.
func serve(o *options, report *os.File) int {
	if f, err := os.OpenFile(kernelLog, os.O_WRONLY, 0); err == nil {
		debug.SetCrashOutput(f, debug.CrashOptions{}) // there is no other place to read a panic
		f.Close()
	}
	server, m, err := mountFS(o)
	if err != nil {
		fmt.Fprint(report, err)
		return exitFail
	}
	fmt.Fprint(report, "ok")
	report.Close()
	server.Wait()
	m.finish(context.Background())
	return 0
}

func mountFS(o *options) (*fuse.Server, *mount, error) {
	ctx := context.Background()
	c, fh, info, err := attach(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	m := newMount(c, o, info)
	root := m.node(fh)
	attr, errno := root.getattr(ctx, authUnix(0, 0, nil))
	if errno != 0 {
		return nil, nil, fmt.Errorf("asking for the root's attributes: %w", errno)
	}
	id := stable(&attr, fh)
	server, err := fs.Mount(o.dir, root, &fs.Options{
		AttrTimeout: &o.attrTime, EntryTimeout: &o.entryTime,
		NullPermissions: true, // mode 0 is a mode
		RootStableAttr:  &id,
		MountOptions: fuse.MountOptions{
			FsName: o.source, Name: "nfs",
			// Names in the kernel's cache must not open what the directory's
			// mode forbids: hence default_permissions. Locks are the kernel's.
			AllowOther: true, Options: []string{"default_permissions"},
			DirectMountStrict: true, DirectMountFlags: o.flags,
			MaxWrite: maxIO, MaxReadAhead: maxIO, MaxBackground: maxAsync,
			DisableXAttrs: true, IgnoreSecurityLabels: true, DisableReadDirPlus: true,
		},
	})
	return server, m, err
}
