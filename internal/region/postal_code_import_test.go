package region_test

import (
	"fmt"
	"strings"
	"testing"

	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

const codesHeader = "postal_code,place,district_key,latitude,longitude\n"

func rows(t *testing.T, lines ...string) []region.PostalCodeRow {
	t.Helper()
	got, err := region.ParsePostalCodes(strings.NewReader(codesHeader + strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestBrokenPostalCodesAreNamed(t *testing.T) {
	t.Parallel()
	const good = "39576,Stendal,15090,52.6,11.85\n"
	for name, c := range map[string]struct{ file, want string }{
		"nothing":               {"", "line 1: is not the header postal_code,place,district_key,latitude,longitude"},
		"no header":             {good, "line 1: is not the header"},
		"another order":         {"place,postal_code,district_key,latitude,longitude\n" + good, "line 1: is not the header"},
		"a header alone":        {codesHeader, "line 1: is followed by no row"},
		"a code of four digits": {codesHeader + good + "9576,Stendal,15090,52.6,11.85\n", "line 3: has a postal code"},
		"a number for a code":   {codesHeader + "1067.0,Dresden,14612,,\n", "line 2: has a postal code"},
		"no place":              {codesHeader + "39576, ,15090,52.6,11.85\n", "line 2: has a place"},
		"a long place":          {codesHeader + "39576," + strings.Repeat("ä", 201) + ",15090,52.6,11.85\n", "line 2: has a place"},
		"an unseen character":   {codesHeader + "39576,Sten\u200bdal,15090,52.6,11.85\n", "line 2: has a place"},
		"a district's key":      {codesHeader + "39576,Stendal,1509,52.6,11.85\n", "line 2: has a district key"},
		"a column less":         {codesHeader + good + "39576,Stendal,15090,52.6\n", "line 3: has 4 columns; expected 5"},
		"a column more":         {codesHeader + "39576,Stendal,15090,52.6,11.85,x\n", "line 2: has 6 columns"},
		"a decimal comma":       {codesHeader + `39576,Stendal,15090,"52,6","11,85"` + "\n", "line 2: has a latitude"},
		"beyond the pole":       {codesHeader + "39576,Stendal,15090,90.1,11.85\n", "line 2: has a latitude"},
		"beyond the date line":  {codesHeader + "39576,Stendal,15090,52.6,-181\n", "line 2: has a longitude"},
		"no number":             {codesHeader + "39576,Stendal,15090,NaN,11.85\n", "line 2: has a latitude"},
		"half a point":          {codesHeader + "39576,Stendal,15090,52.6,\n", "line 2: has a latitude or a longitude alone"},
		"an open quote":         {codesHeader + good + "39576,\"Stendal,15090,52.6,11.85\n", "is no CSV"},
		"a second bad line":     {codesHeader + "1,A,15090,,\n" + good + "2,B,15090,,\n", "2 lines are broken, nothing was changed:\n  line 2: has a postal code that is not 5 digits\n  line 4: has a postal code"},
	} {
		got, err := region.ParsePostalCodes(strings.NewReader(c.file))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v, want %s", name, got, err, c.want)
		}
	}
	got := rows(t, "", `39576,"Stendal, Altstadt",15090,52.600001,11.85`, "01067,Dresden,14612,,")
	if len(got) != 2 || got[0].Place != "Stendal, Altstadt" || *got[0].Latitude != 52.6 || got[0].Line != 3 || got[1].Code != "01067" || got[1].Latitude != nil {
		t.Errorf("read %+v", got)
	}
}

// delivered are previewed, applied and applied again.
func (s setup) delivered(t *testing.T, file []region.PostalCodeRow) []region.Class {
	t.Helper()
	preview, err := s.importer().PreviewPostalCodes(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	applied, err := s.importer().ApplyPostalCodes(t.Context(), file, silent)
	if err != nil {
		t.Fatal(err)
	}
	if told(preview.Classes()) != told(applied.Classes()) {
		t.Errorf("previewed:\n%s\napplied:\n%s", told(preview.Classes()), told(applied.Classes()))
	}
	again, err := s.importer().ApplyPostalCodes(t.Context(), file, silent)
	if err != nil || !again.Empty() {
		t.Errorf("the second run changes\n%s, %v", told(again.Classes()), err)
	}
	return applied.Classes()
}

func (s setup) delivery(t *testing.T) string {
	t.Helper()
	text, err := postgres.Row[string](t.Context(), s.db, `
SELECT string_agg(concat_ws(' ', p.code, p.place, r.key, p.latitude, p.longitude), E'\n' ORDER BY p.code, p.place)
FROM postal_code_place p JOIN region r ON r.id = p.region_id`)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestImportOfPostalCodes(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for _, m := range [][2]string{{"15090485", "Schollene"}, {"15090535", "Stendal"}, {"15090001", "Neudorf"}, {"15090002", "Neudorf"}, {"15003000", "Magdeburg"}} {
		s.mustInsert(t, stored{Key: m[0], Level: "MUNICIPALITY", Name: m[1], Parent: s.id(t, m[0][:5])})
	}
	s.deliver(t, [3]string{"39576", "15090", "Stendal"}, [3]string{"39576", "15090", "Weg"}, [3]string{"14715", "15090485", "Schollene"})
	got := told(s.delivered(t, rows(t,
		"14715,Schollene,15090,52.677,12.2187", "14715,Nennhausen,12063,52.6,12.5", "39576,STENDAL,15090,52.6,11.85", "39576,Stendal,15090,52.6,11.85",
		"39576,Borstel,15090,52.62,11.84", "39599,Neudorf,15090,52.6,11.7", "39104,Altstadt,15003,,")))
	want := `new 14715 Nennhausen in 12063
new 39576 STENDAL in 15090535
new 39576 Borstel in 15090
new 39599 Neudorf in 15090
new 39104 Altstadt in 15003000
gone 39576 Weg in 15090
moved 39576 Stendal goes from 15090 to 15090535
changed 14715 Schollene lies at another point`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	const kept = `14715 Nennhausen 12063 52.60000 12.50000
14715 Schollene 15090485 52.67700 12.21870
39104 Altstadt 15003000
39576 Borstel 15090 52.62000 11.84000
39576 Stendal 15090535 52.60000 11.85000
39576 STENDAL 15090535 52.60000 11.85000
39599 Neudorf 15090 52.60000 11.70000`
	if got := s.delivery(t); got != kept {
		t.Errorf("kept are\n%s", got)
	}
}

// As in the data of the whole country: a code of one company whose offices were
// put where they sit, an Austrian enclave, and an island far out.
func TestContradictoryPostalCodesAreToldAndLeftOut(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	lines := []string{
		"10875,Musterfirma Zentrale,11000,52.5064,13.3731", "10875,Musterfirma Lager,12061,52.3891,13.4988", "10875,Musterfirma Süd,08111,48.7239,9.1699",
		"99817,Eisenach,16056,50.98,10.32", "87491,Jungholz,,47.57,10.45", "12345,Nirgendwo,99999,52.5,13.4",
		"10115,Berlin,11000,52.53,13.38", "10115,Berlin,11000,52.53,13.38", "10117,Berlin,11000,52.52,13.39",
		"27498,Helgoland,01056,54.18,7.89",
	}
	for i := range 5 {
		lines = append(lines, fmt.Sprintf("2757%d,Bremerhaven,04012,53.5%d,8.58", i, i))
	}
	classes := s.delivered(t, rows(t, lines...))
	if got := counts(classes); got != "new 10, contradictory 5" {
		t.Errorf("%s:\n%s", got, told(classes))
	}
	want := `contradictory 10875 line 4, Musterfirma Süd: lies in Stuttgart, 516 km from where this code belongs
contradictory 99817 line 5, Eisenach: the district 16056 Eisenach ended on 2021-07-01
contradictory 87491 line 6, Jungholz: names no district
contradictory 12345 line 7, Nirgendwo: no district has the key 99999
contradictory 10115 line 9, Berlin: stands in line 8 already`
	if got := told(classes[4:]); got != want {
		t.Errorf("got\n%s", got)
	}
	if got := s.delivery(t); !strings.Contains(got, "27498 Helgoland 01056") || strings.Contains(got, "Süd") || strings.Contains(got, "Eisenach") {
		t.Errorf("kept are\n%s", got)
	}
}

// Three places of one code make a middle from which the fourth is evidently far,
// though it still lies in the code's zone.
func TestAPlaceFarFromItsCode(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	got := counts(s.delivered(t, rows(t,
		"31131,A,03254,52.15,9.95", "31131,B,03254,52.15,9.95", "31131,C,03254,52.16,9.96", "31131,Fern,05754,51.9,8.4",
		"31134,D,03254,52.15,9.95", "31134,Auch fern,05754,51.9,8.4")))
	if got != "new 5, contradictory 1" {
		t.Errorf("got %s", got)
	}
}
