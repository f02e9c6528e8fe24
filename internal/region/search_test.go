package region_test

import (
	"context"
	"strings"
	"testing"

	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/region"
)

// places makes a few municipalities and postal codes.
func (s setup) places(t *testing.T) {
	t.Helper()
	for _, m := range []struct{ key, ars, name string }{
		{"03356006", "033565406006", "Neuenkirchen"}, {"03459024", "034595401024", "Neuenkirchen-Vörden"},
		{"05566056", "055660056056", "Neuenkirchen"}, {"01051077", "010515178077", "Neuenkirchen"},
		{"15090535", "150900535535", "Stendal"}, {"15090485", "150900485485", "Schollene"},
		{"09162000", "091620000000", "München"}, {"11000000", "110000000000", "Berlin"},
		{"12053000", "120530000000", "Frankfurt (Oder)"}, {"06412000", "064120000000", "Frankfurt am Main"},
		{"03241001", "032410001001", "Hannover"}, {"08416041", "084160041041", "Tübingen"},
		{"14625020", "146250020020", "Bautzen / Budyšin"}, {"07135064", "071355009064", "Müden (Mosel)"},
	} {
		s.mustInsert(t, stored{Key: m.key, Ars: m.ars, Level: "MUNICIPALITY", Name: m.name, Parent: s.id(t, m.key[:5])})
	}
	s.mustInsert(t, stored{Key: "16056000", Level: "MUNICIPALITY", Name: "Eisenach", Parent: s.id(t, "16056"), To: "2021-07-01"})
	s.deliver(t, [3]string{"14715", "15090485", "Schollene"}, [3]string{"14715", "12063", "Nennhausen"}, [3]string{"14715", "12063", "Havelaue"},
		[3]string{"39576", "15090535", "Stendal"}, [3]string{"39576", "15090535", "Borstel"}, [3]string{"39599", "15090", "Neuenkirchen"},
		[3]string{"15090", "12061", "Musterort"}, [3]string{"99817", "16056", "Eisenach"})
}

func choices(matches []*region.Match) string {
	texts := make([]string, len(matches))
	for i, m := range matches {
		texts[i] = m.Name + " " + m.Region.Key
		if m.PostalCode != nil {
			texts[i] = *m.PostalCode + " " + texts[i]
		}
	}
	return strings.Join(texts, ", ")
}

func TestSearchFinds(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.places(t)
	for typed, want := range map[string]string{
		"Tübingen": "Tübingen 08416, Tübingen 08416041", "tuebingen": "Tübingen 08416, Tübingen 08416041",
		"TUBINGEN": "Tübingen 08416, Tübingen 08416041", "Tubnigen": "Tübingen 08416, Tübingen 08416041",
		"Schollehne": "Schollene 15090485", "shollene": "Schollene 15090485", "Scholl": "Schollene 15090485",
		"Budysin": "Bautzen / Budyšin 14625020", "budyšin": "Bautzen / Budyšin 14625020",
		"Mueden": "Müden (Mosel) 07135064", "Müden Mosel": "Müden (Mosel) 07135064",
		"Frankfurt Oder": "Frankfurt (Oder) 12053000", "frankfurt/main": "Frankfurt am Main 06412000",
		"Landkreis Stendal": "Stendal 15090", "Berlin": "Berlin 11000000", "Hamburg": "Hamburg 02000",
		"Neuenkirchen": "Neuenkirchen 01051077, Neuenkirchen 03356006, Neuenkirchen 05566056, Neuenkirchen 15090, Neuenkirchen-Vörden 03459024",
		"39576":        "39576 Stendal 15090535", "3957": "39576 Stendal 15090535", "D-39576": "39576 Stendal 15090535",
		"14715":           "14715 Havelland 12063, 14715 Schollene 15090485",
		"14715 Scholle":   "14715 Schollene 15090485, 14715 Havelaue 12063, 14715 Nennhausen 12063",
		"D-39576 Borstel": "39576 Borstel 15090535, 39576 Stendal 15090535", "39577 Borstel": "Borstel 15090535", "Borstel, 39576": "39576 Borstel 15090535, 39576 Stendal 15090535",
		"15090":     "15090 Musterort 12061, Stendal 15090, Schollene 15090485, Stendal 15090535",
		"15 090":    "15090 Musterort 12061, Stendal 15090, Schollene 15090485, Stendal 15090535",
		"15090535":  "Stendal 15090535",
		"150900535": "Stendal 15090535", "150900535535": "Stendal 15090535", "150900000000": "Stendal 15090",
		"99999": "", "Xyzzyqux": "", "!!!": "", "Αθήνα": "", "%%": "", "' OR 1=1": "",
		"16056": "", "99817": "", // dissolved
	} {
		statements(t, typed, 1, func(ctx context.Context) {
			got, err := s.Search(ctx, typed, nil, 5)
			if err != nil {
				t.Fatalf("%q: %v", typed, err)
			}
			if !strings.HasPrefix(choices(got), want) || want == "" && len(got) > 0 {
				t.Errorf("%q finds %q, want %q", typed, choices(got), want)
			}
		})
	}
}

