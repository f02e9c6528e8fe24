package region_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"ombudsnetz/internal/region"
)

// record writes one line as the Federal Statistical Office does: fields of fixed
// width, 220 characters in all.
func record(kind, day, key, association, name, code string, hectares, people int) string {
	line := fmt.Sprintf("%-2s%-8s%-8s%-4s%-50s%-50s%-2s    ", kind, day, key, association, name, "Musterstadt", code)
	if kind == "60" {
		line += fmt.Sprintf("%011d%011d%011d", hectares, people, people/2)
	}
	return fmt.Sprintf("%-220s", line)
}

// register is a GV100AD file of a Land or two.
type register struct {
	day   string
	lines []string
}

func (r *register) add(kind, key, association, name, code string, figures ...int) *register {
	figures = append(figures, 0, 0)
	r.lines = append(r.lines, record(kind, r.day, key, association, name, code, figures[0], figures[1]))
	return r
}

func (r *register) String() string { return strings.Join(r.lines, "\r\n") + "\r\n" }

// baden is a made-up part of Baden-Württemberg, where every kind of record occurs.
func baden(day string) *register {
	r := &register{day: day}
	return r.add("10", "08", "", "Baden-Württemberg", "").
		add("20", "081", "", "Stuttgart", "").
		add("30", "0811", "", "Stuttgart", "").
		add("40", "08111", "", "Stuttgart, Landeshauptstadt", "42").
		add("50", "08111", "0000", "Stuttgart, Landeshauptstadt", "50").
		add("60", "08111000", "0000", "Stuttgart, Landeshauptstadt", "62", 20733, 610000).
		add("40", "08115", "", "Böblingen", "44").
		add("50", "08115", "5001", "GVV Musterschönbuch", "54").
		add("60", "08115041", "5001", "Schönaich", "64", 1414, 10001).
		add("60", "08115045", "5001", "Sindelfingen, Stadt", "67", 5085, 64000).
		add("50", "08115", "0003", "Böblingen, Stadt", "50").
		add("60", "08115003", "0003", "Böblingen, Stadt", "67", 3904, 50001)
}

