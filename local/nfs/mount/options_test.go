package main

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	base := options{
		source: "server:/export", server: "server", path: "/export", dir: "/mnt",
		rsize: 1 << 20, wsize: 1 << 20, timeo: time.Minute, retrans: 2,
		attrTime: time.Second, entryTime: time.Second, flags: syscall.MS_RELATIME,
	}
	for _, test := range []struct {
		args string
		want func(o *options)
	}{
		{"server:/export /mnt", func(o *options) {}},
		{"server:/export /mnt -o rw,nfsvers=4.1,hard,proto=tcp,_netdev,x-systemd.automount,,comment=x", func(o *options) {}},
		{"[2001:db8::1]:/a/b /mnt -t nfs4 -nv", func(o *options) { o.source, o.server, o.path = "[2001:db8::1]:/a/b", "2001:db8::1", "/a/b" }},
		{"server:/export /mnt -o ro,nosuid,nodev,noexec,noatime", func(o *options) {
			o.flags = syscall.MS_RELATIME | syscall.MS_RDONLY | syscall.MS_NOSUID | syscall.MS_NODEV | syscall.MS_NOEXEC | syscall.MS_NOATIME
		}},
		{"server:/export /mnt -o ro,rw,nosuid,suid", func(o *options) {}},
		{"server:/export /mnt -r", func(o *options) { o.flags |= syscall.MS_RDONLY }},
		{"server:/export /mnt -fs -o nonsense=1", func(o *options) { o.fake, o.sloppy = true, true }},
		{"server:/export /mnt -o port=2049,mountport=20048,noresvport", func(o *options) { o.port, o.mountPort, o.anyPort = 2049, 20048, true }},
		{"server:/export /mnt -o noresvport,resvport", func(o *options) {}},
		{"server:/export /mnt -o rsize=5000,wsize=1", func(o *options) { o.rsize, o.wsize = 4096, 4096 }},
		{"server:/export /mnt -o rsize=8388608,wsize=65536", func(o *options) { o.rsize, o.wsize = 1<<20, 1<<16 }},
		{"server:/export /mnt -o soft,timeo=50,retrans=1", func(o *options) { o.soft, o.timeo, o.retrans = true, 5*time.Second, 1 }},
		{"server:/export /mnt -o soft,hard,timeo=1", func(o *options) { o.timeo = time.Second }},
		{"server:/export /mnt -o actimeo=30", func(o *options) { o.attrTime = 30 * time.Second }},
		{"server:/export /mnt -o actimeo=0", func(o *options) { o.attrTime, o.entryTime = 0, 0 }},
		{"server:/export /mnt -o noac", func(o *options) { o.attrTime, o.entryTime, o.how = 0, 0, fileSync }},
		{"server:/export /mnt -o lookupcache=none", func(o *options) { o.entryTime = 0 }},
		{"server:/export /mnt -o sync -o dirsync", func(o *options) { o.how, o.flags = fileSync, o.flags|syscall.MS_DIRSYNC }},
	} {
		want := base
		test.want(&want)
		got, err := parse(strings.Fields(test.args))
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
		} else if !reflect.DeepEqual(*got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", test.args, *got, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for args, want := range map[string]string{
		"":                               usage,
		"server:/export":                 usage,
		"server:/export /mnt more":       usage,
		"server:/export /mnt -o":         "flag -o: needs a value; " + usage,
		"server:/export /mnt -x":         "flag -x: not known; " + usage,
		"server:/export /mnt -N /ns":     "flag -N: not known; " + usage,
		"export /mnt":                    `source "export": must be SERVER:/PATH`,
		":/export /mnt":                  `source ":/export": must be SERVER:/PATH`,
		"s:/e /mnt -o vers=2":            `option "vers=2": must be 3 or 4 or 4.0 or 4.1 or 4.2`,
		"s:/e /mnt -o nfsvers=42":        `option "nfsvers=42": must be 3 or 4 or 4.0 or 4.1 or 4.2`,
		"s:/e /mnt -o sec=krb5":          `option "sec=krb5": must be sys`,
		"s:/e /mnt -o proto=udp":         `option "proto=udp": must be tcp or tcp6`,
		"s:/e /mnt -o xprtsec=tls":       `option "xprtsec=tls": must be none`,
		"s:/e /mnt -o lookupcache=never": `option "lookupcache=never": must be all or none or pos or positive`,
		"s:/e /mnt -o port=0":            `option "port=0": must be a whole number from 1 to 65535`,
		"s:/e /mnt -o mountport=65536":   `option "mountport=65536": must be a whole number from 1 to 65535`,
		"s:/e /mnt -o rsize=many":        `option "rsize=many": must be a whole number from 0 to 4294967295`,
		"s:/e /mnt -o timeo":             `option "timeo": must be a whole number from 1 to 6000`,
		"s:/e /mnt -o retrans=-1":        `option "retrans=-1": must be a whole number from 0 to 1000`,
		"s:/e /mnt -o actimeo=90000":     `option "actimeo=90000": must be a whole number from 0 to 86400`,
		"s:/e /mnt -o udp":               `option "udp": not known or not supported: leave it out, or give -s to ignore such options`,
		"s:/e /mnt -o remount,ro":        `option "remount": not known or not supported: leave it out, or give -s to ignore such options`,
	} {
		_, err := parse(strings.Fields(args))
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", args, err, want)
		}
	}
}

func TestLimit(t *testing.T) {
	for opts, want := range map[string]time.Duration{"hard": 0, "soft": 3 * time.Minute, "soft,timeo=100,retrans=0": 10 * time.Second} {
		o, err := parse([]string{"s:/e", "/mnt", "-o", opts})
		if err != nil || o.limit() != want {
			t.Errorf("%s: %v %v, want %v", opts, o.limit(), err, want)
		}
	}
}

// commandEnv makes the test program behave as the command.
const commandEnv = "MOUNT_NFS_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestExitCodes(t *testing.T) {
	port := newFakeServer(t).ln.Addr().String()
	port = port[strings.LastIndex(port, ":")+1:]
	for _, test := range []struct {
		args   string
		code   int
		stderr string
	}{
		{"server:/export", exitUsage, "mount.nfs: " + usage + "\n"},
		{"server:/export /mnt -o port=x", exitUsage, "mount.nfs: option \"port=x\": must be a whole number from 1 to 65535\n"},
		{"server:/export /mnt -f", 0, ""},
		{"127.0.0.1:/export /mnt -o noresvport,mountport=1", exitFail,
			"mount.nfs: mount service: dial tcp 127.0.0.1:1: connect: connection refused for 127.0.0.1:/export on /mnt\n"},
		{"127.0.0.1:/other /mnt -o noresvport,mountport=" + port, exitFail,
			"mount.nfs: mounting failed, reason given by server: permission denied for 127.0.0.1:/other on /mnt\n"},
		{"127.0.0.1:/export /none -o noresvport,mountport=" + port + ",port=1", exitFail,
			"mount.nfs: NFS service: dial tcp 127.0.0.1:1: connect: connection refused for 127.0.0.1:/export on /none\n"},
	} {
		cmd := exec.Command("/proc/self/exe", strings.Fields(test.args)...)
		var stderr strings.Builder
		cmd.Env, cmd.Stderr = append(os.Environ(), commandEnv+"=1"), &stderr
		cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != test.code || stderr.String() != test.stderr {
			t.Errorf("%s: exit code %d, want %d; %q, want %q", test.args, code, test.code, stderr.String(), test.stderr)
		}
	}
}