func TestSearchSaysDistrictAndLand(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.places(t)
	for typed, want := range map[string]string{
		"Schollene": "15090 15", "Neuenkirchen-V": "03459 03", "Bayern": "- 09", "Altmarkkreis": "15081 15", "11000000": "11000 11",
	} {
		got, err := s.Search(t.Context(), typed, nil, 1)
		if err != nil || len(got) != 1 || keysOf([]*region.Region{got[0].District, got[0].Land}) != want {
			t.Errorf("%q lies in %v, %v, want %s", typed, got, err, want)
		}
	}
}

// Whoever types sees the place among the choices after a few letters.
func TestSearchWhileTyping(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.places(t)
	for _, name := range []string{"Schollene", "Magdeburg", "Müden (Mosel)", "Neuenkirchen-Vörden", "Lübeck"} {
		letters := []rune(name)
		for n := 4; n <= len(letters); n++ {
			got, err := s.Search(t.Context(), string(letters[:n]), nil, 10)
			if err != nil || !strings.Contains(choices(got), name) {
				t.Errorf("%q finds %q, %v", string(letters[:n]), choices(got), err)
			}
		}
	}
}

func TestSearchKnowsTheDay(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.places(t)
	for on, want := range map[string]string{"2021-06-30": "Eisenach 16056000", "2021-07-01": ""} {
		got, err := s.Search(t.Context(), "Eisenach", day(t, on), 10)
		if err != nil || choices(got) != want {
			t.Errorf("on %s Eisenach is %q, %v, want %q", on, choices(got), err, want)
		}
	}
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for name, c := range map[string]struct {
		typed  string
		first  int
		fields []string
	}{
		"nothing":           {"", 10, []string{"text"}},
		"one letter":        {"ü", 10, []string{"text"}},
		"one digit":         {"1", 10, []string{"text"}},
		"spaces":            {" a ", 10, []string{"text"}},
		"201 characters":    {strings.Repeat("ü", 201), 10, []string{"text"}},
		"no choice":         {"Stendal", 0, []string{"first"}},
		"51 choices":        {"Stendal", 51, []string{"first"}},
		"both":              {"x", -1, []string{"text", "first"}},
		"200 characters":    {strings.Repeat("ü", 200), 50, nil},
		"200 digits":        {strings.Repeat("1", 200), 50, nil},
		"Arabic digits":     {"١٢٣٤٥", 10, nil},
		"one composed sign": {"u\u0308", 10, []string{"text"}},
	} {
		_, err := s.Search(t.Context(), c.typed, nil, c.first)
		wantRefused(t, name, err, c.fields...)
	}
	if _, err := s.Search(t.Context(), "a\x00b", nil, 10); fault.CodeOf(err) != fault.BadUserInput {
		t.Errorf("NUL: %v", err)
	}
}
