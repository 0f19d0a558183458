package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const usage = "usage: mount.nfs SERVER:/PATH DIR [-fnrsvw] [-t TYPE] [-o OPTIONS]"

// options is a mount as asked for by the command line.
type options struct {
	source          string // as given: SERVER:/PATH
	server, path    string
	dir             string // absolute
	port, mountPort uint32 // 0: ask the portmapper
	anyPort         bool   // connect from any local port
	rsize, wsize    uint32 // bytes, at most what the server allows
	timeo           time.Duration
	retrans         uint64
	soft            bool   // fail calls with EIO after limit()
	how             uint32 // stable_how of WRITE: unstable or fileSync
	attrTime        time.Duration
	entryTime       time.Duration
	flags           uintptr // of mount(2)
	fake            bool    // do everything but the mount
	sloppy          bool    // ignore options that are not known
}

// limit is how long a call is tried: for ever, or on a soft mount the first
// time and retrans times more (nfs(5)).
func (o *options) limit() time.Duration {
	if !o.soft {
		return 0
	}
	return o.timeo * time.Duration(o.retrans+1)
}

// mountFlags are the options that only mount(2) acts on, with their opposites:
// of two the last one holds, as in mount(8).
var mountFlags = map[string]struct{ set, clear uintptr }{
	"ro": {set: syscall.MS_RDONLY}, "rw": {clear: syscall.MS_RDONLY},
	"nosuid": {set: syscall.MS_NOSUID}, "suid": {clear: syscall.MS_NOSUID},
	"nodev": {set: syscall.MS_NODEV}, "dev": {clear: syscall.MS_NODEV},
	"noexec": {set: syscall.MS_NOEXEC}, "exec": {clear: syscall.MS_NOEXEC},
	"noatime": {set: syscall.MS_NOATIME}, "atime": {clear: syscall.MS_NOATIME},
	"nodiratime": {set: syscall.MS_NODIRATIME}, "diratime": {clear: syscall.MS_NODIRATIME},
	"relatime": {set: syscall.MS_RELATIME}, "norelatime": {clear: syscall.MS_RELATIME},
	"strictatime": {set: syscall.MS_STRICTATIME}, "nostrictatime": {clear: syscall.MS_STRICTATIME},
	"dirsync": {set: syscall.MS_DIRSYNC},
}

// ignored are options of mount(8) and nfs(5) that hold anyway (tcp, hard
// without soft, nolock: locks never leave the machine) or ask for something
// that nothing here has (caches, version 4). What would be wrong to ignore is
// handled in set or refused.
var ignored = words(`v3 v4 v4.0 v4.1 v4.2 minorversion clientaddr
	defaults auto noauto user nouser users group owner _netdev nofail async silent loud iversion noiversion lazytime nolazytime
	intr nointr bg fg retry tcp mountproto mountvers nconnect max_connect trunkdiscovery notrunkdiscovery namlen
	lock nolock local_lock cto nocto acl noacl rdirplus nordirplus ac acregmax acdirmin acdirmax fsc nofsc
	sharecache nosharecache migration nomigration posix noposix softreval nosoftreval`)

// valued are options of which only these values can be had.
var valued = map[string]map[string]bool{
	"vers":        words("3 4 4.0 4.1 4.2"), // version 3 is spoken in any case: see main.go
	"nfsvers":     words("3 4 4.0 4.1 4.2"),
	"sec":         words("sys"),
	"proto":       words("tcp tcp6"),
	"xprtsec":     words("none"),
	"lookupcache": words("all pos positive none"),
}

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, word := range strings.Fields(text) {
		set[word] = true
	}
	return set
}

// parse reads the command line that mount(8) gives its helpers (section
// EXTERNAL HELPERS): SOURCE DIR [-sfnv] [-N NAMESPACE] [-o OPTIONS] [-t TYPE].
func parse(arguments []string) (*options, error) {
	o := &options{
		timeo: time.Minute, retrans: 2, // the defaults of nfs(5) over TCP
		rsize: 1 << 20, wsize: 1 << 20,
		attrTime: time.Second, entryTime: time.Second, // less than nfs(5)'s 3 s: a server nearby is cheap to ask
		flags: syscall.MS_RELATIME, // what mount(2) does anyway; go-fuse would turn 0 into nosuid,nodev
	}
	names, opts, err := o.scan(arguments)
	if err != nil {
		return nil, err
	}
	if len(names) != 2 {
		return nil, errors.New(usage)
	}
	o.source = names[0]
	host, path, ok := strings.Cut(o.source, ":/")
	if !ok || host == "" {
		return nil, fmt.Errorf("source %q: must be SERVER:/PATH", o.source)
	}
	o.server, o.path = strings.Trim(host, "[]"), "/"+path
	if o.dir, err = filepath.Abs(names[1]); err != nil {
		return nil, err
	}
	for _, opt := range opts {
		if err := o.set(opt); err != nil {
			return nil, fmt.Errorf("option %q: %w", opt, err)
		}
	}
	return o, nil
}

