package civil_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
)

func TestOfIsTheDayInTheZoneOfTheTime(t *testing.T) {
	t.Parallel()
	instant := time.Date(2021, time.June, 30, 22, 0, 0, 0, time.UTC)
	east := time.FixedZone("two hours east", 2*60*60)
	if got := civil.Of(instant).String(); got != "2021-06-30" {
		t.Errorf("in UTC it is %s", got)
	}
	if got := civil.Of(instant.In(east)).String(); got != "2021-07-01" {
		t.Errorf("two hours east it is %s", got)
	}
}

func TestDateRoundTrips(t *testing.T) {
	t.Parallel()
	first, last := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	days := rapid.IntRange(0, int(last.Unix()-first.Unix())/(24*60*60))
	rapid.Check(t, func(t *rapid.T) {
		n := days.Draw(t, "day")
		date := civil.Of(first.AddDate(0, 0, n))
		parsed, err := civil.Parse(date.String())
		if err != nil || parsed != date {
			t.Fatalf("%s parsed to %s, %v", date, parsed, err)
		}
		if value, err := date.Value(); err != nil || value != date.String() {
			t.Fatalf("the parameter for %s is %v, %v", date, value, err)
		}
		var scanned civil.Date
		if err := scanned.Scan(first.AddDate(0, 0, n)); err != nil || scanned != date {
			t.Fatalf("%s scanned as %s, %v", date, scanned, err)
		}
		m := days.Draw(t, "other day")
		if got := date.Before(civil.Of(first.AddDate(0, 0, m))); got != (n < m) {
			t.Fatalf("day %d before day %d: %t", n, m, got)
		}
	})
}

func TestScanRefusesWhatIsNoDate(t *testing.T) {
	t.Parallel()
	for _, src := range []any{nil, "2021-07-01", []byte("2021-07-01"), 20210701} {
		if err := new(civil.Date).Scan(src); err == nil {
			t.Errorf("%T was scanned", src)
		}
	}
}

func TestGraphQLDate(t *testing.T) {
	t.Parallel()
	var date civil.Date
	if err := date.UnmarshalGQL("2024-02-29"); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	date.MarshalGQL(&out)
	if out.String() != `"2024-02-29"` {
		t.Errorf("written as %s", out.String())
	}
	for _, bad := range []any{nil, 20240229, "2023-02-29", "29.02.2024", []string{"2024-02-29"}} {
		if err := date.UnmarshalGQL(bad); fault.CodeOf(err) != fault.BadUserInput {
			t.Errorf("%v: error is %v, want BAD_USER_INPUT", bad, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("2021-07-01")
	f.Add("0000-00-00")
	f.Add("٢٠٢١-٠٧-٠١")
	f.Fuzz(func(t *testing.T, text string) {
		date, err := civil.Parse(text)
		if err == nil && date.String() != text {
			t.Fatalf("%q parsed to %s", text, date)
		}
		if err != nil && fault.CodeOf(err) != fault.BadUserInput {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
