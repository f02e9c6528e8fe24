package embedded

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkStart measures the time to readiness and the time to stop.
func BenchmarkStart(b *testing.B) {
	for name, throwaway := range map[string]bool{"durable": false, "throwaway": true} {
		b.Run(name, func(b *testing.B) {
			base, err := os.MkdirTemp("", "embedded-")
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = os.RemoveAll(base) })
			if err := os.Chmod(base, 0o755); err != nil {
				b.Fatal(err)
			}
			start := func(b *testing.B, dir string) *Server {
				s, err := Start(b.Context(), Config{DataDir: filepath.Join(base, dir), Throwaway: throwaway})
				if err != nil {
					b.Fatal(err)
				}
				return s
			}
			stop := func(b *testing.B, s *Server) {
				if err := s.Stop(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
			b.Run("first", func(b *testing.B) {
				for b.Loop() {
					s := start(b, "first")
					b.StopTimer()
					stop(b, s)
					if err := os.RemoveAll(s.home.dir); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
				}
			})
			b.Run("warm", func(b *testing.B) {
				stop(b, start(b, "warm"))
				for b.Loop() {
					s := start(b, "warm")
					b.StopTimer()
					stop(b, s)
					b.StartTimer()
				}
			})
			b.Run("stop", func(b *testing.B) {
				stop(b, start(b, "stop"))
				for b.Loop() {
					b.StopTimer()
					s := start(b, "stop")
					b.StartTimer()
					stop(b, s)
				}
			})
		})
	}
}
