package embedded

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	port = 5432

	// logMax bounds each of the two parts of Postgres's own log.
	logMax = 8 << 20

	// unfinished begins the names of directories in which initdb is at work.
	unfinished = "unfinished-cluster-"
)

// home is the directory that holds the cluster and everything beside it. When
// the program is root it stays root's and the account may only walk through
// it, so that a daemon sharing the account can neither read nor replace files.
type home struct {
	dir string
}

func (h home) cluster() string       { return filepath.Join(h.dir, "cluster") }
func (h home) lock() string          { return filepath.Join(h.dir, "lock") }
func (h home) password() string      { return filepath.Join(h.dir, "password") }
func (h home) freshPassword() string { return h.password() + ".new" }
func (h home) socket() string        { return filepath.Join(h.dir, "socket") }
func (h home) socketLink() string    { return filepath.Join(h.dir, "socket-moved-to") }
func (h home) log() string           { return filepath.Join(h.dir, "postgres.log") }
func (h home) olderLog() string      { return h.log() + ".1" }
func (h home) ballast() string       { return filepath.Join(h.dir, "ballast") }

// DefaultDataDir is /var/lib/ombudsnetz for root and the state directory of
// an ordinary user otherwise.
func DefaultDataDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/ombudsnetz", nil
	}
	if state := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "ombudsnetz"), nil
	}
	dir, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(dir) {
		return "", errors.New("no place for the data: $HOME is not set; name a data directory")
	}
	return filepath.Join(dir, ".local", "state", "ombudsnetz"), nil
}

// resolve gives the directory by its real name, whether or not it exists yet.
func (cfg Config) resolve() (home, error) {
	dir := cfg.DataDir
	if dir == "" {
		var err error
		if dir, err = DefaultDataDir(); err != nil {
			return home{}, err
		}
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return home{}, fmt.Errorf("data directory: %w", err)
	}
	if strings.ContainsAny(dir, "\n\r\x00") {
		return home{}, errors.New("data directory: its name contains a line break")
	}
	missing := ""
	for existing := dir; ; existing = filepath.Dir(existing) {
		if resolved, err := filepath.EvalSymlinks(existing); err == nil {
			return home{dir: filepath.Join(resolved, missing)}, nil
		} else if !errors.Is(err, fs.ErrNotExist) || existing == filepath.Dir(existing) {
			return home{}, fmt.Errorf("data directory: %w", err)
		}
		missing = filepath.Join(filepath.Base(existing), missing)
	}
}

// check refuses directories that are somebody else's before anything in them
// is touched.
func (h home) check(as account) error {
	if _, err := os.Stat(filepath.Join(h.dir, "PG_VERSION")); err == nil {
		return fmt.Errorf("%s is itself the data directory of another Postgres: choose another one, or set DATABASE_URL to that server", h.dir)
	}
	info, err := os.Stat(h.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return as.reach(filepath.Dir(h.dir))
	}
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("data directory: %s is not a directory", h.dir)
	}
	if uid, _ := ownerOf(info); !as.drop && uid != as.uid {
		return fmt.Errorf("the data directory %s belongs to user id %d, the program runs as %s: start it as that user, or choose another data directory", h.dir, uid, as.name)
	}
	foreign, err := h.foreign()
	if err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if foreign == "" {
		return as.reach(filepath.Dir(h.dir))
	}
	if _, err := os.Stat(h.cluster()); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the data directory %s holds no database but other things (%s): choose an empty one, or one that does not exist yet, such as %s",
			h.dir, foreign, filepath.Join(h.dir, "ombudsnetz"))
	}
	return as.reach(h.dir)
}

// foreign names something in the directory that is not this package's, "" when
// there is nothing. A directory that holds foreign things is never made the
// home of a new cluster; where they came later, it keeps its owner and mode.
func (h home) foreign() (string, error) {
	entries, err := os.ReadDir(h.dir)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		if name := entry.Name(); !h.owns(name) {
			return name, nil
		}
	}
	return "", nil
}

// owns reports whether this package gives things that name. The root of a
// volume of its own counts as empty with the lost+found that it comes with.
func (h home) owns(name string) bool {
	if strings.HasPrefix(name, unfinished) || name == "lost+found" {
		return true
	}
	return slices.Contains([]string{
		h.cluster(), h.lock(), h.password(), h.freshPassword(), h.socket(), h.socketLink(), h.log(), h.olderLog(), h.ballast(),
	}, filepath.Join(h.dir, name))
}

// make creates the directory and its parents and sets its mode.
func (h home) make(as account) error {
	if err := h.check(as); err != nil {
		return err
	}
	if err := makeParents(filepath.Dir(h.dir), as); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if err := os.Mkdir(h.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("data directory: %w", err)
	}
	if foreign, err := h.foreign(); err != nil || foreign != "" {
		return err
	}
	mode := fs.FileMode(0o700)
	if as.drop {
		mode = 0o710
		if err := os.Chown(h.dir, 0, int(as.gid)); err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
	}
	if err := os.Chmod(h.dir, mode); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}

