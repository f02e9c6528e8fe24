package directory

import (
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/text/language"

	"ombudsnetz/internal/fact"
	"ombudsnetz/internal/fault"
)

const maxLanguages = 30

// checkLanguages brings BCP 47 codes into their canonical form and records those
// that name no language.
func checkLanguages(codes []string, path string, problems *fault.Problems) {
	if len(codes) > maxLanguages {
		problems.Add(path, tooMany(maxLanguages))
		return
	}
	for i := range codes {
		checkLanguage(&codes[i], at(path, i), problems)
	}
	checkDistinct(codes, path, problems)
}

func checkLanguage(code *string, path string, problems *fault.Problems) {
	tag, err := language.Parse(*code)
	if err != nil || tag.IsRoot() {
		problems.Add(path, fault.Text{
			EN: "is not the code of a language (BCP 47); expected one like de, ar or gsg",
			DE: "ist kein Sprachcode (BCP 47); erwartet wird einer wie de, ar oder gsg",
		})
		return
	}
	*code = tag.String()
}

// checkDistinct records what stands in a list again.
func checkDistinct[T comparable](list []T, path string, problems *fault.Problems) {
	for i, item := range list {
		if slices.Contains(list[:i], item) {
			problems.Add(at(path, i), fault.Text{EN: "stands in the list twice", DE: "steht zweimal in der Liste"})
		}
	}
}

func at(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// orUnknown makes what nobody said Unknown.
func orUnknown(facts ...*fact.Fact) {
	for _, f := range facts {
		if *f == "" {
			*f = fact.Unknown
		}
	}
}

// GeoPoint is a place on the earth in degrees (WGS 84), the GraphQL type and
// input of the same name.
type GeoPoint struct {
	Latitude  float64
	Longitude float64
}

func (p *GeoPoint) check(path string, problems *fault.Problems) {
	if p == nil {
		return
	}
	checkWithin(p.Latitude, 90, path+"latitude", problems)
	checkWithin(p.Longitude, 180, path+"longitude", problems)
}

func checkWithin(degrees float64, most int, path string, problems *fault.Problems) {
	if !(-float64(most) <= degrees && degrees <= float64(most)) {
		problems.Add(path, fault.Text{
			EN: "must be between -" + strconv.Itoa(most) + " and " + strconv.Itoa(most) + " degrees",
			DE: "muss zwischen -" + strconv.Itoa(most) + " und " + strconv.Itoa(most) + " Grad liegen",
		})
	}
}
