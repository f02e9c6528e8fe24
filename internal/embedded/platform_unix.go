//go:build linux || darwin || freebsd

package embedded

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

const (
	supported = true

	signalFast      = syscall.SIGINT
	signalImmediate = syscall.SIGQUIT
	signalKill      = syscall.SIGKILL

	// socketPathMax is what sun_path takes on the smallest of the systems
	// (Linux 107, the BSDs 103).
	socketPathMax = 103
)

// tryLock takes an exclusive flock without waiting.
func tryLock(file *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, err
		}
	}
}

// alive reports whether the process runs; one that has ended but was not
// collected by its parent does not.
func alive(pid int) bool {
	if pid <= 0 || zombie(pid) {
		return false
	}
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// killGroup ends a child together with the processes it started.
func killGroup(pid int) error { return syscall.Kill(-pid, syscall.SIGKILL) }

func ownerOf(info fs.FileInfo) (uid, gid uint32) {
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return st.Uid, st.Gid
	}
	return 0, 0
}

func outOfSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// volumeOf tells what the volume below dir has left for an ordinary user.
func volumeOf(dir string) (volume, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return volume{}, &os.PathError{Op: "statfs", Path: dir, Err: err}
	}
	size := uint64(st.Bsize)
	return volume{free: uint64(max(st.Bavail, 0)) * size, total: st.Blocks * size}, nil //nolint:unconvert // signed on some systems
}

// childAttr starts a child in its own process group, so that Ctrl-C reaches
// the program only, as the given account, and dead when the program is.
func childAttr(as account, onParentDeath syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if as.drop {
		attr.Credential = &syscall.Credential{Uid: as.uid, Gid: as.gid}
	}
	dieWithParent(attr, onParentDeath)
	return attr
}
