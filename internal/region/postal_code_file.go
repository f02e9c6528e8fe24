package region

import (
	"encoding/csv"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"ombudsnetz/internal/text"
)

// PostalCodeRow is one line of a file of postal codes.
type PostalCodeRow struct {
	Line     int
	Code     string
	Place    string
	District string
	// Latitude and Longitude are degrees, both or none.
	Latitude, Longitude *float64
}

// postalCodeHeader is the first line of a file of postal codes.
func postalCodeHeader() []string {
	return []string{"postal_code", "place", "district_key", "latitude", "longitude"}
}

// ParsePostalCodes reads a CSV file with the columns postal_code, place,
// district_key, latitude and longitude. What is wrong with it is a [BrokenFile].
func ParsePostalCodes(file io.Reader) ([]PostalCodeRow, error) {
	content, err := readText(file)
	if err != nil {
		return nil, err
	}
	reader := csv.NewReader(strings.NewReader(content))
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	var broken BrokenFile
	header, err := reader.Read()
	if err != nil || !slices.Equal(header, postalCodeHeader()) {
		broken.add(1, "is not the header %s", strings.Join(postalCodeHeader(), ","))
		return nil, broken
	}
	var rows []PostalCodeRow
	for {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			broken.add(wrong.Line, "is no CSV: %v", wrong.Err)
			continue
		} else if err != nil {
			return nil, err
		}
		line, _ := reader.FieldPos(0)
		if row, reason := readPostalCode(line, record); reason != "" {
			broken.add(line, "%s", reason)
		} else {
			rows = append(rows, row)
		}
	}
	if len(rows)+len(broken) == 0 {
		broken.add(1, "is followed by no row")
	}
	return rows, broken.err()
}

// readPostalCode reads one record, or tells what is wrong with it.
func readPostalCode(line int, record []string) (PostalCodeRow, string) {
	if len(record) != len(postalCodeHeader()) {
		return PostalCodeRow{}, "has " + strconv.Itoa(len(record)) + " columns; expected " + strconv.Itoa(len(postalCodeHeader()))
	}
	row := PostalCodeRow{Line: line, Code: record[0], Place: text.Normal(record[1]), District: record[2]}
	if !digits(row.Code, postalCodeLength, postalCodeLength) {
		return row, "has a postal code that is not 5 digits"
	}
	if n := utf8.RuneCountInString(row.Place); n < 1 || n > 200 ||
		strings.ContainsFunc(row.Place, func(r rune) bool { return r == utf8.RuneError || !unicode.IsGraphic(r) }) {
		return row, "has a place that is not 1 to 200 readable characters"
	}
	if row.District != "" && !digits(row.District, 5, 5) {
		return row, "has a district key that is not 5 digits"
	}
	latitude, known := degrees(record[3], 90)
	if !known {
		return row, "has a latitude that is not between -90 and 90"
	}
	longitude, known := degrees(record[4], 180)
	if !known {
		return row, "has a longitude that is not between -180 and 180"
	}
	if (latitude == nil) != (longitude == nil) {
		return row, "has a latitude or a longitude alone"
	}
	row.Latitude, row.Longitude = latitude, longitude
	return row, ""
}

// degrees reads a number of degrees to the five decimals that are kept; nil for
// an empty text.
func degrees(field string, most float64) (*float64, bool) {
	if field == "" {
		return nil, true
	}
	value, err := strconv.ParseFloat(field, 64)
	if err != nil || math.IsNaN(value) || math.Abs(value) > most {
		return nil, false
	}
	return new(math.Round(value*1e5) / 1e5), true
}