// makeParents creates missing parents so that the account can walk through
// them whatever the umask is.
func makeParents(dir string, as account) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if err := makeParents(filepath.Dir(dir), as); err != nil {
		return err
	}
	if !as.drop {
		return ignoreExist(os.Mkdir(dir, 0o700))
	}
	if err := ignoreExist(os.Mkdir(dir, 0o755)); err != nil {
		return err
	}
	return os.Chmod(dir, 0o755)
}

func ignoreExist(err error) error {
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}

// readPassword returns "" when there is none.
func (h home) readPassword() (string, error) {
	raw, err := os.ReadFile(h.password())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("password: %w", err)
	}
	return strings.TrimSpace(string(raw)), nil
}

func newPassword() string { return rand.Text() }

// writePassword replaces the file as a whole.
func (h home) writePassword(password string) error {
	fresh := h.freshPassword()
	if err := os.Remove(fresh); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("password: %w", err)
	}
	file, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("password: %w", err)
	}
	_, err = file.WriteString(password + "\n")
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(fresh, h.password())
	}
	if err == nil {
		err = syncDir(h.dir)
	}
	if err != nil {
		return fmt.Errorf("password: %w", err)
	}
	return nil
}

// makeSocketDir gives a directory that only the account and root can enter.
// Where the data's path will not do for a socket (too long, or with a comma,
// which separates hosts in a DSN) it is a fresh one below the system's
// temporary directory; the last start's is removed.
func (h home) makeSocketDir(as account) (string, error) {
	if old, err := os.ReadFile(h.socketLink()); err == nil {
		if name := strings.TrimSpace(string(old)); strings.HasPrefix(filepath.Base(name), "ombudsnetz-") {
			// Only our own two files: whatever else is there keeps the directory.
			_ = os.Remove(filepath.Join(name, socketFile))
			_ = os.Remove(filepath.Join(name, socketFile+".lock"))
			_ = os.Remove(name)
		}
		_ = os.Remove(h.socketLink())
	}
	dir := h.socket()
	var err error
	if socketFits(dir) {
		err = ignoreExist(os.Mkdir(dir, 0o700))
	} else {
		dir, err = os.MkdirTemp("", "ombudsnetz-")
		if err == nil {
			err = os.WriteFile(h.socketLink(), []byte(dir+"\n"), 0o600)
		}
		if err == nil && !socketFits(dir) {
			err = fmt.Errorf("%s will not do for a Unix socket: it is too long or holds a comma", dir)
		}
		if err == nil {
			err = as.reach(filepath.Dir(dir))
		}
	}
	if err == nil {
		err = os.Chmod(dir, 0o700)
	}
	if err == nil {
		err = as.own(dir)
	}
	if err != nil {
		return "", fmt.Errorf("socket directory: %w", err)
	}
	return dir, nil
}

func socketFits(dir string) bool {
	return len(filepath.Join(dir, socketFile)) <= socketPathMax && !strings.Contains(dir, ",")
}

// openLog opens Postgres's log for appending.
func (h home) openLog() (*os.File, error) {
	if err := h.boundLog(true); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(h.log(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log: %w", err)
	}
	return file, nil
}

// boundLog keeps the log below its size: what is there becomes the older part
// (or is dropped, when space is short) and Postgres, which appends, goes on at
// the beginning.
func (h home) boundLog(keep bool) error {
	info, err := os.Stat(h.log())
	if errors.Is(err, fs.ErrNotExist) || (err == nil && info.Size() <= logMax) {
		return nil
	}
	if err == nil && keep {
		var raw []byte
		if raw, err = readTail(h.log(), logMax); err == nil {
			err = os.WriteFile(h.olderLog(), raw, 0o600)
		}
	}
	if err == nil {
		err = os.Truncate(h.log(), 0)
	}
	if err != nil {
		return fmt.Errorf("log: %w", err)
	}
	return nil
}

// removeLeftovers deletes what an interrupted initdb left. Its processes may
// still be going down, hence the second try.
func (h home) removeLeftovers() error {
	dirs, err := filepath.Glob(globEscape(h.dir) + "/" + unfinished + "*")
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		if os.RemoveAll(dir) == nil {
			continue
		}
		time.Sleep(200 * time.Millisecond)
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("left over from an interrupted start: %w", err)
		}
	}
	return nil
}

func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func syncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

func readTail(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	from := max(info.Size()-limit, 0)
	raw := make([]byte, info.Size()-from)
	n, err := file.ReadAt(raw, from)
	if n == len(raw) {
		err = nil
	}
	return raw[:n], err
}
