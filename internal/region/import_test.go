package region_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

func (s setup) importer() *region.Importer { return region.NewImporter(s.db, s.Service, uuid.New) }

func silent(string, int, int) {}

// told are differences in one line each, without those of no kind.
func told(classes []region.Class) string {
	var lines []string
	for _, class := range classes {
		for _, f := range class.Findings {
			lines = append(lines, class.Name+" "+f.Key+" "+f.Text)
		}
	}
	return strings.Join(lines, "\n")
}

func counts(classes []region.Class) string {
	var texts []string
	for _, class := range classes {
		if len(class.Findings) > 0 {
			texts = append(texts, fmt.Sprintf("%s %d", class.Name, len(class.Findings)))
		}
	}
	return strings.Join(texts, ", ")
}

// imported is a register that is previewed, applied and applied again.
func (s setup) imported(t *testing.T, file *register, options region.RegisterOptions) string {
	t.Helper()
	r := parse(t, file.String())
	before := s.all(t)
	preview, err := s.importer().PreviewRegister(t.Context(), r, options)
	if err != nil {
		t.Fatal(err)
	}
	if after := s.all(t); fmt.Sprint(len(before)) != fmt.Sprint(len(after)) {
		t.Fatal("the preview has changed the regions")
	}
	applied, err := s.importer().ApplyRegister(t.Context(), r, options, silent)
	if err != nil {
		t.Fatal(err)
	}
	if told(preview.Classes()) != told(applied.Classes()) {
		t.Errorf("previewed:\n%s\napplied:\n%s", told(preview.Classes()), told(applied.Classes()))
	}
	written := s.dump(t)
	again, err := s.importer().ApplyRegister(t.Context(), r, options, silent)
	if err != nil {
		t.Fatal(err)
	}
	if !again.Empty() || s.dump(t) != written {
		t.Errorf("the second run changes\n%s", told(again.Classes()))
	}
	return told(applied.Classes())
}

