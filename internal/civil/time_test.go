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
