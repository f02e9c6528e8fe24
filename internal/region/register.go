package region

import (
	"maps"
	"slices"

	"github.com/google/uuid"

	"ombudsnetz/internal/civil"
)

// RegisterOptions say what a GV100AD file does not.
type RegisterOptions struct {
	// On is the day from which the register holds: what it does not have any
	// more ends on that day. The day of the file when nil.
	On *civil.Date
	// PopulationOn is the day of the population count; the day of the file when
	// nil.
	PopulationOn *civil.Date
	// Successors tell who took over from regions that are gone, by key.
	Successors map[string]string
}

// RegisterDiff is what a register changes.
type RegisterDiff struct {
	On                                                 civil.Date
	New, Gone, Merged, Renamed, Changed, Contradictory Class
	Same                                               int

	insert []*Entry
	update []registerUpdate
	end    []registerEnd
	// known tells beside which regions there were others before, see siblings.
	known map[string]bool
}

// Classes are the differences by kind.
func (d *RegisterDiff) Classes() []Class {
	return []Class{d.New, d.Gone, d.Merged, d.Renamed, d.Changed, d.Contradictory}
}

// Empty tells whether the register changes nothing.
func (d *RegisterDiff) Empty() bool { return len(d.insert)+len(d.update)+len(d.end) == 0 }

type registerUpdate struct {
	id uuid.UUID
	*Entry
}

type registerEnd struct {
	id uuid.UUID
	// successor is a key, empty when nobody is known to have taken over.
	successor string
}

// kept is a region as the database has it.
type kept struct {
	Region
	ParentKey *string `db:"parent_key"`
}

// comparison is a register beside the database.
type comparison struct {
	register *Register
	options  RegisterOptions
	diff     *RegisterDiff
	// present are the regions of the day, elsewhen those of other days alone.
	present, elsewhen map[string]*kept
	inFile            map[string]*Entry
	// covered are the levels of Länder that the file holds.
	covered map[string]bool
	refused map[string]bool
}

// compareRegister tells what register changes of the regions in the database.
func compareRegister(register *Register, all []*kept, options RegisterOptions) *RegisterDiff {
	if options.On == nil {
		options.On = &register.On
	}
	if options.PopulationOn == nil {
		options.PopulationOn = &register.On
	}
	c := comparison{
		register: register, options: options,
		diff: &RegisterDiff{
			On: *options.On, known: map[string]bool{},
			New: Class{Name: "new"}, Gone: Class{Name: "gone"}, Merged: Class{Name: "merged"}, Renamed: Class{Name: "renamed"},
			Changed: Class{Name: "changed"}, Contradictory: Class{Name: "contradictory"},
		},
		present: map[string]*kept{}, elsewhen: map[string]*kept{}, inFile: map[string]*Entry{},
		covered: map[string]bool{}, refused: map[string]bool{},
	}
	for _, k := range all {
		c.diff.known[siblings(k.Key, k.Level)] = true
		if k.existsOn(*options.On) {
			c.present[k.Key] = k
		} else {
			c.elsewhen[k.Key] = k
		}
	}
	for _, e := range register.Entries {
		c.inFile[e.Key] = e
		c.covered[landLevel(e.Key, e.Level)] = true
	}
	for _, e := range register.Entries {
		c.entry(e)
	}
	c.ends()
	return c.diff
}

func landLevel(key string, level Level) string { return key[:2] + string(level) }

// siblings names the regions that are entered together for the first time:
// municipalities by district, others by Land.
func siblings(key string, level Level) string {
	if level == Municipality {
		return key[:5]
	}
	return landLevel(key, level)
}

func (r *Region) existsOn(day civil.Date) bool {
	return (r.ValidFrom == nil || !day.Before(*r.ValidFrom)) && (r.ValidTo == nil || day.Before(*r.ValidTo))
}

// entry compares one region of the file.
func (c *comparison) entry(e *Entry) {
	before, present := c.present[e.Key]
	switch {
	case present:
		c.again(before, e)
	case c.elsewhen[e.Key] != nil:
		c.refused[e.Key] = true
		c.diff.Contradictory.add(e.Key, "%s is in the file of %s, but in the database it %s", e.OfficialName, c.diff.On, c.elsewhen[e.Key].period())
	case c.refused[e.ParentKey]:
		c.refused[e.Key] = true
		c.diff.Contradictory.add(e.Key, "%s belongs to %s, which can't be entered", e.OfficialName, e.ParentKey)
	default:
		c.diff.insert = append(c.diff.insert, e)
		c.diff.New.add(e.Key, "%s (%s)", e.OfficialName, e.Designation)
	}
}

func (r *Region) period() string {
	switch {
	case r.ValidTo != nil && r.ValidFrom != nil:
		return "existed from " + r.ValidFrom.String() + " until " + r.ValidTo.String()
	case r.ValidTo != nil:
		return "ended on " + r.ValidTo.String()
	}
	return "begins on " + r.ValidFrom.String()
}

