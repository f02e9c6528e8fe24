package region_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/pgtest"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// clock is the time as a test sets it; noon on 1 March 2026 at first.
type clock struct{ at atomic.Pointer[time.Time] }

func newClock() *clock {
	c := new(clock)
	c.set(time.Date(2026, time.March, 1, 12, 0, 0, 0, time.UTC))
	return c
}

func (c *clock) set(t time.Time) { c.at.Store(&t) }

func (c *clock) now() time.Time { return *c.at.Load() }

type setup struct {
	*region.Service
	db    *postgres.DB
	clock *clock
}

func newSetup(t *testing.T) setup {
	t.Helper()
	db := pgtest.New(t)
	codec, err := page.LoadCodec(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	return setup{Service: region.NewService(db, codec, c.now, berlin), db: db, clock: c}
}

func (s setup) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := s.db.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}

// stored is a row as the tests make it: the service has no verb for that.
type stored struct {
	ID, Parent, Successor uuid.UUID
	Key, Level, Name, Ars string
	From, To              string
}

// insert puts a region into the table. Without an id it gets a new one, without
// a name its key; the parent's key is read from the parent.
func (s setup) insert(ctx context.Context, r stored) (uuid.UUID, error) {
	if r.ID == uuid.Nil {
		r.ID = uuid.New()
	}
	if r.Name == "" {
		r.Name = r.Key
	}
	_, err := s.db.Exec(ctx, `
INSERT INTO region (id, key, level, name, official_name, designation, parent_id, parent_key, valid_from, valid_to, successor_id, ars)
VALUES ($1, $2, $3, $4, $4, 'Testgebiet', nullif($5::uuid, $8), (SELECT key FROM region WHERE id = $5::uuid),
        nullif($6, '')::date, nullif($7, '')::date, nullif($9::uuid, $8), nullif($10, ''))`,
		r.ID, r.Key, r.Level, r.Name, r.Parent, r.From, r.To, uuid.Nil, r.Successor, r.Ars)
	return r.ID, err
}

func (s setup) mustInsert(t *testing.T, r stored) uuid.UUID {
	t.Helper()
	id, err := s.insert(t.Context(), r)
	if err != nil {
		t.Fatalf("%s: %v", r.Key, err)
	}
	return id
}

// id is the id of the region that has had key at all times.
func (s setup) id(t *testing.T, key string) uuid.UUID {
	t.Helper()
	id, err := postgres.Row[uuid.UUID](t.Context(), s.db, `SELECT id FROM region WHERE key = $1`, key)
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return id
}

func day(t *testing.T, text string) *civil.Date {
	t.Helper()
	if text == "" {
		return nil
	}
	d, err := civil.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return &d
}

// statements fails the test unless do sends exactly want statements.
func statements(t *testing.T, what string, want int, do func(ctx context.Context)) {
	t.Helper()
	ctx, counter := postgres.WithCounter(t.Context())
	do(ctx)
	if got := counter.Statements(); got != want {
		t.Errorf("%s: %d statements, want %d", what, got, want)
	}
}

func wantRefused(t *testing.T, what string, err error, fields ...string) {
	t.Helper()
	var got []string
	for _, e := range fault.All(err) {
		if e.Code != fault.BadUserInput || e.Text.EN == "" || e.Text.DE == "" {
			t.Errorf("%s: problem %v", what, e)
		}
		got = append(got, e.Field)
	}
	if strings.Join(got, " ") != strings.Join(fields, " ") {
		t.Errorf("%s: error is %v, want problems at %s", what, err, fields)
	}
}

func keysOf(regions []*region.Region) string {
	keys := make([]string, len(regions))
	for i, r := range regions {
		if keys[i] = "-"; r != nil {
			keys[i] = r.Key
		}
	}
	return strings.Join(keys, " ")
}

func TestTodayIsInTheZoneOfTheService(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for instant, want := range map[string]string{
		"2021-06-30T21:59:59Z": "2021-06-30", // summer time
		"2021-06-30T22:00:00Z": "2021-07-01",
		"2021-12-31T22:59:59Z": "2021-12-31",
		"2021-12-31T23:00:00Z": "2022-01-01",
	} {
		at, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			t.Fatal(err)
		}
		s.clock.set(at)
		if got := s.Today().String(); got != want {
			t.Errorf("at %s it is %s, want %s", instant, got, want)
		}
	}
}

