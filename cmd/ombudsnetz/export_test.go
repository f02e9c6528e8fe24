package main

import (
	"encoding/json"
	"fmt"
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
	size := fmt.Sprintf(`"total_items":%d,`, bodiesIn(t, environment, "15"))
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
		{args: []string{"export", "hsds", "--land", "15"}, want: []string{size, `"uri":"urn:ags:15090"`}},
		{args: []string{"export", "hsds", "--land", "15", "--out", file}, want: []string{size}, file: true},
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

// bodiesIn counts the offices and posts in the package of a Land: each of them is
// a service in HSDS.
func bodiesIn(t *testing.T, environment []string, land string) int {
	t.Helper()
	output, err := command(t.Context(), environment, "export", "directory", "--land", land).Output()
	if err != nil {
		t.Fatal(err)
	}
	var directory struct {
		OmbudsOffices, YouthWelfareOffices, ProceduralGuidePosts []struct{ ID string }
	}
	if err := json.Unmarshal(output, &directory); err != nil {
		t.Fatal(err)
	}
	n := len(directory.OmbudsOffices) + len(directory.YouthWelfareOffices) + len(directory.ProceduralGuidePosts)
	if n == 0 {
		t.Fatalf("the package of %s holds nobody", land)
	}
	return n
}
