// Package heap says how much garbage a server may gather before it is collected.
package heap

import (
	"os"
	"runtime"
)

// spare is memory that is never touched, so that it is never resident. The
// collector takes it for memory in use.
const spare = 4 << 20

// Roomy keeps small heaps from being collected all the time: a server that holds
// 3 MB would be, every 3 MB of garbage. With spare memory counted in, it is every 7
// MB, while a large heap still grows to little more than twice of what is in use.
// A higher GOGC would let it grow to a multiple. GOGC and GOMEMLIMIT decide when they
// are set. Call keep at the end.
func Roomy() (keep func()) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	ballast := make([]byte, spare)
	return func() { runtime.KeepAlive(ballast) }
}
