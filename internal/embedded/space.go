package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync/atomic"
)

const (
	mib = 1 << 20

	ballastSize = 64 * mib

	// Below lowBytes, or five in a hundred of the volume, writes are refused.
	// The share is capped: on a large disk five in a hundred is plenty.
	lowBytes    = 512 * mib
	lowShareCap = 10 << 30

	// A server starts with at least runFloor free, which recovery needs for a
	// WAL segment; a new cluster needs createFloor.
	runFloor    = 32 * mib
	createFloor = 256 * mib
)

// volume is what a file system has left for an ordinary user.
type volume struct {
	free  uint64
	total uint64
}

func (v volume) low() bool {
	return v.free < max(lowBytes, min(v.total/20, lowShareCap))
}

// space watches the volume below the data. A full disk makes Postgres panic
// and keeps it from starting, so it refuses writes early (low) and holds a
// ballast file that is given back when the worst has happened.
type space struct {
	dir     string
	ballast string // empty: keeps none
	measure func(dir string) (volume, error)
	log     *slog.Logger
	low     atomic.Bool
}

// check measures and tells changes in the log.
func (s *space) check() (volume, error) {
	v, err := s.measure(s.dir)
	if err != nil {
		return v, fmt.Errorf("free space: %w", err)
	}
	if low := v.low(); s.low.Swap(low) != low {
		if low {
			s.log.Warn("disk space is short, writes are refused", "directory", s.dir, "free_mb", v.free/mib)
		} else {
			s.log.Info("disk space is sufficient again", "directory", s.dir, "free_mb", v.free/mib)
		}
	}
	return v, nil
}

// atLeast gives an error unless that much is free, giving the ballast back
// first if it has to.
func (s *space) atLeast(floor uint64) error {
	v, err := s.check()
	if err != nil {
		return err
	}
	if v.free < floor && s.release() {
		if v, err = s.check(); err != nil {
			return err
		}
	}
	if v.free < floor {
		return fmt.Errorf("only %d MB are free on the volume of %s, Postgres needs %d MB to start: free some space", v.free/mib, s.dir, floor/mib)
	}
	return nil
}

// release gives the ballast back and reports whether there was one.
func (s *space) release() bool {
	if s.ballast == "" {
		return false
	}
	err := os.Remove(s.ballast)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.log.Error("the ballast could not be removed", "error", err)
		}
		return false
	}
	s.log.Warn("the disk is full, the ballast was given back", "mb", ballastSize/mib)
	return true
}

// restore writes the ballast when it is missing and there is room for it.
func (s *space) restore(ctx context.Context) error {
	if s.ballast == "" {
		return nil
	}
	if info, err := os.Stat(s.ballast); err == nil && info.Size() == ballastSize {
		return nil
	}
	v, err := s.measure(s.dir)
	if err != nil {
		return err
	}
	after := v
	after.free -= min(v.free, ballastSize)
	if after.low() {
		return nil
	}
	if err := writeBallast(ctx, s.ballast); err != nil {
		return errors.Join(fmt.Errorf("ballast: %w", err), os.Remove(s.ballast))
	}
	return nil
}

// writeBallast writes noise, which file systems can neither compress nor
// leave out.
func writeBallast(ctx context.Context, name string) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	noise := rand.NewChaCha8([32]byte{})
	block := make([]byte, mib)
	for range ballastSize / mib {
		// Read of ChaCha8 never fails.
		_, _ = noise.Read(block)
		if _, err = file.Write(block); err != nil {
			break
		}
		if err = ctx.Err(); err != nil {
			break
		}
	}
	return errors.Join(err, file.Close())
}