func parse(t *testing.T, text string) *region.Register {
	t.Helper()
	got, err := region.ParseGV100AD(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func entries(r *region.Register) string {
	var lines []string
	for _, e := range r.Entries {
		line := fmt.Sprintf("%s %s %q %q %s <%s", e.Key, e.Level, e.Name, e.OfficialName, e.Designation, e.ParentKey)
		if e.Ars != nil {
			line += " " + *e.Ars
		}
		if e.Association != nil {
			line += " " + *e.Association
		}
		if e.Population != nil {
			line += fmt.Sprintf(" %d", *e.Population)
		}
		if e.AreaKm2 != nil {
			line += fmt.Sprintf(" %.2f", *e.AreaKm2)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

const badenEntries = `08 LAND "Baden-Württemberg" "Baden-Württemberg" Land < 734002 311.36
081 GOVERNMENT_REGION "Stuttgart" "Stuttgart" Regierungsbezirk <08 734002 311.36
08111 DISTRICT "Stuttgart" "Stuttgart, Landeshauptstadt" Stadtkreis <081 610000 207.33
08111000 MUNICIPALITY "Stuttgart" "Stuttgart, Landeshauptstadt" Stadtkreis <08111 081110000000 610000 207.33
08115 DISTRICT "Böblingen" "Böblingen" Landkreis <081 124002 104.03
08115003 MUNICIPALITY "Böblingen" "Böblingen, Stadt" Große Kreisstadt <08115 081150003003 50001 39.04
08115041 MUNICIPALITY "Schönaich" "Schönaich" Gemeinde <08115 081155001041 GVV Musterschönbuch 10001 14.14
08115045 MUNICIPALITY "Sindelfingen" "Sindelfingen, Stadt" Große Kreisstadt <08115 081155001045 GVV Musterschönbuch 64000 50.85`

func TestGV100ADInEveryEncoding(t *testing.T) {
	t.Parallel()
	text := baden("20251231").String()
	latin, err := charmap.ISO8859_1.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	dos, err := charmap.CodePage850.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"UTF-8": text, "UTF-8 with a mark": "\ufeff" + text, "ISO 8859-1": latin, "code page 850": dos, "Unix lines": strings.ReplaceAll(text, "\r\n", "\n"),
		"the end of a DOS file": text + "\x1a", "empty lines": "\r\n" + text + "\r\n\r\n",
	} {
		got := parse(t, file)
		if got.On.String() != "2025-12-31" || got.Passed != 1 {
			t.Errorf("%s: of %s, %d passed", name, got.On, got.Passed)
		}
		if entries(got) != badenEntries {
			t.Errorf("%s:\n%s", name, entries(got))
		}
	}
}

func TestGV100ADLinesMayBeCutOff(t *testing.T) {
	t.Parallel()
	lines := strings.Split(baden("20251231").String(), "\r\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	if got := entries(parse(t, strings.Join(lines, "\n"))); got != badenEntries {
		t.Error(got)
	}
}

func TestBrokenLinesAreNamed(t *testing.T) {
	t.Parallel()
	good := baden("20251231").lines
	replaced := func(line, from int, by string) string {
		runes := []rune(good[line-1])
		copy(runes[from-1:], []rune(by))
		lines := append([]string{}, good...)
		lines[line-1] = string(runes)
		return strings.Join(lines, "\n")
	}
	for name, c := range map[string]struct{ file, want string }{
		"nothing":                           {"", "line 1: the file is empty"},
		"white space":                       {" \n\n", "line 1: the file is empty"},
		"an unknown kind":                   {replaced(4, 1, "41"), `line 4: begins with "41"`},
		"no file of this kind":              {"PK\x03\x04\n", `line 1: begins with "PK"`},
		"a day that does not exist":         {replaced(4, 3, "20250230"), "line 4: has no date"},
		"another day":                       {replaced(4, 3, "20241231"), "line 4: is of 2024-12-31, but line 1 is of 2025-12-31"},
		"a key behind a key":                {replaced(1, 11, "08081081"), "line 1: has no key of 2 digits"},
		"letters in a key":                  {replaced(9, 11, "0811504x"), "line 9: has no key of 8 digits"},
		"a key that is too short":           {replaced(9, 11, "08115   "), "line 9: has no key of 8 digits"},
		"letters in an association":         {replaced(9, 19, "500x"), "line 9: has no 4 digits of an association"},
		"no name":                           {replaced(9, 23, strings.Repeat(" ", 50)), "line 9: has no readable name"},
		"no kind of region":                 {replaced(9, 123, "  "), "line 9: has no kind of region"},
		"an area with a letter":             {replaced(9, 129, "0000000x"), "line 9: has an area"},
		"a population with a sign":          {replaced(9, 140, "-1"), "line 9: has a population"},
		"an impossible population":          {replaced(9, 140, "99999999999"), "line 9: has an impossible population"},
		"a key twice":                       {replaced(9, 11, "08115045"), "line 10: has the key 08115045, which line 9 has already"},
		"a municipality without a district": {replaced(9, 11, "08116041"), "line 9: belongs to 08116, which the file does not hold"},
		"a district without a Land":         {replaced(7, 11, "09115"), "line 7: belongs to 09, which the file does not hold"},
		"a line that is cut off early":      {strings.Join(good[:3], "\n") + "\n" + good[3][:60], "line 4: has no kind of region"},
	} {
		got, err := region.ParseGV100AD(strings.NewReader(c.file))
		if err == nil || got != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

func TestAtMostTwentyBrokenLinesAreShown(t *testing.T) {
	t.Parallel()
	file := baden("20251231").String() + strings.Repeat("70\n", 25)
	_, err := region.ParseGV100AD(strings.NewReader(file))
	if err == nil {
		t.Fatal("no error")
	}
	text := err.Error()
	if strings.Count(text, "\n  line ") != 20 || !strings.HasPrefix(text, "25 lines are broken, nothing was changed:\n  line 13: ") || !strings.HasSuffix(text, "… and 5 more") {
		t.Error(text)
	}
}

func FuzzParseGV100AD(f *testing.F) {
	f.Add([]byte(baden("20251231").String()))
	f.Add([]byte("10"))
	f.Add([]byte{0x84, 0xff, '\n'})
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := region.ParseGV100AD(bytes.NewReader(content))
		if err != nil {
			return
		}
		for _, e := range got.Entries {
			if e.Name == "" || e.Designation == "" || !strings.HasPrefix(e.Key, e.ParentKey) {
				t.Errorf("%+v", e)
			}
		}
	})
}