// again compares a region that is in the file and in the database. The Länder
// keep the names that the house gave them, and nothing is taken away that the
// file does not tell.
func (c *comparison) again(before *kept, e *Entry) {
	after := *e
	if e.Level == Land {
		after.Name, after.OfficialName, after.Designation = before.Name, before.OfficialName, before.Designation
	}
	sameFigures := (e.AreaKm2 == nil || same(before.AreaKm2, e.AreaKm2)) &&
		(e.Population == nil || same(before.Population, e.Population) && same(before.PopulationOn, c.options.PopulationOn))
	sameNames := before.Name == after.Name && before.OfficialName == after.OfficialName
	sameRest := before.Designation == after.Designation && same(before.Ars, after.Ars) &&
		same(before.Association, after.Association) && (e.Level == Land || same(before.ParentKey, &e.ParentKey))
	if sameFigures && sameNames && sameRest {
		c.diff.Same++
		return
	}
	if !sameNames {
		c.diff.Renamed.add(e.Key, "%s is now %s", before.OfficialName, after.OfficialName)
	} else {
		c.diff.Changed.add(e.Key, "%s: %s", after.OfficialName, changes(before, &after, sameFigures))
	}
	c.diff.update = append(c.diff.update, registerUpdate{id: before.UUID, Entry: &after})
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

// changes names what is different beside the name.
func changes(before *kept, after *Entry, sameFigures bool) string {
	text := ""
	add := func(changed bool, what string) {
		if changed {
			if text != "" {
				text += ", "
			}
			text += what
		}
	}
	add(!sameFigures, "population or area")
	add(before.Designation != after.Designation, "kind of region")
	add(!same(before.Ars, after.Ars), "ARS")
	add(!same(before.Association, after.Association), "association")
	add(after.Level != Land && !same(before.ParentKey, &after.ParentKey), "region above")
	return text
}

// ends finds the regions that the file does not hold any more, and who took over
// from them. It looks only at levels and Länder of which the file holds any.
func (c *comparison) ends() {
	var gone []*kept
	for _, key := range slices.Sorted(maps.Keys(c.present)) {
		k := c.present[key]
		above := c.present[key[:min(len(key), 8)]]
		lost := c.covered[landLevel(key, k.Level)] && c.inFile[key] == nil ||
			k.Level == Borough && above != nil && c.inFile[above.Key] == nil && c.covered[landLevel(key, Municipality)]
		switch {
		case !lost:
		case k.ValidFrom != nil && !k.ValidFrom.Before(c.diff.On):
			c.diff.Contradictory.add(key, "%s is not in the file, but in the database it begins on %s", k.OfficialName, k.ValidFrom)
		default:
			gone = append(gone, k)
		}
	}
	successors := c.successors(gone)
	for _, k := range gone {
		heir := successors[k.Key]
		c.diff.end = append(c.diff.end, registerEnd{id: k.UUID, successor: heir})
		if heir == "" {
			c.diff.Gone.add(k.Key, "%s ends on %s", k.OfficialName, c.diff.On)
		} else {
			c.diff.Merged.add(k.Key, "%s ends on %s; %s %s took over", k.OfficialName, c.diff.On, heir, c.inFile[heir].OfficialName)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.options.Successors)) {
		if successors[key] != c.options.Successors[key] {
			c.diff.Contradictory.add(key, "%s can't be its successor: the one has to be gone and the other to be in the file, on the same level",
				c.options.Successors[key])
		}
	}
}

// successors tells who took over, by key: as told; else the one new region of the
// same name in the Land, which a municipality becomes when its district changes;
// else, for a district, the one in which its municipalities went on.
func (c *comparison) successors(gone []*kept) map[string]string {
	found := map[string]string{}
	byName := map[string][]string{}
	for _, e := range c.diff.insert {
		of := landLevel(e.Key, e.Level) + e.Name
		byName[of] = append(byName[of], e.Key)
	}
	districts := map[string]map[string]bool{}
	for _, k := range gone {
		if told := c.inFile[c.options.Successors[k.Key]]; told != nil && told.Level == k.Level && !c.refused[told.Key] {
			found[k.Key] = told.Key
		} else if named := byName[landLevel(k.Key, k.Level)+k.Name]; len(named) == 1 && k.Level == Municipality {
			found[k.Key] = named[0]
		}
		if heir := found[k.Key]; heir != "" && k.Level == Municipality {
			if districts[k.Key[:5]] == nil {
				districts[k.Key[:5]] = map[string]bool{}
			}
			districts[k.Key[:5]][heir[:5]] = true
		}
	}
	for _, k := range gone {
		if into := districts[k.Key]; k.Level == District && found[k.Key] == "" && len(into) == 1 {
			for key := range into {
				found[k.Key] = key
			}
		}
	}
	return found
}