func TestByKeyRefusesMalformedKeys(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for name, key := range map[string]string{
		"empty": "", "one digit": "1", "four digits": "1505", "six digits": "150900", "seven digits": "1509000",
		"nine digits": "150900000", "letters": "ab", "a letter": "1509O", "a space": "15 90", "a sign": "+1", "a wildcard": "15%",
		"eleven digits": "15090053553", "thirteen digits": "1509005355350", "twelve letters": "15090053553x", "Arabic digits": "١٥", "full-width digit": "１5", "NUL": "1\x00", "SQL": "15' OR", "a line break": "15\n",
	} {
		for _, asOf := range []string{"", "2021-01-01"} {
			_, err := s.ByKey(t.Context(), key, day(t, asOf))
			wantRefused(t, name, err, "key")
		}
	}
}

func TestByKey(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for name, c := range map[string]struct{ key, asOf, want string }{
		"a Land":                                 {"15", "", "15 Sachsen-Anhalt"},
		"a district":                             {"15090", "", "15090 Stendal"},
		"leading zero":                           {"01", "", "01 Schleswig-Holstein"},
		"long before the directory":              {"15090", "0001-01-01", "15090 Stendal"},
		"in a far future":                        {"15090", "9999-12-31", "15090 Stendal"},
		"the last day of Eisenach":               {"16056", "2021-06-30", "16056 Eisenach"},
		"the first day without Eisenach":         {"16056", "2021-07-01", "16063 Wartburgkreis"},
		"Eisenach today":                         {"16056", "", "16063 Wartburgkreis"},
		"Wartburgkreis before":                   {"16063", "2021-06-30", "16063 Wartburgkreis"},
		"Wartburgkreis since":                    {"16063", "2021-07-01", "16063 Wartburgkreis"},
		"a key that nobody has":                  {"99", "", "none"},
		"a district's key that nobody has":       {"15999", "2020-01-01", "none"},
		"a municipality while there are none":    {"15090535", "", "none"},
		"the beginning of a key is another key":  {"150", "", "none"},
		"a Land's key with zeros behind is none": {"15000", "", "none"},
	} {
		got, err := s.ByKey(t.Context(), c.key, day(t, c.asOf))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := "none"
		if got != nil {
			found = got.Key + " " + got.Name
		}
		if found != c.want {
			t.Errorf("%s: found %s, want %s", name, found, c.want)
		}
	}
}

func TestByKeyTodayIsTheDayOfTheClock(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for instant, want := range map[string]string{"2021-06-30T21:59:59Z": "16056", "2021-06-30T22:00:00Z": "16063"} {
		at, err := time.Parse(time.RFC3339, instant)
		if err != nil {
			t.Fatal(err)
		}
		s.clock.set(at)
		if got, err := s.ByKey(t.Context(), "16056", nil); err != nil || got == nil || got.Key != want {
			t.Errorf("at %s: %v, %v, want %s", instant, got, err, want)
		}
	}
}

// 15081 became 15083 in 2000, which became 15085 in 2010; 15086 follows an
// earlier holder of its own key.
func TestByKeyFollowsSuccessors(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	land := s.id(t, "15")
	district := func(key, from, to string, successor uuid.UUID) uuid.UUID {
		return s.mustInsert(t, stored{Key: key, Level: "DISTRICT", Name: key + " from " + from, Parent: land, From: from, To: to, Successor: successor})
	}
	s.exec(t, `DELETE FROM region WHERE key IN ('15081', '15083', '15085', '15086', '15087', '15088')`)
	third := district("15085", "2010-01-01", "", uuid.Nil)
	second := district("15083", "2000-01-01", "2010-01-01", third)
	district("15081", "", "2000-01-01", second)
	heir := district("15086", "2005-01-01", "", uuid.Nil)
	district("15086", "", "1995-01-01", heir)
	district("15087", "1990-01-01", "1999-01-01", uuid.Nil)
	district("15088", "", "1995-01-01", uuid.Nil)
	district("15088", "2005-01-01", "", uuid.Nil)
	for name, c := range map[string]struct{ key, asOf, want string }{
		"before the first change":                    {"15081", "1999-12-31", "15081 from "},
		"on the day of the first change":             {"15081", "2000-01-01", "15083 from 2000-01-01"},
		"on the last day between":                    {"15081", "2009-12-31", "15083 from 2000-01-01"},
		"on the day of the second change":            {"15081", "2010-01-01", "15085 from 2010-01-01"},
		"today":                                      {"15081", "", "15085 from 2010-01-01"},
		"from the middle":                            {"15083", "", "15085 from 2010-01-01"},
		"the middle before it began":                 {"15083", "1999-12-31", "none"},
		"the first holder of a key":                  {"15086", "1994-12-31", "15086 from "},
		"the second holder of a key":                 {"15086", "2005-01-01", "15086 from 2005-01-01"},
		"a key before its two holders' gap":          {"15088", "1994-12-31", "15088 from "},
		"a key between its two holders":              {"15088", "1995-01-01", "none"},
		"a key after its two holders' gap":           {"15088", "2005-01-01", "15088 from 2005-01-01"},
		"a district before it began":                 {"15087", "1989-12-31", "none"},
		"a district on its first day":                {"15087", "1990-01-01", "15087 from 1990-01-01"},
		"a district on its last day":                 {"15087", "1998-12-31", "15087 from 1990-01-01"},
		"a district that was dissolved without heir": {"15087", "1999-01-01", "none"},
	} {
		got, err := s.ByKey(t.Context(), c.key, day(t, c.asOf))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		found := "none"
		if got != nil {
			found = got.Name
		}
		if found != c.want {
			t.Errorf("%s: found %s, want %s", name, found, c.want)
		}
	}
	statements(t, "a chain of three", 1, func(ctx context.Context) {
		if _, err := s.ByKey(ctx, "15081", nil); err != nil {
			t.Error(err)
		}
	})
}

