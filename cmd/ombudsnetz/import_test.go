package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ombudsnetz/internal/pgtest"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// saarland is a GV100AD file with a few municipalities.
func saarland(municipalities int) string {
	var text strings.Builder
	line := func(kind, key, association, name, code, figures string) {
		fmt.Fprintf(&text, "%-220s\r\n", fmt.Sprintf("%-2s20251231%-8s%-4s%-50s%-50s%-2s    %s", kind, key, association, name, "Musterstadt", code, figures))
	}
	line("10", "10", "", "Saarland", "", "")
	for i, name := range []string{"Regionalverband Saarbrücken", "Merzig-Wadern", "Neunkirchen", "Saarlouis", "Saarpfalz-Kreis", "St. Wendel"} {
		line("40", fmt.Sprintf("1004%d", i+1), "", name, map[int]string{0: "45"}[i]+map[bool]string{true: "44"}[i > 0], "")
	}
	for i := range municipalities {
		line("60", fmt.Sprintf("10046%03d", i), fmt.Sprintf("%04d", i), fmt.Sprintf("Musterdorf %d", i), "64", "0000000010000000001000")
	}
	return text.String()
}

func TestImports(t *testing.T) {
	t.Parallel()
	environment := []string{"DATABASE_URL=" + pgtest.EmptyDSN(t)}
	regions := write(t, "GV100AD_31122025.txt", saarland(12))
	broken := write(t, "broken.txt", saarland(1)+"61\r\n62\r\n")
	codes := write(t, "codes.csv", "postal_code,place,district_key,latitude,longitude\n66606,Musterdorf 3,10046,49.47,7.17\n99817,Eisenach,16056,50.98,10.32\n")
	for _, step := range []struct {
		args []string
		want []string
		fail bool
	}{
		{args: []string{"import", "regions", broken, "--apply"}, want: []string{"2 lines are broken, nothing was changed", "line 9: begins with \"61\"", "line 10: "}, fail: true},
		{args: []string{"import", "regions", regions}, want: []string{
			"holds 19 regions on 2025-12-31", "new                12\n    10046000 Musterdorf 0 (Gemeinde)", "… and 2 more, see --all", "nothing was changed; --apply",
		}},
		{args: []string{"import", "regions", regions, "--all"}, want: []string{"new                12\n", "10046011 Musterdorf 11 (Gemeinde)", "nothing was changed"}},
		{args: []string{"import", "regions", regions, "--apply", "--population-on", "2024-12-31"}, want: []string{"new                12\n", "\napplied\n"}},
		{args: []string{"import", "regions", regions, "--apply", "--population-on", "2024-12-31"}, want: []string{"new                 0\n", "nothing to change"}},
		{args: []string{"import", "regions", regions, "--valid-on", "yesterday"}, want: []string{`--valid-on is "yesterday"; expected a date such as 2021-07-01`}, fail: true},
		{args: []string{"import", "postal-codes", codes}, want: []string{
			"holds 2 places", "66606    Musterdorf 3 in 10046003", "contradictory       1\n    99817    line 3, Eisenach: the district 16056 Eisenach ended on 2021-07-01", "nothing was changed",
		}},
		{args: []string{"import", "postal-codes", codes, "--apply"}, want: []string{"\napplied\n"}},
		{args: []string{"import", "postal-codes", codes, "--apply"}, want: []string{"nothing to change"}},
		{args: []string{"import", "postal-codes", regions}, want: []string{"line 1: is not the header"}, fail: true},
		{args: []string{"import", "postal-codes", "missing.csv"}, want: []string{"missing.csv"}, fail: true},
		{args: []string{"import", "regions", "--help"}, want: []string{"GV100AD_31122025.txt --apply", "--valid-on", "--successor"}},
		{args: []string{"import", "postal-codes", "--help"}, want: []string{"postal_code,place,district_key,latitude,longitude"}},
	} {
		output, err := command(t.Context(), environment, step.args...).CombinedOutput()
		for _, want := range step.want {
			if (err != nil) != step.fail || !strings.Contains(string(output), want) {
				t.Errorf("%v: error %v, output does not hold %q:\n%s", step.args, err, want, output)
			}
		}
	}
}
