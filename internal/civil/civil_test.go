package civil_test

import (
	"testing"
	"time"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/fault"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2021-07-01", "2024-02-29", "0001-01-01", "9999-12-31"} {
		if d, err := civil.Parse(text); err != nil || d.String() != text {
			t.Errorf("%s parsed to %s, %v", text, d, err)
		}
	}
	for _, text := range []string{"", "2021-02-29", "2021-7-1", "01.07.2021", "2021-07-01T00:00:00Z", "0000-01-01", "99999-01-01", "2021-07-01\x00"} {
		if _, err := civil.Parse(text); fault.CodeOf(err) != fault.BadUserInput {
			t.Errorf("%q: error is %v, want BAD_USER_INPUT", text, err)
		}
	}
}

func TestBefore(t *testing.T) {
	t.Parallel()
	june, july := civil.Date{Year: 2021, Month: time.June, Day: 30}, civil.Date{Year: 2021, Month: time.July, Day: 1}
	if !june.Before(july) || july.Before(june) || july.Before(july) {
		t.Error("30 June must come before 1 July, and no day before itself")
	}
}
