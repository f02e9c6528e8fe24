//go:build darwin || freebsd

package embedded

import "syscall"

// dieWithParent can do nothing here: a Postgres whose program was killed lives
// on and the next start refuses, naming it.
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}

func zombie(int) bool { return false }

func commandOf(int) string { return "" }

// runsIn cannot tell here, so a live process counts as the postmaster.
func runsIn(int, string) bool { return true }
