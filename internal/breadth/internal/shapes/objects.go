package shapes

import (
	"math"
	"strconv"
	"time"
)

// Node is an interface.
type Node interface{ IsNode() }

// Named is an interface.
type Named interface{ IsNamed() }

// Found is a union.
type Found interface{ IsFound() }

// Being is a union.
type Being interface{ IsBeing() }

// Filter is an input.
type Filter struct {
	Name   *string
	Colour *Colour
	Sizes  []Size
	Money  []*Money
	Deep   [][]int
	Inner  *Filter
	At     *time.Time
	Limit  int
}

// RenameInput is an input.
type RenameInput struct {
	ID     string
	Name   string
	Tags   []string
	Filter *Filter
}

// RenamePayload is what a mutation answers.
type RenamePayload struct {
	Person *Person
	Place  *Place
	Errors []Problem
}

// Problem is an object without relations.
type Problem struct {
	Message string
	Field   *string
	Told    *Words
}

// Person has leaves of every kind.
type Person struct {
	W  *World
	ID string

	Name            string
	Nick            *string
	Age             int
	AgeOrNot        *int
	Count32         int32
	Count64         *int64
	Small           int32
	Long            *int64
	Unsigned        uint
	Ratio           float64
	RatioOrNot      *float64
	Happy           bool
	HappyOrNot      *bool
	Key             int
	KeyOrNot        *int
	Born            time.Time
	BornOrNot       *time.Time
	MaybeZero       time.Time
	Day             time.Time
	DayOrNot        *time.Time
	Span            time.Duration
	SpanOrNot       *time.Duration
	Money           Money
	MoneyOrNot      *Money
	Token           Token
	TokenOrNot      *Token
	Shout           string
	ShoutOrNot      *string
	Weight          Weight
	WeightOrNot     *Weight
	Anything        any
	Colour          Colour
	ColourOrNot     *Colour
	Size            Size
	SizeOrNot       *Size
	Motto           Words
	TagsInStruct    []string
	TagsOrNot       []*string
	ColoursInStruct []Colour
	SizesInStruct   []Size
	MomentsInStruct []*time.Time
	MoneyInStruct   []*Money
}

// IsNode implements Node.
func (*Person) IsNode() {}

// IsNamed implements Named.
func (*Person) IsNamed() {}

// IsFound implements Found.
func (*Person) IsFound() {}

// IsBeing implements Being.
func (*Person) IsBeing() {}

// Who returns the type and the id.
func (p *Person) Who() (name, id string) { return "Person", p.ID }

// MottoOrNot is a leaf read by a method.
func (p *Person) MottoOrNot() *Words {
	return some(p.W, Words(p.W.Text(p.ID, "motto2")), p.ID, "motto2")
}

// Risky is a leaf that may panic.
func (p *Person) Risky() *string {
	p.W.Panic(p.ID, "risky")
	return some(p.W, "calm", p.ID, "risky")
}

// RiskyForAll is a leaf that may panic and must not be null.
func (p *Person) RiskyForAll() string {
	p.W.Panic(p.ID, "riskyForAll")
	return "calm"
}

func some[V any](w *World, value V, parts ...string) *V {
	if w.Absent(parts...) {
		return nil
	}
	return &value
}

// Moment returns an instant, now and then the zero one if it may be.
func (w *World) Moment(parts ...string) time.Time {
	zones := []*time.Location{time.UTC, time.FixedZone("", 5400)}
	return time.Date(1900+w.Roll(300, parts...), 5, 6, 7, 8, 9, w.Roll(3, parts...)*1000, zones[w.Roll(2, parts...)])
}

// Number returns a float of any size.
func (w *World) Number(parts ...string) float64 {
	numbers := []float64{0, 1, -1.5, 1e6, 1e20, 1e21, 1e22, 1.0000001e-5, 0.0001, 123456789, 1e300, math.Copysign(0, -1), math.MaxInt64, 0.1}
	return numbers[w.Roll(len(numbers), parts...)]
}

