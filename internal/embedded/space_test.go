package embedded

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

func TestLow(t *testing.T) {
	t.Parallel()
	const gib = 1 << 30
	for _, c := range []struct {
		free, total uint64
		low         bool
	}{
		{511 * mib, gib, true},
		{513 * mib, gib, false},
		{4 * gib, 100 * gib, true},
		{6 * gib, 100 * gib, false},
		{9 * gib, 4096 * gib, true},
		{11 * gib, 4096 * gib, false},
	} {
		if got := (volume{free: c.free, total: c.total}).low(); got != c.low {
			t.Errorf("%d of %d MB free: low = %v", c.free/mib, c.total/mib, got)
		}
	}
}

// A disk that the test fills and empties by a number.
func fakeDisk(t *testing.T) (*space, *atomic.Uint64, func() string) {
	t.Helper()
	log, written := journal(t)
	free := &atomic.Uint64{}
	dir := t.TempDir()
	return &space{
		dir: dir, ballast: filepath.Join(dir, "ballast"), log: log,
		measure: func(string) (volume, error) {
			v := volume{free: free.Load(), total: 2048 * mib}
			if info, err := os.Stat(filepath.Join(dir, "ballast")); err == nil {
				v.free -= min(v.free, uint64(info.Size()))
			}
			return v, nil
		},
	}, free, written
}

func TestBallast(t *testing.T) {
	t.Parallel()
	s, free, written := fakeDisk(t)
	restore := func(want bool) {
		t.Helper()
		if err := s.restore(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := exists(s.ballast); got != want {
			t.Errorf("with %d MB free there is a ballast: %v", free.Load()/mib, got)
		}
	}
	free.Store(550 * mib)
	restore(false) // the ballast itself would make the space short
	free.Store(600 * mib)
	restore(true)
	if err := s.atLeast(runFloor); err != nil || s.low.Load() {
		t.Errorf("low = %v, %v", s.low.Load(), err)
	}
	free.Store(70 * mib)
	if err := s.atLeast(runFloor); err != nil {
		t.Errorf("the ballast was not given back: %v", err)
	}
	if exists(s.ballast) || !s.low.Load() {
		t.Errorf("ballast there: %v, low = %v", exists(s.ballast), s.low.Load())
	}
	free.Store(10 * mib)
	err := s.atLeast(runFloor)
	if err == nil {
		t.Fatal("a start on a full disk is allowed")
	}
	holds(t, err.Error(), "only 10 MB are free", s.dir, "needs 32 MB", "free some space")
	restore(false)
	free.Store(1024 * mib)
	if _, err := s.check(); err != nil || s.low.Load() {
		t.Errorf("low = %v, %v", s.low.Load(), err)
	}
	restore(true)
	holds(t, written(), "disk space is short", "ballast was given back", "sufficient again")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.release()
	if err := s.restore(ctx); !errors.Is(err, context.Canceled) || exists(s.ballast) {
		t.Errorf("an interrupted ballast stays: %v", err)
	}
}

func TestFirstStartNeedsRoom(t *testing.T) {
	t.Parallel()
	s, free, _ := fakeDisk(t)
	free.Store(200 * mib)
	if err := s.atLeast(createFloor); err == nil {
		t.Error("a cluster would be made on a nearly full disk")
	}
}

// A really full disk needs a volume of its own, which only root can mount; for
// everybody else the tests above must do.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=330m,mode=755", "tmpfs", dir).CombinedOutput()
	if err != nil {
		t.Logf("no volume of its own: %s", out)
		return
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	log, written := journal(t)
	s := mustStart(t, Config{DataDir: dir, Log: log})
	query(t, s, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
	if !s.LowSpace() {
		t.Error("330 MB are called enough")
	}
	// So small a volume gets no ballast by itself.
	if err := writeBallast(t.Context(), s.home.ballast()); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(dir, "filler")
	file, err := os.Create(filler)
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, mib); err == nil; {
		_, err = file.Write(block)
	}
	if !outOfSpace(err) {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	before := s.current.Load().pid
	if out, err := tryQuery(s, s.DSN(""), "SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000)) FROM generate_series(1, 100)"); err == nil {
		t.Fatalf("writing to a full disk succeeded: %s", out)
	}
	eventually(t, "reading after the panic", func() bool {
		got, err := tryQuery(s, s.DSN(""), "SELECT n FROM kept")
		return err == nil && got == "42"
	})
	if s.current.Load().pid == before || exists(s.home.ballast()) || !s.LowSpace() {
		t.Errorf("restarted: %v, ballast there: %v, low: %v", s.current.Load().pid != before, exists(s.home.ballast()), s.LowSpace())
	}
	holds(t, written(), "ballast was given back")

	// Without a ballast Postgres waits for space, however long, and goes on by
	// itself when there is some.
	file, err = os.OpenFile(filler, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	for block := make([]byte, mib); err == nil; {
		_, err = file.Write(block)
	}
	_ = file.Close()
	s.current.Load().signal(signalKill)
	eventually(t, "waiting", func() bool { return strings.Contains(written(), "waits for disk space") })
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	eventually(t, "writing after space was freed", func() bool {
		_, err := tryQuery(s, s.DSN(""), "INSERT INTO kept VALUES (43)")
		return err == nil
	})
	if err := s.Err(); err != nil {
		t.Error(err)
	}
}