func TestByKeyEndsInACircleOfSuccessors(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	land := s.id(t, "15")
	a := s.mustInsert(t, stored{Key: "15991", Level: "DISTRICT", Parent: land, To: "2000-01-01"})
	b := s.mustInsert(t, stored{Key: "15992", Level: "DISTRICT", Parent: land, To: "2000-01-01", Successor: a})
	s.exec(t, `UPDATE region SET successor_id = $1 WHERE id = $2`, b, a)
	s.mustInsert(t, stored{ID: uuid.MustParse("01680000-0000-7000-8000-000000000001"), Key: "15993", Level: "DISTRICT", Parent: land, To: "2000-01-01"})
	s.exec(t, `UPDATE region SET successor_id = id WHERE key = '15993'`)
	for _, key := range []string{"15991", "15992", "15993"} {
		if got, err := s.ByKey(t.Context(), key, nil); err != nil || got != nil {
			t.Errorf("%s: %v, %v, want nothing", key, got, err)
		}
		if got, err := s.ByKey(t.Context(), key, day(t, "1999-12-31")); err != nil || got == nil || got.Key != key {
			t.Errorf("%s before: %v, %v", key, got, err)
		}
	}
}

func TestExistsOn(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	s.mustInsert(t, stored{Key: "15994", Level: "DISTRICT", Parent: s.id(t, "15"), From: "2030-01-01"})
	for name, c := range map[string]struct {
		key, on string
		want    bool
	}{
		"Eisenach on its last day":      {"16056", "2021-06-30", true},
		"Eisenach a day later":          {"16056", "2021-07-01", false},
		"the Wartburgkreis":             {"16063", "2021-07-01", true},
		"a district on the eve":         {"15994", "2029-12-31", false},
		"a district from its first day": {"15994", "2030-01-01", true},
	} {
		if got, err := region.ExistsOn(t.Context(), s.db, s.id(t, c.key), *day(t, c.on)); err != nil || got != c.want {
			t.Errorf("%s: %t, %v", name, got, err)
		}
	}
	if _, err := region.ExistsOn(t.Context(), s.db, uuid.New(), *day(t, "2021-07-01")); !errors.Is(err, postgres.ErrNoRows) {
		t.Errorf("unknown region: %v, want no rows", err)
	}
}