// scan takes the command line apart.
func (o *options) scan(arguments []string) (names, opts []string, err error) {
	for i := 0; i < len(arguments); i++ {
		a := arguments[i]
		switch {
		case a == "-o" || a == "-t":
			if i++; i == len(arguments) {
				return nil, nil, fmt.Errorf("flag %s: needs a value; %s", a, usage)
			}
			if a == "-o" {
				opts = append(opts, strings.Split(arguments[i], ",")...)
			}
		case len(a) > 1 && a[0] == '-':
			for _, flag := range a[1:] {
				switch flag {
				case 'f':
					o.fake = true
				case 's':
					o.sloppy = true
				case 'r':
					opts = append(opts, "ro")
				case 'w':
					opts = append(opts, "rw")
				case 'n', 'v': // there is no /etc/mtab to leave out, and little to say
				default:
					return nil, nil, fmt.Errorf("flag -%c: not known; %s", flag, usage)
				}
			}
		default:
			names = append(names, a)
		}
	}
	return names, opts, nil
}

// set takes in one option.
func (o *options) set(opt string) error {
	key, value, _ := strings.Cut(opt, "=")
	if values, ok := valued[key]; ok {
		if !values[value] {
			return fmt.Errorf("must be %s", strings.Join(slices.Sorted(maps.Keys(values)), " or "))
		}
		if key == "lookupcache" && value == "none" {
			o.entryTime = 0
		}
		return nil
	}
	if flag, ok := mountFlags[key]; ok {
		o.flags = o.flags&^flag.clear | flag.set
		return nil
	}
	switch key {
	case "port":
		return number(value, 1, math.MaxUint16, func(n uint64) { o.port = uint32(n) })
	case "mountport":
		return number(value, 1, math.MaxUint16, func(n uint64) { o.mountPort = uint32(n) })
	case "rsize":
		return number(value, 0, math.MaxUint32, func(n uint64) { o.rsize = clampSize(n) })
	case "wsize":
		return number(value, 0, math.MaxUint32, func(n uint64) { o.wsize = clampSize(n) })
	case "timeo": // tenths of a second; below one second every hiccup would reconnect
		return number(value, 1, 6000, func(n uint64) { o.timeo = max(time.Duration(n)*time.Second/10, time.Second) })
	case "retrans":
		return number(value, 0, 1000, func(n uint64) { o.retrans = n })
	case "actimeo", "acregmin":
		return number(value, 0, 86400, func(n uint64) {
			o.attrTime = time.Duration(n) * time.Second
			o.entryTime = min(o.entryTime, o.attrTime)
		})
	case "noac": // nfs(5): also makes writes synchronous
		o.attrTime, o.entryTime, o.how = 0, 0, fileSync
	case "sync":
		o.how = fileSync
	case "soft", "softerr":
		o.soft = true
	case "hard":
		o.soft = false
	case "resvport":
		o.anyPort = false
	case "noresvport":
		o.anyPort = true
	case "sloppy":
		o.sloppy = true
	case "", "comment": // "a,,b", and fstab(5)'s comment=
	default:
		if !ignored[key] && !strings.HasPrefix(key, "x-") && !strings.HasPrefix(key, "X-") && !o.sloppy {
			return errors.New("not known or not supported: leave it out, or give -s to ignore such options")
		}
	}
	return nil
}

// clampSize keeps a transfer size within what nfs(5) says: 1,024 bytes to 1 MiB
// in steps of 1,024, and 4,096 for anything below the least.
func clampSize(n uint64) uint32 {
	if n < 1024 {
		return 4096
	}
	return uint32(min(n, 1<<20) &^ 1023)
}

func number(text string, least, most uint64, store func(uint64)) error {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n < least || n > most {
		return fmt.Errorf("must be a whole number from %d to %d", least, most)
	}
	store(n)
	return nil
}