func (s setup) dump(t *testing.T) string {
	t.Helper()
	text, err := postgres.Row[string](t.Context(), s.db, `SELECT string_agg(r::text, E'\n' ORDER BY r.key, r.id) FROM region r`)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// state is a region as it is kept.
func (s setup) state(t *testing.T, key string) string {
	t.Helper()
	text, err := postgres.Row[string](t.Context(), s.db, `
SELECT coalesce(string_agg(concat_ws(' ', r.name, '"' || r.official_name || '"', r.designation, r.ars, r.association, '<' || p.key,
    'from ' || r.valid_from, 'to ' || r.valid_to, '-> ' || h.key, r.population, 'on ' || r.population_on, r.area_km2), ' | ' ORDER BY r.valid_from NULLS FIRST), '')
FROM region r LEFT JOIN region p ON p.id = r.parent_id LEFT JOIN region h ON h.id = r.successor_id WHERE r.key = $1`, key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestImportOfALandWithoutMunicipalities(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	file := &register{day: "20251231"}
	file.add("10", "10", "", "Saarland", "")
	for _, d := range [][2]string{
		{"10041", "Regionalverband Saarbrücken"}, {"10042", "Merzig-Wadern"}, {"10043", "Neunkirchen"}, {"10044", "Saarlouis"}, {"10045", "Saarpfalz-Kreis"}, {"10046", "St. Wendel"},
	} {
		file.add("40", d[0], "", d[1], map[bool]string{true: "45", false: "44"}[d[0] == "10041"])
	}
	if got := s.imported(t, file, region.RegisterOptions{}); got != "" {
		t.Errorf("the seed is not what the register says:\n%s", got)
	}
	file.add("50", "10046", "0111", "Freisen", "50").add("60", "10046111", "0111", "Freisen", "64", 4812, 7999).
		add("50", "10046", "0112", "Marpingen", "50").add("60", "10046112", "0112", "Marpingen", "64", 3976, 10001)
	want := `new 10046111 Freisen (Gemeinde)
new 10046112 Marpingen (Gemeinde)
changed 10 Saarland: population or area
changed 10046 St. Wendel: population or area`
	if got := s.imported(t, file, region.RegisterOptions{PopulationOn: day(t, "2024-12-31")}); got != want {
		t.Errorf("got\n%s", got)
	}
	for key, want := range map[string]string{
		"10046112": `Marpingen "Marpingen" Gemeinde 100460112112 <10046 10001 on 2024-12-31 39.76`,
		"10046":    `St. Wendel "St. Wendel" Landkreis <10 18000 on 2024-12-31 87.88`,
	} {
		if got := s.state(t, key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

func TestImportFollowsTheRegister(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.exec(t, `DELETE FROM region WHERE key LIKE '08%' AND key NOT IN ('08', '08111', '08115')`)
	first := s.imported(t, baden("20201231"), region.RegisterOptions{})
	if !strings.Contains(first, "new 081 Stuttgart (Regierungsbezirk)") || !strings.Contains(first, "changed 08115 Böblingen: population or area, region above") {
		t.Errorf("first:\n%s", first)
	}
	s.deliver(t, [3]string{"71101", "08115041", "Schönaich"}, [3]string{"71101", "08115045", "Schönaich"}, [3]string{"71067", "08115045", "Sindelfingen"})
	borough := s.mustInsert(t, stored{Key: "0811100001", Level: "BOROUGH", Name: "Mitte", Parent: s.id(t, "08111000")})

	later := &register{day: "20251231"}
	later.add("10", "08", "", "Land Baden-Württemberg", "").
		add("20", "081", "", "Stuttgart", "").
		add("40", "08111", "", "Stuttgart", "42").
		add("60", "08111000", "0000", "Stuttgart, Landeshauptstadt", "62", 20733, 610000).
		add("40", "08115", "", "Böblingen", "44").
		add("50", "08115", "5002", "GVV Neu", "54").
		add("60", "08115003", "5002", "Böblingen, Große Kreisstadt", "67", 3904, 50001).
		add("60", "08115045", "5001", "Sindelfingen, Stadt", "67", 6499, 74001)
	want := `merged 08115041 Schönaich ends on 2025-01-01; 08115045 Sindelfingen, Stadt took over
renamed 08111 Stuttgart, Landeshauptstadt is now Stuttgart
renamed 08115003 Böblingen, Stadt is now Böblingen, Große Kreisstadt
changed 08 Baden-Württemberg: population or area
changed 081 Stuttgart: population or area
changed 08111000 Stuttgart, Landeshauptstadt: population or area
changed 08115 Böblingen: population or area
changed 08115045 Sindelfingen, Stadt: population or area, association`
	got := s.imported(t, later, region.RegisterOptions{On: day(t, "2025-01-01"), Successors: map[string]string{"08115041": "08115045"}})
	if got != want {
		t.Errorf("later:\n%s", got)
	}
	for key, want := range map[string]string{
		"08115041": `Schönaich "Schönaich" Gemeinde 081155001041 GVV Musterschönbuch <08115 to 2025-01-01 -> 08115045 10001 on 2020-12-31 14.14`,
		"08115003": `Böblingen "Böblingen, Große Kreisstadt" Große Kreisstadt 081155002003 GVV Neu <08115 50001 on 2025-12-31 39.04`,
		"08":       `Baden-Württemberg "Baden-Württemberg" Land 734002 on 2025-12-31 311.36`,
	} {
		if got := s.state(t, key); got != want {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
	codes, err := postgres.Row[string](t.Context(), s.db, `SELECT string_agg(p.code || ' ' || p.place || ' ' || r.key, ', ' ORDER BY p.code) FROM postal_code_place p JOIN region r ON r.id = p.region_id`)
	if err != nil || codes != "71067 Sindelfingen 08115045, 71101 Schönaich 08115045" {
		t.Errorf("the postal codes are %s, %v", codes, err)
	}
	if heir, err := s.ByKey(t.Context(), "08115041", day(t, "2025-01-01")); err != nil || keysOf([]*region.Region{heir}) != "08115045" {
		t.Errorf("Schönaich is now %v, %v", heir, err)
	}
	if left, err := s.ByIDs(t.Context(), []uuid.UUID{borough}); err != nil || left[0].ValidTo != nil {
		t.Errorf("the borough is %v, %v", left, err)
	}
}

// The municipality of Eisenach got a new key when its district was dissolved; the
// district's heir follows from that.
func TestImportFindsSuccessors(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.exec(t, `UPDATE region SET valid_to = NULL, successor_id = NULL WHERE key = '16056'`)
	s.exec(t, `DELETE FROM region WHERE key LIKE '16%' AND key NOT IN ('16', '16056', '16063')`)
	s.mustInsert(t, stored{Key: "16056000", Level: "MUNICIPALITY", Name: "Eisenach", Parent: s.id(t, "16056")})
	s.mustInsert(t, stored{Key: "1605600001", Level: "BOROUGH", Name: "Mitte", Parent: s.id(t, "16056000")})
	s.mustInsert(t, stored{Key: "16063001", Level: "MUNICIPALITY", Name: "Altdorf", Parent: s.id(t, "16063")})
	file := &register{day: "20210701"}
	file.add("10", "16", "", "Thüringen", "").
		add("40", "16063", "", "Wartburgkreis", "44").
		add("60", "16063105", "0105", "Eisenach, Stadt", "67", 10402, 42000)
	want := `new 16063105 Eisenach, Stadt (Große Kreisstadt)
gone 1605600001 Mitte ends on 2021-07-01
gone 16063001 Altdorf ends on 2021-07-01
merged 16056 Eisenach, Stadt ends on 2021-07-01; 16063 Wartburgkreis took over
merged 16056000 Eisenach ends on 2021-07-01; 16063105 Eisenach, Stadt took over
changed 16 Freistaat Thüringen: population or area
changed 16063 Wartburgkreis: population or area`
	if got := s.imported(t, file, region.RegisterOptions{}); got != want {
		t.Errorf("got\n%s", got)
	}
	for key, want := range map[string]string{"16056": "to 2021-07-01 -> 16063", "16056000": "to 2021-07-01 -> 16063105", "16063105": "from 2021-07-01"} {
		if got := s.state(t, key); !strings.Contains(got, want) {
			t.Errorf("%s is %s, want %s", key, got, want)
		}
	}
}

func TestImportTellsContradictions(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.exec(t, `DELETE FROM region WHERE key LIKE '16%' AND key NOT IN ('16', '16056', '16063')`)
	s.mustInsert(t, stored{Key: "16064", Level: "DISTRICT", Name: "Späterkreis", Parent: s.id(t, "16"), From: "2031-01-01"})
	s.mustInsert(t, stored{Key: "16065", Level: "DISTRICT", Name: "Neukreis", Parent: s.id(t, "16"), From: "2025-12-31"})
	file := &register{day: "20251231"}
	file.add("10", "16", "", "Thüringen", "").add("40", "16056", "", "Eisenach, Stadt", "41").add("60", "16056000", "0000", "Eisenach, Stadt", "61").
		add("40", "16063", "", "Wartburgkreis", "44").add("40", "16064", "", "Späterkreis", "44")
	want := `changed 16 Freistaat Thüringen: population or area
contradictory 16056 Eisenach, Stadt is in the file of 2025-12-31, but in the database it ended on 2021-07-01
contradictory 16056000 Eisenach, Stadt belongs to 16056, which can't be entered
contradictory 16064 Späterkreis is in the file of 2025-12-31, but in the database it begins on 2031-01-01
contradictory 16065 Neukreis is not in the file, but in the database it begins on 2025-12-31
contradictory 16063 99999 can't be its successor: the one has to be gone and the other to be in the file, on the same level`
	before := s.state(t, "16056")
	if got := s.imported(t, file, region.RegisterOptions{Successors: map[string]string{"16063": "99999"}}); got != want {
		t.Errorf("got\n%s", got)
	}
	if s.state(t, "16056") != before || s.state(t, "16056000") != "" {
		t.Error("contradictions were written")
	}
}

// What is entered for the first time has always been there; what comes beside
// others begins.
func TestImportKnowsWhatIsNew(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.exec(t, `DELETE FROM region WHERE key LIKE '10%' AND key NOT IN ('10', '10041', '10042')`)
	s.mustInsert(t, stored{Key: "10042111", Level: "MUNICIPALITY", Name: "Altdorf", Parent: s.id(t, "10042")})
	file := &register{day: "20251231"}
	file.add("10", "10", "", "Saarland", "")
	for _, d := range []string{"10041", "10042", "10049"} {
		file.add("40", d, "", "Kreis "+d, "44").add("60", d+"111", "0111", "Altdorf", "64").add("60", d+"112", "0112", "Neudorf "+d, "64")
	}
	s.imported(t, file, region.RegisterOptions{})
	for key, begins := range map[string]bool{
		"10041111": false, "10041112": false, "10042111": false, "10042112": true, "10049": true, "10049111": true, "10049112": true,
	} {
		if got := s.state(t, key); strings.Contains(got, "from 2025-12-31") != begins {
			t.Errorf("%s is %s", key, got)
		}
	}
}

func TestImportFollowsAMunicipalityWithANewKey(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.exec(t, `DELETE FROM region WHERE key LIKE '08%' AND key NOT IN ('08', '08111', '08115')`)
	s.imported(t, baden("20201231"), region.RegisterOptions{})
	file := baden("20211231")
	file.lines = append(file.lines[:8], file.lines[9:]...)
	file.add("60", "08115046", "5001", "Schönaich, Stadt", "63", 1414, 10001)
	got := s.imported(t, file, region.RegisterOptions{})
	if !strings.Contains(got, "merged 08115041 Schönaich ends on 2021-12-31; 08115046 Schönaich, Stadt took over") {
		t.Errorf("got\n%s", got)
	}
	if got := s.state(t, "08115046"); !strings.Contains(got, "from 2021-12-31") {
		t.Errorf("the new one is %s", got)
	}
}

func TestTwoImportsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	r := parse(t, baden("20251231").String())
	var working sync.WaitGroup
	changes := make([]bool, 4)
	for i := range changes {
		working.Go(func() {
			diff, err := s.importer().ApplyRegister(t.Context(), r, region.RegisterOptions{}, silent)
			if err != nil {
				t.Error(err)
				return
			}
			changes[i] = !diff.Empty()
		})
	}
	working.Wait()
	n := 0
	for _, changed := range changes {
		if changed {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of four imports changed something", n)
	}
}

func TestImportOfManyRegionsSendsFewStatements(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	file := &register{day: "20251231"}
	file.add("10", "10", "", "Saarland", "")
	for d := 41; d <= 46; d++ {
		file.add("40", fmt.Sprintf("100%d", d), "", fmt.Sprintf("Kreis %d", d), "44")
		for m := range 600 {
			file.add("60", fmt.Sprintf("100%d%03d", d, m), fmt.Sprintf("%04d", m), fmt.Sprintf("Dorf %d-%d", d, m), "64", 100, 10)
		}
	}
	r := parse(t, file.String())
	ctx, counter := postgres.WithCounter(t.Context())
	var steps []string
	if _, err := s.importer().ApplyRegister(ctx, r, region.RegisterOptions{}, func(step string, done, total int) {
		steps = append(steps, fmt.Sprintf("%s %d/%d", step, done, total))
	}); err != nil {
		t.Fatal(err)
	}
	if n := counter.Statements(); n > 8 {
		t.Errorf("3600 municipalities took %d statements", n)
	}
	if got := strings.Join(steps, ", "); got != "entered 2000/3600, entered 3600/3600, changed 7/7" {
		t.Errorf("told %s", got)
	}
}

func TestAnImportThatIsGivenUpLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	before := s.dump(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.importer().ApplyRegister(ctx, parse(t, baden("20251231").String()), region.RegisterOptions{}, func(string, int, int) { cancel() })
	if err == nil || s.dump(t) != before {
		t.Errorf("error %v", err)
	}
}
