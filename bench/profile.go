package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime/pprof"
)

// profileVariable tells a contender the folder for its profiles.
const profileVariable = "OMBUDSNETZ_BENCH_PROFILES"

// startProfiles begins to write what the contender spends into the folder of
// profileVariable, if it is set: <name>.cpu and <name>.allocs, for go tool pprof.
// The returned function ends it.
func startProfiles(name string) (stop func() error, err error) {
	folder := os.Getenv(profileVariable)
	if folder == "" {
		return func() error { return nil }, nil
	}
	cpu, err := os.Create(filepath.Join(folder, name+".cpu"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, errors.Join(err, cpu.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		allocs, err := os.Create(filepath.Join(folder, name+".allocs"))
		if err != nil {
			return errors.Join(err, cpu.Close())
		}
		return errors.Join(pprof.Lookup("allocs").WriteTo(allocs, 0), allocs.Close(), cpu.Close())
	}, nil
}
