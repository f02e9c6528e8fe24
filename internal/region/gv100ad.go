package region

import (
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/text"
)

// Register is the official list of regions on one day, as a GV100AD file of the
// Federal Statistical Office (Destatis) holds it.
type Register struct {
	On civil.Date
	// Entries are the regions by key, so that each follows those above it.
	Entries []*Entry
	// Passed counts the records of kinds that are read but not kept: regions
	// between government region and district, which Baden-Württemberg alone has.
	Passed int
}

// Entry is a region in the register.
type Entry struct {
	Line         int
	Key          string
	Level        Level
	Name         string
	OfficialName string
	Designation  string
	ParentKey    string
	Ars          *string
	Association  *string
	Population   *int
	AreaKm2      *float64
}

// The kinds of records (Satzart), the first two characters of a line.
const (
	recordLand             = "10"
	recordGovernmentRegion = "20"
	recordRegion           = "30"
	recordDistrict         = "40"
	recordAssociation      = "50"
	recordMunicipality     = "60"
)

// ParseGV100AD reads a GV100AD file. What is wrong with it is a [BrokenFile].
func ParseGV100AD(file io.Reader) (*Register, error) {
	content, err := readText(file)
	if err != nil {
		return nil, err
	}
	p := gv100ad{byKey: map[string]*Entry{}, lines: map[string]int{}, associations: map[string]string{}}
	number := 0
	for line := range strings.Lines(content) {
		number++
		line = strings.TrimRight(line, "\r\n\x1a")
		if strings.TrimSpace(line) != "" {
			p.line(number, []rune(line))
		}
	}
	if len(p.lines) == 0 && len(p.broken) == 0 {
		p.broken.add(1, "the file is empty")
	}
	p.join()
	if err := p.broken.err(); err != nil {
		return nil, err
	}
	return p.register(), nil
}

// gv100ad is a file while it is read.
type gv100ad struct {
	on     civil.Date
	dated  int
	byKey  map[string]*Entry
	order  []*Entry
	passed int
	// lines tells where a key was read first, of every kind of record.
	lines map[string]int
	// associations are names by the first nine digits of the ARS.
	associations map[string]string
	broken       BrokenFile
}

// line reads one record. Positions count characters from 1, as the official
// description does; the last fields may be cut off with the spaces in them.
func (p *gv100ad) line(number int, line []rune) {
	field := func(from, to int) string {
		if from > len(line) {
			return ""
		}
		return strings.TrimSpace(string(line[from-1 : min(to, len(line))]))
	}
	kind := field(1, 2)
	digitsOfKey := map[string]int{
		recordLand: 2, recordGovernmentRegion: 3, recordRegion: 4, recordDistrict: 5, recordAssociation: 5, recordMunicipality: 8,
	}[kind]
	if digitsOfKey == 0 {
		p.broken.add(number, "begins with %q; expected one of the record kinds 10, 20, 30, 40, 50 and 60", kind)
		return
	}
	if !p.date(number, field(3, 10)) {
		return
	}
	key := field(11, 10+digitsOfKey)
	if !digits(key, digitsOfKey, digitsOfKey) || field(11, 18) != key {
		p.broken.add(number, "has no key of %d digits from character 11", digitsOfKey)
		return
	}
	association := field(19, 22)
	if (kind == recordAssociation || kind == recordMunicipality) && !digits(association, 4, 4) {
		p.broken.add(number, "has no 4 digits of an association from character 19")
		return
	}
	name := text.Normal(field(23, 72))
	if name == "" || utf8.RuneCountInString(name) > 200 || strings.ContainsRune(name, utf8.RuneError) {
		p.broken.add(number, "has no readable name from character 23")
		return
	}
	code := field(123, 124)
	if kind >= recordDistrict && !digits(code, 2, 2) {
		p.broken.add(number, "has no kind of region (Textkennzeichen) of 2 digits at character 123")
		return
	}
	unique := key
	if kind == recordAssociation {
		unique += association
	}
	if first, again := p.lines[unique]; again {
		p.broken.add(number, "has the key %s, which line %d has already", unique, first)
		return
	}
	p.lines[unique] = number
	entry := &Entry{Line: number, Key: key, OfficialName: name, Name: shortName(name), Designation: designation(kind, code, key)}
	switch kind {
	case recordLand:
		entry.Level = Land
	case recordGovernmentRegion:
		entry.Level = GovernmentRegion
	case recordDistrict:
		entry.Level = District
	case recordMunicipality:
		entry.Level = Municipality
		entry.Ars = new(key[:5] + association + key[5:])
		if !p.figures(entry, field(129, 139), field(140, 150)) {
			return
		}
	case recordAssociation:
		// 50 stands for a municipality that belongs to none.
		if code != "50" {
			p.associations[key+association] = name
		}
		return
	default:
		p.passed++
		return
	}
	p.byKey[key] = entry
	p.order = append(p.order, entry)
}

