package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says where the program's own Postgres lives. The zero value is the
// default of a system installation.
type Config struct {
	// BinDir is the directory of postgres and initdb; empty: look in the system.
	BinDir string
	// DataDir is where the cluster lives; empty: DefaultDataDir.
	DataDir string
	// User runs Postgres when the program is root; empty: the owner of an
	// existing cluster, else the first of postgres, ombudsnetz, nobody.
	User string
	// Throwaway is for tests: no fsync and no ballast, everything else equal.
	Throwaway bool
	// Log receives what happens to the server; nil: nothing is logged.
	Log *slog.Logger
}

// Server is a running Postgres. Its methods may be called concurrently.
type Server struct {
	home      home
	bin       Binaries
	as        account
	password  string
	socketDir string
	throwaway bool
	log       *slog.Logger
	lock      *os.File
	postgres  *os.File // Postgres's own log
	space     *space

	halt    context.CancelFunc
	halted  context.Context //nolint:containedctx // the life of the server, which no call has
	current atomic.Pointer[child]
	failed  chan struct{}
	failure error // read after failed is closed
	watch   sync.WaitGroup

	stopping sync.Once
	stopped  chan struct{}
	stopErr  error // read after stopped is closed
}

// Start makes the cluster if there is none, starts Postgres and returns when
// it answers. The context bounds the start, not the server's life: that ends
// with Stop, or with the program.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	s, err := start(ctx, cfg, system())
	if err != nil {
		return nil, fmt.Errorf("own Postgres: %w", err)
	}
	return s, nil
}

func start(ctx context.Context, cfg Config, where places) (_ *Server, err error) {
	if !supported {
		return nil, errors.New("this system is not supported, set DATABASE_URL to a Postgres server")
	}
	log := cfg.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	h, err := cfg.resolve()
	if err != nil {
		return nil, err
	}
	as, err := accountFor(cfg.User, h.cluster())
	if err != nil {
		return nil, err
	}
	bin, err := matching(where, cfg.BinDir, h)
	if err != nil {
		return nil, err
	}
	if err := as.reach(bin.Dir); err != nil {
		return nil, err
	}
	if err := h.make(as); err != nil {
		return nil, err
	}
	s := &Server{
		home: h, bin: bin, as: as, throwaway: cfg.Throwaway, log: log,
		failed: make(chan struct{}), stopped: make(chan struct{}),
		space: &space{dir: h.dir, measure: volumeOf, log: log},
	}
	if !cfg.Throwaway {
		s.space.ballast = h.ballast()
	}
	if s.lock, err = lockHome(ctx, h); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.release())
		}
	}()
	if err := s.prepare(ctx, where, cfg.BinDir); err != nil {
		return nil, err
	}
	first, err := s.launch(ctx)
	if err != nil && s.makeRoom(err) {
		first, err = s.launch(ctx)
	}
	if err != nil {
		return nil, err
	}
	s.halted, s.halt = context.WithCancel(context.Background())
	s.watch.Go(func() { s.supervise(first) })
	s.watch.Go(s.watchSpace)
	return s, nil
}

// prepare brings the directory into the state from which Postgres can start.
func (s *Server) prepare(ctx context.Context, where places, binDir string) error {
	if err := s.home.removeLeftovers(); err != nil {
		return err
	}
	// Only now, under the lock, is it certain whether there is a cluster.
	major, err := clusterMajor(s.home)
	if err != nil {
		return err
	}
	if major != 0 && major != s.bin.Major {
		if s.bin, err = matching(where, binDir, s.home); err != nil {
			return err
		}
	}
	if s.password, err = s.home.readPassword(); err != nil {
		return err
	}
	if major == 0 {
		err = s.initialise(ctx)
	} else {
		err = s.reopen(ctx)
	}
	if err != nil {
		return err
	}
	if s.socketDir, err = s.home.makeSocketDir(s.as); err != nil {
		return err
	}
	s.postgres, err = s.home.openLog()
	return err
}

func (s *Server) initialise(ctx context.Context) error {
	if err := s.space.atLeast(createFloor); err != nil {
		return err
	}
	if s.password == "" {
		s.password = newPassword()
		if err := s.home.writePassword(s.password); err != nil {
			return err
		}
	}
	begun := time.Now()
	if err := create(ctx, s.home, s.bin, s.as, s.password, s.throwaway); err != nil {
		return err
	}
	s.log.Info("database cluster created", "directory", s.home.cluster(), "postgres", s.bin.Version, "took", time.Since(begun).Round(time.Millisecond))
	return nil
}

func (s *Server) reopen(ctx context.Context) error {
	if err := s.space.atLeast(runFloor); err != nil {
		return err
	}
	if err := clearPostmaster(ctx, s.home.cluster()); err != nil {
		return err
	}
	if s.password != "" {
		return nil
	}
	s.log.Warn("the password file was lost, a new password is set", "file", s.home.password())
	var err error
	s.password, err = setPassword(ctx, s.home, s.bin, s.as)
	return err
}

