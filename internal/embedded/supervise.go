package embedded

import (
	"fmt"
	"time"
)

const (
	// maxFailures is how often in a row Postgres may end before it is given up.
	maxFailures = 8
	// stableAfter is how long it must run for its failures to be forgotten.
	stableAfter = 10 * time.Second

	firstDelay = 100 * time.Millisecond
	lastDelay  = 5 * time.Second

	watchEvery = 5 * time.Second
)

// supervise restarts Postgres until the server is stopped or it has ended too
// often in a row.
func (s *Server) supervise(c *child) {
	failures, delay := 0, firstDelay
	for {
		ready := time.Now()
		select {
		case <-s.halted.Done():
			c.signal(signalFast)
			<-c.exited
			return
		case <-c.exited:
		}
		if time.Since(ready) >= stableAfter {
			failures, delay = 0, firstDelay
		}
		reason := fmt.Errorf("%w (%s)", errEnded, c.how())
		for c = nil; c == nil; delay = min(2*delay, lastDelay) {
			if s.halted.Err() != nil {
				return
			}
			failures++
			if failures >= maxFailures {
				s.failure = fmt.Errorf("own Postgres: given up after %d failures in a row: %w", failures, reason)
				s.log.Error("database is given up", "failures", failures, "error", reason)
				close(s.failed)
				return
			}
			s.log.Error("database ended unexpectedly, it is restarted", "failures", failures, "in", delay, "error", reason)
			if !s.pause(delay) || !s.awaitRoom() {
				return
			}
			c, reason = s.launch(s.halted)
			if reason != nil && s.makeRoom(reason) {
				failures--
			}
		}
	}
}

// pause reports false when the server was stopped meanwhile.
func (s *Server) pause(d time.Duration) bool {
	select {
	case <-s.halted.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// awaitRoom waits, for as long as it takes, until the disk has room for a
// start: space that is freed by hand must be all that is needed.
func (s *Server) awaitRoom() bool {
	for told := false; ; told = true {
		err := s.space.atLeast(runFloor)
		if err == nil {
			return true
		}
		if !told {
			s.log.Error("database waits for disk space", "error", err)
		}
		if !s.pause(time.Second) {
			return false
		}
	}
}

// watchSpace keeps an eye on the disk, the ballast and the log's size. The
// ballast waits for the first round: a command that needs the database for a
// moment must not pay for it.
func (s *Server) watchSpace() {
	for s.pause(watchEvery) {
		if _, err := s.space.check(); err != nil {
			s.log.Error("disk space cannot be told", "error", err)
		}
		if err := s.space.restore(s.halted); err != nil && s.halted.Err() == nil {
			s.log.Warn("disk space cannot be reserved", "error", err)
		}
		if err := s.home.boundLog(!s.space.low.Load()); err != nil {
			s.log.Warn("the log of Postgres cannot be shortened", "error", err)
		}
	}
}