// date reads the day of a record, which is the same in all of a file.
func (p *gv100ad) date(number int, digitsOfDate string) bool {
	day, err := time.Parse("20060102", digitsOfDate)
	if err != nil {
		p.broken.add(number, "has no date of the form 20241231 from character 3")
		return false
	}
	on := civil.Of(day)
	if p.dated == 0 {
		p.on, p.dated = on, number
	}
	if on != p.on {
		p.broken.add(number, "is of %s, but line %d is of %s", on, p.dated, p.on)
		return false
	}
	return true
}

// figures reads the area in hectares and the number of inhabitants.
func (p *gv100ad) figures(e *Entry, area, population string) bool {
	for _, figure := range []struct{ name, digits string }{{"an area at character 129", area}, {"a population at character 140", population}} {
		if !digits(figure.digits, 0, 11) {
			p.broken.add(e.Line, "has %s that is no number", figure.name)
			return false
		}
	}
	if hectares, err := strconv.Atoi(area); err == nil && hectares > 0 {
		e.AreaKm2 = new(float64(hectares) / 100)
	}
	if people, err := strconv.Atoi(population); err == nil {
		if people > 1<<30 {
			p.broken.add(e.Line, "has an impossible population at character 140")
			return false
		}
		e.Population = &people
	}
	return true
}

// join gives each region the one above, and municipalities their association. A
// broken line is not told again by all that belong to it.
func (p *gv100ad) join() {
	broken := len(p.broken) > 0
	for _, e := range p.order {
		switch e.Level {
		case GovernmentRegion:
			e.ParentKey = e.Key[:2]
		case District:
			e.ParentKey = e.Key[:2]
			if p.byKey[e.Key[:3]] != nil {
				e.ParentKey = e.Key[:3]
			}
		case Municipality:
			e.ParentKey = e.Key[:5]
			if name, found := p.associations[(*e.Ars)[:9]]; found {
				e.Association = &name
			}
		case Land, Borough:
		}
		if e.ParentKey != "" && p.byKey[e.ParentKey] == nil && !broken {
			p.broken.add(e.Line, "belongs to %s, which the file does not hold", e.ParentKey)
		}
	}
}

// register sums the figures of municipalities up for the regions above them.
func (p *gv100ad) register() *Register {
	for _, e := range p.order {
		if e.Level != Municipality {
			continue
		}
		for _, length := range []int{2, 3, 5} {
			if above := p.byKey[e.Key[:length]]; above != nil {
				above.Population = sum(above.Population, e.Population)
				above.AreaKm2 = sum(above.AreaKm2, e.AreaKm2)
			}
		}
	}
	for _, e := range p.order {
		if e.AreaKm2 != nil {
			e.AreaKm2 = new(math.Round(*e.AreaKm2*100) / 100)
		}
	}
	slices.SortFunc(p.order, func(a, b *Entry) int { return strings.Compare(a.Key, b.Key) })
	return &Register{On: p.on, Entries: p.order, Passed: p.passed}
}

func sum[T int | float64](a, b *T) *T {
	if a == nil || b == nil {
		if a == nil {
			return b
		}
		return a
	}
	return new(*a + *b)
}

// shortName is a name without the addition that the register puts behind it:
// "Stendal, Hansestadt".
func shortName(official string) string {
	name, _, _ := strings.Cut(official, ", ")
	return name
}

// designation puts a kind of region in words. A code that is newer than this
// list gives the word for all of its level.
func designation(kind, code, key string) string {
	word, known := map[string]string{
		"41": "Kreisfreie Stadt", "42": "Stadtkreis", "43": "Kreis", "44": "Landkreis", "45": "Regionalverband",
		"60": "Markt", "61": "Kreisfreie Stadt", "62": "Stadtkreis", "63": "Stadt", "64": "Gemeinde",
		"65": "Gemeindefreies Gebiet, bewohnt", "66": "Gemeindefreies Gebiet, unbewohnt", "67": "Große Kreisstadt",
	}[code]
	switch {
	case kind == recordLand:
		return "Land"
	case kind == recordGovernmentRegion && slices.Contains([]string{"05", "06", "08", "09"}, key[:2]):
		return "Regierungsbezirk"
	case kind == recordGovernmentRegion:
		return "Statistische Region"
	case known:
		return word
	case kind == recordDistrict:
		return "Kreis"
	}
	return "Gemeinde"
}
