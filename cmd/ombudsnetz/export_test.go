package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombudsnetz/internal/pgtest"
)

func TestExports(t *testing.T) {
	t.Parallel()
	environment := []string{"DATABASE_URL=" + pgtest.EmptyDSN(t)}
	if output, err := command(t.Context(), environment, "demo").CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, output)
	}
	file := filepath.Join(t.TempDir(), "15.json")
	if err := os.WriteFile(file, []byte("of yesterday"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args []string
		want []string
		file bool
		fail bool
	}{
		{args: []string{"export", "directory", "--land", "15"}, want: []string{`"format":1`, `"name":"Ombudsstelle Magdeburg"`}},
		{args: []string{"export", "directory", "--land=DE-ST", "--out", file}, want: []string{`"format":1`, `"name":"Ombudsstelle Magdeburg"`}, file: true},
		{args: []string{"export", "hsds", "--land", "15"}, want: []string{`"total_items":5`, `"uri":"urn:ags:15090"`}},
		{args: []string{"export", "hsds", "--land", "15", "--out", file}, want: []string{`"total_items":5`}, file: true},
		{args: []string{"export", "hsds", "--land", "15003"}, want: []string{`--land is "15003"; expected the key or ISO code of a Land, such as 15 or DE-ST`}, fail: true},
		{args: []string{"export", "directory"}, want: []string{"--land"}, fail: true},
		{args: []string{"export", "directory", "--land", "15", "--out", filepath.Join(file, "below")}, want: []string{"below"}, fail: true},
		{args: []string{"export", "directory", "--help"}, want: []string{"ombudsnetz export directory --land DE-ST --out 15.json", "/directory/15.json"}},
		{args: []string{"export", "hsds", "--help"}, want: []string{"ombudsnetz export hsds --land 15", "/directory/15.hsds.json"}},
	} {
		run := command(t.Context(), environment, step.args...)
		var output []byte
		var err error
		if step.fail {
			output, err = run.CombinedOutput()
		} else {
			output, err = run.Output()
		}
		if step.file && err == nil {
			if len(output) > 0 {
				t.Errorf("%v also writes %s", step.args, output)
			}
			if output, err = os.ReadFile(file); err != nil {
				t.Fatal(err)
			}
		}
		if (err != nil) != step.fail {
			t.Errorf("%v: error %v:\n%s", step.args, err, output)
		}
		if strings.HasPrefix(step.want[0], `"`) && !json.Valid(output) {
			t.Errorf("%v gives no JSON", step.args)
		}
		for _, want := range step.want {
			if !strings.Contains(string(output), want) {
				t.Errorf("%v does not hold %q:\n%.2000s", step.args, want, output)
			}
		}
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