// settings are those the program depends on. They stand on the command line,
// where they win over postgresql.conf and ALTER SYSTEM; everything else may be
// tuned there.
func (s *Server) settings() []string {
	settings := []string{
		"listen_addresses=",
		"port=" + strconv.Itoa(port),
		// A list of directories: quoted, a comma in the path is just a comma.
		`unix_socket_directories="` + strings.ReplaceAll(s.socketDir, `"`, `""`) + `"`,
		"unix_socket_permissions=0700",
		"password_encryption=scram-sha-256",
		"max_wal_size=256MB",
		"logging_collector=off",
		"log_destination=stderr",
		// Statements and values are confidential: the log must not hold them.
		"log_statement=none",
		"log_min_duration_statement=-1",
		"log_min_error_statement=panic",
		"log_parameter_max_length=0",
		"log_parameter_max_length_on_error=0",
		"log_error_verbosity=terse",
	}
	if s.throwaway {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	return settings
}

// launch starts Postgres and returns when it answers.
func (s *Server) launch(ctx context.Context) (*child, error) {
	args := []string{"-D", s.home.cluster()}
	for _, setting := range s.settings() {
		args = append(args, "-c", setting)
	}
	cmd := command(s.bin, s.as, signalFast, "postgres", args...)
	cmd.Stdout, cmd.Stderr = s.postgres, s.postgres
	cmd.ExtraFiles = []*os.File{s.lock}
	var from int64
	if info, err := s.postgres.Stat(); err == nil {
		from = info.Size()
	}
	begun := time.Now()
	c, err := startChild(cmd)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	s.current.Store(c)
	if err := s.await(ctx, c); err != nil {
		if errors.Is(err, errEnded) {
			err = fmt.Errorf("%w before it was ready (%s): %s; see %s", errEnded, c.how(), s.said(from), s.home.log())
		}
		return nil, err
	}
	s.log.Info("database is ready", "directory", s.home.dir, "postgres", s.bin.Version, "pid", c.pid, "took", time.Since(begun).Round(time.Millisecond))
	return c, nil
}

// await returns nil when the child answers, errEnded when it ended. A
// cancelled context stops the child.
func (s *Server) await(ctx context.Context, c *child) error {
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	patience := time.NewTicker(10 * time.Second)
	defer patience.Stop()
	for {
		if s.answers(ctx, c.pid) {
			return nil
		}
		select {
		case <-c.exited:
			return errEnded
		case <-ctx.Done():
			c.end()
			return ctx.Err()
		case <-patience.C:
			s.log.Warn("the database is still recovering", "log", s.home.log())
		case <-tick.C:
		}
	}
}

// answers reports whether the child calls itself ready and a backend of it
// speaks: asked for TLS, it declines with one byte.
func (s *Server) answers(ctx context.Context, pid int) bool {
	running, err := readPostmaster(s.home.cluster())
	if err != nil || running.pid != pid || running.status != "ready" {
		return false
	}
	dialer := net.Dialer{Timeout: time.Second}
	conn, err := dialer.DialContext(ctx, "unix", filepath.Join(s.socketDir, socketFile))
	if err != nil {
		return false
	}
	defer conn.Close()
	if conn.SetDeadline(time.Now().Add(2*time.Second)) != nil {
		return false
	}
	if _, err := conn.Write([]byte{0, 0, 0, 8, 4, 210, 22, 47}); err != nil {
		return false
	}
	answer := make([]byte, 1)
	n, err := conn.Read(answer)
	return err == nil && n == 1 && (answer[0] == 'N' || answer[0] == 'S')
}

// said gives what Postgres complained about since the log had that size.
func (s *Server) said(from int64) string {
	info, err := os.Stat(s.home.log())
	if err != nil {
		return err.Error()
	}
	tail, err := readTail(s.home.log(), min(info.Size()-from, mib))
	if err != nil {
		return err.Error()
	}
	return complaint(string(tail))
}

// makeRoom gives the ballast back if a failure is owed to a full disk.
func (s *Server) makeRoom(failure error) bool {
	v, err := s.space.check()
	if err != nil {
		return false
	}
	full := v.free < runFloor || outOfSpace(failure) || strings.Contains(failure.Error(), "No space left")
	return full && s.space.release()
}

// DSN gives lib/pq's key=value form for a database of the server; an empty
// name means the program's own.
func (s *Server) DSN(name string) string {
	return dsn(s.socketDir, s.password, name)
}

func dsn(socketDir, password, name string) string {
	if name == "" {
		name = database
	}
	return fmt.Sprintf("host=%s port=%d user=%s password=%s dbname=%s sslmode=disable",
		quote(socketDir), port, superuser, quote(password), quote(name))
}

func quote(value string) string {
	if value != "" && !strings.ContainsAny(value, " \t\n\r'\\") {
		return value
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(value) + "'"
}

// Failed is closed when Postgres was restarted in vain and is given up; Err
// then says why. Stop is still to be called.
func (s *Server) Failed() <-chan struct{} { return s.failed }

// Err is nil until Failed is closed.
func (s *Server) Err() error {
	select {
	case <-s.failed:
		return s.failure
	default:
		return nil
	}
}

// LowSpace reports that the disk is nearly full (less than 512 MB or 5 % free,
// of which 10 GB are enough): writes are to be refused before Postgres fails.
func (s *Server) LowSpace() bool { return s.space.low.Load() }

// Stop shuts Postgres down cleanly. When the context ends first, it is stopped
// at once and recovers at the next start. Further calls wait for the first.
func (s *Server) Stop(ctx context.Context) error {
	s.stopping.Do(func() {
		s.halt()
		ended := make(chan struct{})
		go func() {
			s.watch.Wait()
			close(ended)
		}()
		select {
		case <-ended:
		case <-ctx.Done():
			s.stopErr = fmt.Errorf("own Postgres: did not stop in time and was ended at once: %w", ctx.Err())
			s.current.Load().signal(signalImmediate)
			<-ended
		}
		s.stopErr = errors.Join(s.stopErr, s.release())
		close(s.stopped)
	})
	<-s.stopped
	return s.stopErr
}

// release gives back what the server holds besides the process.
func (s *Server) release() error {
	var errs []error
	if s.postgres != nil {
		errs = append(errs, s.postgres.Close())
	}
	if s.socketDir != "" && s.socketDir != s.home.socket() {
		errs = append(errs, os.RemoveAll(s.socketDir), os.Remove(s.home.socketLink()))
	}
	return errors.Join(append(errs, unlock(s.lock))...)
}