func TestDatabaseRefusesWhatBreaksTheTree(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	land, other, harz := s.id(t, "15"), s.id(t, "16"), s.id(t, "15085")
	for name, c := range map[string]struct {
		row        stored
		constraint string
	}{
		"a child whose key does not begin with its parent's": {stored{Key: "16999", Level: "DISTRICT", Parent: land}, "region_key_starts_with_parent"},
		"a child as long as its parent":                      {stored{Key: "15085", Level: "DISTRICT", Parent: harz}, "region_key_starts_with_parent"},
		"a district without a parent":                        {stored{Key: "15999", Level: "DISTRICT"}, "region_key_starts_with_parent"},
		"a municipality without a parent":                    {stored{Key: "15999001", Level: "MUNICIPALITY"}, "region_key_starts_with_parent"},
		"a Land with a parent":                               {stored{Key: "17", Level: "LAND", Parent: other}, "region_key_starts_with_parent"},
		"a Land with three digits":                           {stored{Key: "170", Level: "LAND"}, "region_key_fits_level"},
		"a Land with one digit":                              {stored{Key: "7", Level: "LAND"}, "region_key_fits_level"},
		"a government region with two digits":                {stored{Key: "17", Level: "GOVERNMENT_REGION", Parent: land}, "region_key_fits_level"},
		"a district with eight digits":                       {stored{Key: "15999001", Level: "DISTRICT", Parent: land}, "region_key_fits_level"},
		"a municipality with five digits":                    {stored{Key: "15999", Level: "MUNICIPALITY", Parent: land}, "region_key_fits_level"},
		"letters in a key":                                   {stored{Key: "15abc", Level: "DISTRICT", Parent: land}, "region_key_fits_level"},
		"a line break in a key":                              {stored{Key: "1599\n", Level: "DISTRICT", Parent: land}, "region_key_fits_level"},
		"an unknown level":                                   {stored{Key: "15999", Level: "PLANET", Parent: land}, "region_level_check"},
		"a second holder of a key":                           {stored{Key: "15085", Level: "DISTRICT", Parent: land}, "region_key_period_excl"},
		"a second holder for a day":                          {stored{Key: "15085", Level: "DISTRICT", Parent: land, From: "2030-01-01", To: "2030-01-02"}, "region_key_period_excl"},
		"a holder of Eisenach's key on its last day":         {stored{Key: "16056", Level: "DISTRICT", Parent: other, From: "2021-06-30"}, "region_key_period_excl"},
		"a period that ends before it begins":                {stored{Key: "15999", Level: "DISTRICT", Parent: land, From: "2020-01-02", To: "2020-01-01"}, "region_period_check"},
		"an empty period":                                    {stored{Key: "15999", Level: "DISTRICT", Parent: land, From: "2020-01-01", To: "2020-01-01"}, "region_period_check"},
		"a successor of a region that goes on":               {stored{Key: "15999", Level: "DISTRICT", Parent: land, Successor: harz}, "region_successor_check"},
		"a successor that does not exist":                    {stored{Key: "15999", Level: "DISTRICT", Parent: land, To: "2020-01-01", Successor: uuid.New()}, "region_successor_id_fkey"},
		"a name of 201 characters":                           {stored{Key: "15999", Level: "DISTRICT", Parent: land, Name: strings.Repeat("ä", 201)}, "region_name_check"},
	} {
		_, err := s.insert(t.Context(), c.row)
		if got := postgres.Constraint(err); got != c.constraint {
			t.Errorf("%s: %v, want constraint %s", name, err, c.constraint)
		}
	}
	for name, c := range map[string]struct{ set, constraint string }{
		"a parent's key that is not its key": {`parent_key = '1' WHERE key = '15085'`, "region_parent_fkey"},
		"a parent's key without a parent":    {`parent_id = NULL WHERE key = '15085'`, "region_key_starts_with_parent"},
		"a Land with a parent's key alone":   {`parent_key = '1' WHERE key = '15'`, "region_key_starts_with_parent"},
		"a people without a day of count":    {`population_on = NULL WHERE key = '15085'`, "region_population_has_date"},
		"fewer than no people":               {`population = -1 WHERE key = '15085'`, "region_population_check"},
		"a parent that takes another key":    {`key = '17' WHERE key = '15'`, "region_parent_fkey"},
		"a malformed ISO code":               {`iso_code = 'DE-st' WHERE key = '15'`, "region_iso_code_check"},
		"a malformed NUTS code":              {`nuts_code = 'FR101' WHERE key = '15085'`, "region_nuts_code_check"},
	} {
		_, err := s.db.Exec(t.Context(), `UPDATE region SET `+c.set)
		if got := postgres.Constraint(err); got != c.constraint {
			t.Errorf("%s: %v, want constraint %s", name, err, c.constraint)
		}
	}
	_, err := s.db.Exec(t.Context(), `DELETE FROM region WHERE key = '16063'`)
	if got := postgres.Constraint(err); got != "region_successor_id_fkey" {
		t.Errorf("a successor that goes: %v", err)
	}
}

func TestDatabaseAcceptsTheBorderCases(t *testing.T) {
	t.Parallel()
	s := newSetup(t)
	for name, r := range map[string]stored{
		"a Land":                              {Key: "17", Level: "LAND"},
		"a government region":                 {Key: "159", Level: "GOVERNMENT_REGION", Parent: s.id(t, "15")},
		"a municipality below a Land":         {Key: "15999001", Level: "MUNICIPALITY", Parent: s.id(t, "15")},
		"a period of one day":                 {Key: "15999", Level: "DISTRICT", Parent: s.id(t, "15"), From: "2020-01-01", To: "2020-01-02"},
		"the day after a period":              {Key: "16056", Level: "DISTRICT", Parent: s.id(t, "16"), From: "2021-07-01"},
		"a name of 200 characters":            {Key: "15998", Level: "DISTRICT", Parent: s.id(t, "15"), Name: strings.Repeat("ä", 200)},
		"a dissolved one without a successor": {Key: "15997", Level: "DISTRICT", Parent: s.id(t, "15"), To: "2020-01-01"},
	} {
		if _, err := s.insert(t.Context(), r); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