// NewPerson returns the person with a key.
func NewPerson(w *World, key int) *Person {
	k := strconv.Itoa(key)
	id := "p" + k
	colours := []Colour{Red, Green, Blue, "", "PINK"}
	moment := w.Moment(id)
	p := &Person{
		W: w, ID: id,
		Name: w.Text(id, "name"), Nick: some(w, w.Text(id, "nick"), id, "nick"),
		Age: key - 5, AgeOrNot: some(w, key, id, "age"), Count32: int32(-key), Count64: some(w, int64(math.MinInt64)+int64(key), id, "count"),
		Small: math.MaxInt32, Long: some(w, int64(math.MaxInt64), id, "long"), Unsigned: math.MaxUint,
		Ratio: w.Number(id, "ratio"), RatioOrNot: some(w, w.Number(id, "ratio2"), id, "ratio"),
		Happy: key%2 == 0, HappyOrNot: some(w, key%3 == 0, id, "happy"),
		Key: key, KeyOrNot: some(w, key+1, id, "key"),
		Born: moment, BornOrNot: some(w, w.Moment(id, "born"), id, "born"), MaybeZero: moment,
		Day: moment, DayOrNot: some(w, w.Moment(id, "day"), id, "day"),
		Span: time.Duration(key) * time.Minute, SpanOrNot: some(w, time.Duration(key)*time.Hour, id, "span"),
		Money: Money{key}, MoneyOrNot: some(w, Money{100 * key}, id, "money"),
		Token: Token{"t" + k}, TokenOrNot: some(w, Token{`"`}, id, "token"),
		Shout: "loud", ShoutOrNot: some(w, w.Text(id, "shout"), id, "shout"),
		Weight: Weight{key}, WeightOrNot: some(w, Weight{key}, id, "weight"),
		Anything: []any{nil, 1, "x", map[string]any{"a": nil, "b": []any{1.5, true}}}[w.Roll(4, id, "anything")],
		Colour:   colours[w.Roll(5, id, "colour")], ColourOrNot: some(w, colours[w.Roll(5, id, "colour2")], id, "colour"),
		Size: Size(1 + w.Roll(3, id, "size")), SizeOrNot: some(w, Size(1+w.Roll(3, id, "size2")), id, "size"),
		Motto: Words(w.Text(id, "motto")),
	}
	for _, n := range w.Keys(3, id, "tags") {
		text := strconv.Itoa(n)
		at := w.Moment(id, text)
		p.TagsInStruct = append(p.TagsInStruct, text)
		p.TagsOrNot = append(p.TagsOrNot, some(w, text, id, text))
		p.ColoursInStruct = append(p.ColoursInStruct, colours[n%5])
		p.SizesInStruct = append(p.SizesInStruct, Size(1+n%3))
		p.MomentsInStruct = append(p.MomentsInStruct, some(w, at, id, text))
		p.MoneyInStruct = append(p.MoneyInStruct, &Money{n})
	}
	if w.Absent(id, "zero") {
		p.MaybeZero = time.Time{}
	}
	p.spoil()
	return p
}

// spoil makes values wrong.
func (p *Person) spoil() {
	w := p.W
	if w.Faulty("born", p.ID) {
		p.Born = time.Time{}
	}
	if w.Faulty("day", p.ID) {
		p.Day = time.Time{}
	}
	if w.Faulty("shout", p.ID) {
		p.Shout = ""
	}
	if w.Faulty("ratio", p.ID) {
		nan := math.NaN()
		p.RatioOrNot = &nan
	}
	if w.Faulty("weight", p.ID) {
		p.WeightOrNot = &Weight{-1}
	}
	if w.Faulty("money", p.ID) && len(p.MoneyInStruct) > 0 {
		p.MoneyInStruct[0] = nil
	}
	if w.Faulty("moments", p.ID) && len(p.MomentsInStruct) > 0 {
		p.MomentsInStruct[0] = &time.Time{}
	}
}

// People are persons by key.
func (w *World) People(keys []int) []*Person {
	if keys == nil {
		return nil
	}
	people := make([]*Person, len(keys))
	for i, key := range keys {
		people[i] = NewPerson(w, key)
		if i > 0 && keys[i-1] == key {
			people[i] = people[i-1]
		}
	}
	return people
}

// Being is a person or a place.
func (w *World) Being(key int) interface {
	Node
	Named
	Found
	Being
} {
	if key%2 == 0 {
		return NewPerson(w, key)
	}
	return NewPlace(w, key)
}

// Thing is a person, a place or a note; nil for some.
func (w *World) Thing(key int) Found {
	switch key % 5 {
	case 0:
		return nil
	case 1:
		return *NewNote(w, key)
	case 2:
		return NewNote(w, key)
	default:
		return w.Being(key)
	}
}

// Place has objects of every shape in its struct.
type Place struct {
	W        *World
	ID       string
	Key      int
	Name     Words
	Position Position
	Centre   *Position
	Corners  []Position
	Grid     [][]*Position
	Cells    [][]int
	Nick     *string
}

// IsNode implements Node.
func (*Place) IsNode() {}

// IsNamed implements Named.
func (*Place) IsNamed() {}

// IsFound implements Found.
func (*Place) IsFound() {}

// IsBeing implements Being.
func (*Place) IsBeing() {}

// Who returns the type and the id.
func (p *Place) Who() (name, id string) { return "Place", p.ID }

// NewPlace returns the place with a key.
func NewPlace(w *World, key int) *Place {
	id := "l" + strconv.Itoa(key)
	p := &Place{W: w, ID: id, Key: key, Name: Words(w.Text(id, "name")), Position: NewPosition(w, id), Nick: some(w, "nick", id, "nick")}
	if !w.Absent(id, "centre") {
		p.Centre = new(NewPosition(w, id+"c"))
	}
	for _, n := range w.Keys(2, id, "corners") {
		p.Corners = append(p.Corners, NewPosition(w, strconv.Itoa(n)))
		row := []*Position{}
		cells := []int{}
		for _, m := range w.Keys(2, id, strconv.Itoa(n)) {
			row = append(row, new(NewPosition(w, strconv.Itoa(m))))
			cells = append(cells, m)
		}
		if w.Faulty("row", id) && len(row) > 0 {
			row[0] = nil
		}
		if w.Absent(id, "row") {
			row, cells = nil, nil
		}
		p.Grid, p.Cells = append(p.Grid, row), append(p.Cells, cells)
	}
	return p
}

