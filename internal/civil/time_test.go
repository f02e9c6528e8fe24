package civil_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
)

func TestTimesRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := civil.Time(rapid.IntRange(0, int(civil.DayEnd)).Draw(t, "minutes"))
		got, err := civil.ParseTime(want.String())
		if err != nil || got != want {
			t.Fatalf("%s: %v, %v", want, got, err)
		}
		var read civil.Time
		text, _ := want.MarshalText()
		if err := read.UnmarshalText(text); err != nil || read != want {
			t.Fatalf("%s: %v, %v", text, read, err)
		}
		if quoted := string(want.AppendGQL(nil)); quoted != `"`+want.String()+`"` {
			t.Fatal(quoted)
		}
	})
}

func TestNoTimes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "9:30", "09:60", "24:01", "25:00", "-1:00", "09:30:00", "09.30", " 09:30", "０９:30", "12", "1200"} {
		if _, err := civil.ParseTime(text); fault.CodeOf(err) != fault.BadUserInput {
			t.Errorf("%q: %v", text, err)
		}
	}
	var read civil.Time
	if err := read.UnmarshalGQL(930); fault.CodeOf(err) != fault.BadUserInput {
		t.Errorf("a number: %v", err)
	}
	if got := civil.Clock(time.Date(2026, time.March, 1, 17, 59, 59, 999, time.UTC)); got.String() != "17:59" {
		t.Errorf("the clock shows %s", got)
	}
}

func TestInstants(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2021-02-05T08:00:00Z":           "2021-02-05T08:00:00Z",
		"2021-02-05T09:00:00.25+01:00":   "2021-02-05T08:00:00.25Z",
		"0001-01-01T00:00:00Z":           "0001-01-01T00:00:00Z",
		"9999-12-31T23:59:59.999999999Z": "9999-12-31T23:59:59.999999999Z",
	} {
		var i civil.Instant
		if err := i.UnmarshalGQL(text); err != nil || string(i.AppendGQL(nil)) != `"`+want+`"` {
			t.Errorf("%s is %s, %v", text, i.AppendGQL(nil), err)
		}
	}
	for _, v := range []any{"", "then", "2021-02-05", "2021-02-30T00:00:00Z", "2021-02-05T08:00:00", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "10000-01-01T00:00:00Z", 1, nil} {
		var i civil.Instant
		if err := i.UnmarshalGQL(v); fault.CodeOf(err) != fault.BadUserInput || !i.IsZero() {
			t.Errorf("%v is %s, %v", v, i, err)
		}
	}
}
