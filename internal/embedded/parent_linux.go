package embedded

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// dieWithParent has the kernel signal the child when the thread that started
// it ends; startChild keeps that thread alive for as long as the child lives.
func dieWithParent(attr *syscall.SysProcAttr, signal syscall.Signal) { attr.Pdeathsig = signal }

// zombie reports a process that has ended and waits to be collected.
func zombie(pid int) bool {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return false
	}
	// The name, in parentheses, may hold anything; the state follows it.
	stat := string(raw)
	return strings.HasPrefix(stat[strings.LastIndex(stat, ")")+1:], " Z")
}

// commandOf names the program of a process, "" if that cannot be told.
func commandOf(pid int) string {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}

// runsIn reports whether the live process may be the postmaster of cluster. A
// postmaster's working directory is its cluster; a process number that was
// given to somebody else after a crash is recognised by that.
func runsIn(pid int, cluster string) bool {
	if cwd, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "cwd")); err == nil {
		return cwd == cluster
	}
	switch commandOf(pid) {
	case "postgres", "postmaster", "":
		return true
	}
	return false
}
