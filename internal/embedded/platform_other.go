//go:build !linux && !darwin && !freebsd

package embedded

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

const (
	supported = false

	signalFast      = syscall.SIGINT
	signalImmediate = syscall.SIGQUIT
	signalKill      = syscall.SIGKILL

	socketPathMax = 103
)

func tryLock(*os.File) (bool, error)                         { return false, errors.ErrUnsupported }
func alive(int) bool                                         { return false }
func killGroup(int) error                                    { return errors.ErrUnsupported }
func ownerOf(fs.FileInfo) (uid, gid uint32)                  { return 0, 0 }
func outOfSpace(error) bool                                  { return false }
func volumeOf(string) (volume, error)                        { return volume{}, errors.ErrUnsupported }
func commandOf(int) string                                   { return "" }
func runsIn(int, string) bool                                { return true }
func childAttr(account, syscall.Signal) *syscall.SysProcAttr { return nil }