// Twin is an object read by a method.
func (p *Place) Twin() *Place {
	if p.W.Absent(p.ID, "twin") {
		return nil
	}
	return NewPlace(p.W, p.Key+1)
}

// StrictTwin must not be nil and sometimes is.
func (p *Place) StrictTwin() *Place {
	if p.W.Faulty("twin", p.ID) {
		return nil
	}
	return NewPlace(p.W, p.Key+2)
}

// Twins is a list read by a method.
func (p *Place) Twins() []*Place {
	var twins []*Place
	for _, key := range p.W.Keys(2, p.ID, "twins") {
		twins = append(twins, NewPlace(p.W, key))
	}
	if p.W.Faulty("twins", p.ID) {
		twins = append(twins, nil)
	}
	return twins
}

// Inhabitants is a list with holes.
func (p *Place) Inhabitants() []*Person {
	people := p.W.People(p.W.Keys(3, p.ID, "inhabitants"))
	for i := range people {
		if p.W.Absent(p.ID, strconv.Itoa(i)) {
			people[i] = nil
		}
	}
	return people
}

// Guardian is an interface read by a method.
func (p *Place) Guardian() Named {
	if p.W.Absent(p.ID, "guardian") {
		return nil
	}
	return p.W.Being(p.W.Roll(20, p.ID, "guardian"))
}

// Guards is a list of a union read by a method.
func (p *Place) Guards() []Being {
	var guards []Being
	for _, key := range p.W.Keys(3, p.ID, "guards") {
		guards = append(guards, p.W.Being(key))
	}
	if p.W.Faulty("guards", p.ID) && len(guards) > 0 {
		guards[0] = nil
	}
	return guards
}

// Shaky is an object whose method may panic.
func (p *Place) Shaky() *Position {
	p.W.Panic(p.ID, "shaky")
	return p.Centre
}

// Position is kept by value.
type Position struct {
	W     *World
	ID    string
	X     float64
	Y     *float64
	Label Words
}

// NewPosition returns the position with an id.
func NewPosition(w *World, id string) Position {
	id = "o" + id
	p := Position{W: w, ID: id, X: w.Number(id, "x"), Y: some(w, w.Number(id, "y"), id, "y"), Label: Words(w.Text(id))}
	if w.Faulty("y", id) {
		p.Y = new(math.Inf(1))
	}
	return p
}

// Who returns the type and the id.
func (p *Position) Who() (name, id string) { return "Position", p.ID }

// Next is a recursion by a method.
func (p *Position) Next() *Position {
	if p.W.Absent(p.ID, "next") || len(p.ID) > 12 {
		return nil
	}
	return new(NewPosition(p.W, p.ID))
}

// Note has value receivers.
type Note struct {
	W      *World
	ID     string
	Text   string
	Colour *Colour
}

// NewNote returns the note with a key.
func NewNote(w *World, key int) *Note {
	id := "n" + strconv.Itoa(key)
	return &Note{W: w, ID: id, Text: w.Text(id), Colour: some(w, Red, id)}
}

// IsFound implements Found.
func (Note) IsFound() {}

// Position is an object read by a method that returns a value.
func (n Note) Position() Position { return NewPosition(n.W, n.ID) }

// PersonConnection is a page of persons.
type PersonConnection struct {
	W     *World
	ID    string
	Nodes []*Person
	More  bool
}

// Who returns the type and the id.
func (c *PersonConnection) Who() (name, id string) { return "PersonConnection", c.ID }

// Edges makes the edges of the nodes.
func (c *PersonConnection) Edges() []PersonEdge {
	edges := make([]PersonEdge, len(c.Nodes))
	for i, node := range c.Nodes {
		edges[i] = PersonEdge{ID: c.ID + strconv.Itoa(i), W: c.W, Node: node}
	}
	return edges
}

// PageInfo is a value made by a method.
func (c *PersonConnection) PageInfo() PageInfo {
	return PageInfo{HasNextPage: c.More, EndCursor: some(c.W, c.ID, c.ID)}
}

// PersonEdge is a person and its place in a list.
type PersonEdge struct {
	W    *World
	ID   string
	Node *Person
}

// Cursor is the place.
func (e *PersonEdge) Cursor() string { return "c" + e.ID }

// Who returns the type and the id.
func (e *PersonEdge) Who() (name, id string) { return "PersonEdge", e.ID }

// PageInfo is where a page ends.
type PageInfo struct {
	HasNextPage bool
	EndCursor   *string
}
