// Command pause is the first process of every pod's sandbox: it holds the pod's
// namespaces until it is told to stop. Where pods share a process namespace it
// is process 1 there, and has to reap what other processes left behind; SIGTERM
// would not end a process 1 that does not ask for it (pid_namespaces(7)).
package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGCHLD)
	for s := range signals {
		if s != syscall.SIGCHLD {
			return
		}
		for pid := 1; pid > 0; { // one signal may stand for several children
			pid, _ = syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
		}
	}
}
