package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// account is the system user Postgres runs as. Postgres refuses to run as
// root, and initdb refuses a user without a passwd entry.
type account struct {
	name string
	uid  uint32
	gid  uint32
	drop bool // the program is root and hands its rights down
}

// accountFor chooses the account: the program's own unless that is root; then
// the configured one, the owner of an existing cluster, or the first of the
// usual ones.
func accountFor(configured, cluster string) (account, error) {
	if euid := os.Geteuid(); euid != 0 {
		u, err := user.LookupId(strconv.Itoa(euid))
		if err != nil {
			return account{}, fmt.Errorf("user id %d has no entry in /etc/passwd, which initdb needs: add one, or set DATABASE_URL", euid)
		}
		return accountOf(u, false)
	}
	info, err := os.Stat(cluster)
	if err == nil {
		uid, _ := ownerOf(info)
		owner, err := user.LookupId(strconv.FormatUint(uint64(uid), 10))
		if err != nil || uid == 0 {
			return account{}, fmt.Errorf("%s belongs to user id %d, which cannot run Postgres: chown -R it to a system user such as postgres", cluster, uid)
		}
		if configured != "" && configured != owner.Username {
			return account{}, fmt.Errorf("%s belongs to %s, not to the configured user %s: chown -R it or change the setting", cluster, owner.Username, configured)
		}
		return accountOf(owner, true)
	}
	if configured != "" {
		u, err := user.Lookup(configured)
		if err != nil {
			return account{}, fmt.Errorf("the user to run Postgres as: %w", err)
		}
		if u.Uid == "0" {
			return account{}, errors.New("the user to run Postgres as must not be root: Postgres refuses that")
		}
		return accountOf(u, true)
	}
	for _, name := range []string{"postgres", "ombudsnetz", "nobody"} {
		if u, err := user.Lookup(name); err == nil && u.Uid != "0" {
			return accountOf(u, true)
		}
	}
	return account{}, errors.New("the database does not run as root and none of the users postgres, ombudsnetz, nobody exists: " +
		"run `useradd --system ombudsnetz`, or run the program as an ordinary user")
}

func accountOf(u *user.User, drop bool) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s has no numeric id: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s has no numeric group: %w", u.Username, err)
	}
	return account{name: u.Username, uid: uint32(uid), gid: uint32(gid), drop: drop}, nil
}

// own hands a file or directory to the account.
func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}

// mayEnter reads the permission bits alone.
func (a account) mayEnter(info fs.FileInfo) bool {
	uid, gid := ownerOf(info)
	switch perm := info.Mode().Perm(); {
	case uid == a.uid:
		return perm&0o100 != 0
	case gid == a.gid:
		return perm&0o010 != 0
	default:
		return perm&0o001 != 0
	}
}

// reach reports the first directory on the way to dir, dir included, that the
// account cannot enter. What does not exist yet blocks nobody.
func (a account) reach(dir string) error {
	path := string(filepath.Separator)
	for part := range strings.SplitSeq(dir, string(filepath.Separator)) {
		path = filepath.Join(path, part)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return fmt.Errorf("%s is not a directory", path)
		}
		// Access lists may allow what the bits deny, so a denial is tried out.
		if !a.mayEnter(info) && a.tryEnter(path) != nil {
			return fmt.Errorf("user %s, which Postgres runs as, may not enter %s (%s): run `chmod o+x %s`, or choose another place than %s",
				a.name, path, info.Mode(), path, dir)
		}
	}
	return nil
}

// tryEnter enters the directory as the account.
func (a account) tryEnter(dir string) error {
	cmd := exec.CommandContext(context.Background(), "/bin/sh", "-c", ":")
	cmd.Dir = dir
	cmd.SysProcAttr = childAttr(a, syscall.SIGKILL)
	return cmd.Run()
}
