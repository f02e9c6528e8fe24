package breadth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"ombudsnetz/internal/breadth/internal/shapes"
	"ombudsnetz/internal/breadth/internal/shapes/gen"
)

// visit is a request's look at a world.
type visit struct {
	*shapes.World

	mu    sync.Mutex
	done  []string       // by mutations
	calls map[string]int // of resolvers
}

type visitKey struct{}

func visiting(ctx context.Context, w *shapes.World) (context.Context, *visit) {
	v := &visit{World: w, calls: map[string]int{}}
	return context.WithValue(ctx, visitKey{}, v), v
}

func visitOf(ctx context.Context) *visit { return ctx.Value(visitKey{}).(*visit) }

func (v *visit) called(field string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.calls[field]++
}

// someone is an object with an id.
type someone interface{ Who() (name, id string) }

// failure is an error that follows from its parts.
func failure(w *shapes.World, parts ...string) error {
	text := strings.Join(parts, " ")
	switch w.Roll(4, parts...) {
	case 0:
		return &gqlerror.Error{Message: text, Extensions: map[string]any{"code": "CODED"}}
	case 1:
		return gqlerror.List{{Message: text}, {Message: "and " + text}}
	case 2:
		return fmt.Errorf("wrapped: %w", &gqlerror.Error{Message: text, Extensions: map[string]any{"code": "WRAPPED"}})
	default:
		return errors.New(text)
	}
}

// each answers a batch: value is asked for each parent. Now and then a single
// parent or the whole call fails; both follow from the world, not from who is
// asked for together.
func each[P someone, V any](ctx context.Context, field string, parents []P, args []any, value func(w *shapes.World, id string) V) ([]V, error) {
	v := visitOf(ctx)
	v.called(field)
	asked := described(args)
	if v.Faulty("level", field, asked) {
		switch v.Roll(6, "level", field, asked) {
		case 0:
			panic("panic of " + field)
		case 1:
			return make([]V, len(parents)+1), nil
		case 2:
			return make([]V, len(parents)-1), graphql.BatchErrorList(make([]error, len(parents)))
		case 3:
			return make([]V, len(parents)), graphql.BatchErrorList(make([]error, len(parents)+1))
		case 4:
			return nil, fmt.Errorf("wrapped: %w", graphql.BatchErrorList(make([]error, len(parents))))
		default:
			return nil, failure(v.World, "level", field, asked)
		}
	}
	values := make([]V, len(parents))
	errs := make(graphql.BatchErrorList, len(parents))
	failed := v.Roll(3, "list", field) == 0
	for i, parent := range parents {
		if any(parent) == any(*new(P)) {
			continue // gqlgen's executor asks for the nulls of a list too
		}
		_, id := parent.Who()
		values[i] = value(v.World, id+field+asked)
		if v.Faulty("item", field, id, asked) {
			errs[i], failed = failure(v.World, "item", field, id, asked), true
			if v.Roll(2, field, id) == 0 {
				values[i] = *new(V)
			}
		}
	}
	if failed {
		return values, errs
	}
	return values, nil
}

// described writes arguments.
func described(args []any) string {
	text, err := json.Marshal(args)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// ask answers a root field.
func ask[V any](ctx context.Context, field string, args []any, value func(w *shapes.World, id string) V) (V, error) {
	v := visitOf(ctx)
	v.called(field)
	asked := described(args)
	if v.Faulty("root", field, asked) {
		var none V
		switch v.Roll(4, "root", field, asked) {
		case 0:
			panic("panic of " + field)
		case 1:
			return none, graphql.BatchErrorList{errors.New("not for a root field")}
		default:
			return none, failure(v.World, "root", field, asked)
		}
	}
	return value(v.World, field+asked), nil
}

// Values of each type, by id.

func personOf(w *shapes.World, id string) *shapes.Person {
	if w.Absent("person", id) {
		return nil
	}
	return soundPerson(w, id)
}

func soundPerson(w *shapes.World, id string) *shapes.Person {
	if w.Faulty("nil", id) {
		return nil
	}
	return shapes.NewPerson(w, w.Roll(20, id))
}

func soundPlace(w *shapes.World, id string) *shapes.Place {
	if w.Faulty("nil", id) {
		return nil
	}
	return shapes.NewPlace(w, w.Roll(20, id))
}

func soundPeople(w *shapes.World, id string) []*shapes.Person {
	people := w.People(w.Keys(3, id))
	if len(people) > 0 && w.Faulty("hole", id) {
		people[len(people)-1] = nil
	}
	return people
}

func peopleOf(w *shapes.World, id string) []*shapes.Person {
	people := soundPeople(w, id)
	for i := range people {
		if w.Absent(id, strconv.Itoa(i)) {
			people[i] = nil
		}
	}
	return people
}

func rows[V any](of func(w *shapes.World, id string) V) func(w *shapes.World, id string) []V {
	return func(w *shapes.World, id string) []V {
		var values []V
		for i, key := range w.Keys(2, id, "rows") {
			values = append(values, of(w, id+strconv.Itoa(i)+strconv.Itoa(key)))
		}
		return values
	}
}

func beingOf(w *shapes.World, id string) interface {
	shapes.Node
	shapes.Named
	shapes.Found
	shapes.Being
} {
	return w.Being(w.Roll(20, id))
}

func nodeOf(w *shapes.World, id string) shapes.Node {
	if w.Absent("node", id) {
		return nil
	}
	return beingOf(w, id)
}

func soundNode(w *shapes.World, id string) shapes.Node {
	if w.Faulty("nil", id) {
		return nil
	}
	return beingOf(w, id)
}

func soundNamed(w *shapes.World, id string) shapes.Named {
	if w.Faulty("nil", id) {
		return nil
	}
	return beingOf(w, id)
}

func soundBeing(w *shapes.World, id string) shapes.Being {
	if w.Faulty("nil", id) {
		return nil
	}
	return beingOf(w, id)
}

func foundOf(w *shapes.World, id string) shapes.Found { return w.Thing(w.Roll(20, id)) }

func soundFound(w *shapes.World, id string) shapes.Found {
	if w.Faulty("nil", id) {
		return nil
	}
	if thing := foundOf(w, id); thing != nil {
		return thing
	}
	return shapes.NewNote(w, 1)
}

func noteOf(w *shapes.World, id string) *shapes.Note {
	if w.Absent("note", id) {
		return nil
	}
	return shapes.NewNote(w, w.Roll(5, id))
}

func soundNote(w *shapes.World, id string) *shapes.Note {
	if w.Faulty("nil", id) {
		return nil
	}
	return shapes.NewNote(w, w.Roll(5, id))
}

func numberOf(w *shapes.World, id string) int { return w.Roll(1000, id) - 500 }

func textOf(w *shapes.World, id string) string { return w.Text(id) }

func colourOf(w *shapes.World, id string) shapes.Colour {
	return []shapes.Colour{shapes.Red, shapes.Green, ""}[w.Roll(3, id)]
}

func moneyOf(w *shapes.World, id string) *shapes.Money {
	return &shapes.Money{Cents: w.Roll(1000, id)}
}

func soundMoney(w *shapes.World, id string) *shapes.Money {
	if w.Faulty("nil", id) {
		return nil
	}
	return moneyOf(w, id)
}

func weightOf(w *shapes.World, id string) *shapes.Weight {
	return &shapes.Weight{Grams: w.Roll(1000, id)}
}

func sizeOf(w *shapes.World, id string) shapes.Size { return shapes.Size(1 + w.Roll(3, id)) }

func momentOf(w *shapes.World, id string) time.Time {
	if w.Absent("zero", id) {
		return time.Time{}
	}
	return w.Moment(id)
}

// maybe makes a value that may be null.
func maybe[V any](of func(w *shapes.World, id string) V) func(w *shapes.World, id string) *V {
	return func(w *shapes.World, id string) *V {
		if w.Absent("maybe", id) {
			return nil
		}
		value := of(w, id)
		return &value
	}
}

func pageOf(w *shapes.World, id string) *shapes.PersonConnection {
	if w.Faulty("nil", id) {
		return nil
	}
	return &shapes.PersonConnection{W: w, ID: "page" + strconv.Itoa(w.Roll(20, id)), Nodes: soundPeople(w, id), More: w.Roll(2, id) == 0}
}

// resolvers answer from the world that the context visits.
type resolvers struct{}

func (resolvers) Query() gen.QueryResolver                       { return queries{} }
func (resolvers) Mutation() gen.MutationResolver                 { return mutations{} }
func (resolvers) Subscription() gen.SubscriptionResolver         { return subscriptions{} }
func (resolvers) Person() gen.PersonResolver                     { return persons{} }
func (resolvers) PersonConnection() gen.PersonConnectionResolver { return connections{} }
func (resolvers) PersonEdge() gen.PersonEdgeResolver             { return edges{} }
func (resolvers) Place() gen.PlaceResolver                       { return places{} }
func (resolvers) Position() gen.PositionResolver                 { return positions{} }

type persons struct{}

func (persons) Boss(ctx context.Context, objs []*shapes.Person) ([]*shapes.Person, error) {
	return each(ctx, "Person.boss", objs, nil, personOf)
}

func (persons) Home(ctx context.Context, objs []*shapes.Person) ([]*shapes.Place, error) {
	return each(ctx, "Person.home", objs, nil, soundPlace)
}

func (persons) Friends(ctx context.Context, objs []*shapes.Person) ([][]*shapes.Person, error) {
	return each(ctx, "Person.friends", objs, nil, soundPeople)
}

func (persons) Rivals(ctx context.Context, objs []*shapes.Person) ([][]*shapes.Person, error) {
	return each(ctx, "Person.rivals", objs, nil, peopleOf)
}

func (persons) Chosen(ctx context.Context, objs []*shapes.Person, first int, filter *shapes.Filter) ([][]*shapes.Person, error) {
	return each(ctx, "Person.chosen", objs, []any{first, filter}, soundPeople)
}

func (persons) Grid(ctx context.Context, objs []*shapes.Person) ([][][]*shapes.Person, error) {
	return each(ctx, "Person.grid", objs, nil, rows(peopleOf))
}

func (persons) StrictGrid(ctx context.Context, objs []*shapes.Person) ([][][]*shapes.Person, error) {
	return each(ctx, "Person.strictGrid", objs, nil, rows(soundPeople))
}

func (persons) Favourite(ctx context.Context, objs []*shapes.Person) ([]shapes.Node, error) {
	return each(ctx, "Person.favourite", objs, nil, nodeOf)
}

func (persons) Favourites(ctx context.Context, objs []*shapes.Person) ([][]shapes.Node, error) {
	return each(ctx, "Person.favourites", objs, nil, rows(soundNode))
}

func (persons) Found(ctx context.Context, objs []*shapes.Person) ([][]shapes.Found, error) {
	return each(ctx, "Person.found", objs, nil, rows(foundOf))
}

func (persons) FoundGrid(ctx context.Context, objs []*shapes.Person) ([][][]shapes.Found, error) {
	return each(ctx, "Person.foundGrid", objs, nil, rows(rows(soundFound)))
}

func (persons) Being(ctx context.Context, objs []*shapes.Person) ([]shapes.Being, error) {
	return each(ctx, "Person.being", objs, nil, soundBeing)
}

func (persons) Alias(ctx context.Context, objs []*shapes.Person) ([]shapes.Named, error) {
	return each(ctx, "Person.alias", objs, nil, soundNamed)
}

func (persons) Note(ctx context.Context, objs []*shapes.Person) ([]*shapes.Note, error) {
	return each(ctx, "Person.note", objs, nil, noteOf)
}

func (persons) Notes(ctx context.Context, objs []*shapes.Person) ([][]*shapes.Note, error) {
	return each(ctx, "Person.notes", objs, nil, rows(soundNote))
}

func (persons) Score(ctx context.Context, objs []*shapes.Person, plus *int, colour *shapes.Colour, by *shapes.Filter) ([]int, error) {
	return each(ctx, "Person.score", objs, []any{plus, colour, by}, numberOf)
}

func (persons) ScoreOrNot(ctx context.Context, objs []*shapes.Person, times []int) ([]*int, error) {
	return each(ctx, "Person.scoreOrNot", objs, []any{times}, maybe(numberOf))
}

func (persons) Label(ctx context.Context, objs []*shapes.Person, prefix string, suffix *string) ([]*string, error) {
	return each(ctx, "Person.label", objs, []any{prefix, suffix}, maybe(textOf))
}

func (persons) Wage(ctx context.Context, objs []*shapes.Person, in *shapes.Money) ([]*shapes.Money, error) {
	return each(ctx, "Person.wage", objs, []any{in}, soundMoney)
}

func (persons) WageOrNot(ctx context.Context, objs []*shapes.Person) ([]*shapes.Money, error) {
	return each(ctx, "Person.wageOrNot", objs, nil, func(w *shapes.World, id string) *shapes.Money {
		if w.Absent("wage", id) {
			return nil
		}
		return moneyOf(w, id)
	})
}

func (persons) Tags(ctx context.Context, objs []*shapes.Person) ([][]string, error) {
	return each(ctx, "Person.tags", objs, nil, rows(textOf))
}

func (persons) Nested(ctx context.Context, objs []*shapes.Person) ([][][]int, error) {
	return each(ctx, "Person.nested", objs, nil, rows(rows(numberOf)))
}

func (persons) Mood(ctx context.Context, objs []*shapes.Person) ([]shapes.Colour, error) {
	return each(ctx, "Person.mood", objs, nil, colourOf)
}

func (persons) Moods(ctx context.Context, objs []*shapes.Person) ([][]*shapes.Colour, error) {
	return each(ctx, "Person.moods", objs, nil, rows(maybe(colourOf)))
}

func (persons) Since(ctx context.Context, objs []*shapes.Person) ([]*time.Time, error) {
	return each(ctx, "Person.since", objs, nil, maybe(momentOf))
}

func (persons) Heavy(ctx context.Context, objs []*shapes.Person) ([][]*shapes.Weight, error) {
	return each(ctx, "Person.heavy", objs, nil, rows(weightOf))
}

func (persons) Sized(ctx context.Context, objs []*shapes.Person) ([][]shapes.Size, error) {
	return each(ctx, "Person.sized", objs, nil, rows(sizeOf))
}

func (persons) Page(ctx context.Context, objs []*shapes.Person, first *int, after *string, order shapes.Colour) ([]*shapes.PersonConnection, error) {
	return each(ctx, "Person.page", objs, []any{first, after, order}, pageOf)
}

type connections struct{}

func (connections) TotalCount(ctx context.Context, objs []*shapes.PersonConnection) ([]int, error) {
	return each(ctx, "PersonConnection.totalCount", objs, nil, numberOf)
}

type edges struct{}

func (edges) Since(ctx context.Context, objs []*shapes.PersonEdge) ([]*time.Time, error) {
	return each(ctx, "PersonEdge.since", objs, nil, maybe(momentOf))
}

type places struct{}

func (places) Owner(ctx context.Context, objs []*shapes.Place) ([]*shapes.Person, error) {
	return each(ctx, "Place.owner", objs, nil, personOf)
}

func (places) Visitors(ctx context.Context, objs []*shapes.Place, first int) ([][]*shapes.Person, error) {
	return each(ctx, "Place.visitors", objs, []any{first}, soundPeople)
}

func (places) Names(ctx context.Context, objs []*shapes.Place) ([][]*string, error) {
	return each(ctx, "Place.names", objs, nil, rows(maybe(textOf)))
}

type positions struct{}

func (positions) Near(ctx context.Context, objs []*shapes.Position) ([]*shapes.Place, error) {
	return each(ctx, "Position.near", objs, nil, func(w *shapes.World, id string) *shapes.Place {
		if w.Absent("near", id) {
			return nil
		}
		return soundPlace(w, id)
	})
}

func (positions) Nearest(ctx context.Context, objs []*shapes.Position) ([]*shapes.Place, error) {
	return each(ctx, "Position.nearest", objs, nil, soundPlace)
}

type queries struct{}

func (queries) Person(ctx context.Context, id string) (*shapes.Person, error) {
	return ask(ctx, "Query.person", []any{id}, personOf)
}

func (queries) Someone(ctx context.Context) (*shapes.Person, error) {
	return ask(ctx, "Query.someone", nil, soundPerson)
}

func (queries) People(ctx context.Context, filter *shapes.Filter, first *int, colours []shapes.Colour) ([]*shapes.Person, error) {
	return ask(ctx, "Query.people", []any{filter, first, colours}, soundPeople)
}

func (queries) Perhaps(ctx context.Context, first int) ([]*shapes.Person, error) {
	return ask(ctx, "Query.perhaps", []any{first}, peopleOf)
}

func (queries) Place(ctx context.Context, id string) (*shapes.Place, error) {
	return ask(ctx, "Query.place", []any{id}, soundPlace)
}

func (queries) Node(ctx context.Context, id string) (shapes.Node, error) {
	return ask(ctx, "Query.node", []any{id}, nodeOf)
}

func (queries) Nodes(ctx context.Context, ids []string) ([]shapes.Node, error) {
	return ask(ctx, "Query.nodes", []any{ids}, rows(nodeOf))
}

func (queries) Search(ctx context.Context, text string, size *shapes.Size) ([]shapes.Found, error) {
	return ask(ctx, "Query.search", []any{text, size}, rows(soundFound))
}

func (queries) Named(ctx context.Context) (shapes.Named, error) {
	return ask(ctx, "Query.named", nil, soundNamed)
}

func (queries) Ping(ctx context.Context) (string, error) {
	return ask(ctx, "Query.ping", nil, textOf)
}

func (queries) Pong(ctx context.Context, money *shapes.Money, token *shapes.Token, day *time.Time, span *time.Duration, weights [][]*shapes.Weight, key *int, at *time.Time) (*string, error) {
	return ask(ctx, "Query.pong", []any{money, token, day, span, weights, key, at}, func(_ *shapes.World, id string) *string { return &id })
}

func (queries) Numbers(ctx context.Context) ([]*int, error) {
	return ask(ctx, "Query.numbers", nil, rows(maybe(numberOf)))
}

func (queries) Matrix(ctx context.Context) ([][]int, error) {
	return ask(ctx, "Query.matrix", nil, rows(rows(numberOf)))
}

func (queries) Colour(ctx context.Context, of shapes.Colour) (shapes.Colour, error) {
	return ask(ctx, "Query.colour", []any{of}, colourOf)
}

func (queries) Secret(ctx context.Context) (*string, error) {
	return ask(ctx, "Query.secret", nil, maybe(textOf))
}

func (queries) Secrets(ctx context.Context) (*shapes.Person, error) {
	return ask(ctx, "Query.secrets", nil, soundPerson)
}

type mutations struct{}

func (v *visit) did(what string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.done = append(v.done, what+described(args))
}

func (mutations) Rename(ctx context.Context, input shapes.RenameInput) (*shapes.RenamePayload, error) {
	visitOf(ctx).did("rename", input)
	return ask(ctx, "Mutation.rename", []any{input}, func(w *shapes.World, id string) *shapes.RenamePayload {
		payload := &shapes.RenamePayload{Person: personOf(w, id), Place: soundPlace(w, id)}
		for range w.Roll(3, id) {
			payload.Errors = append(payload.Errors, shapes.Problem{Message: w.Text(id), Field: maybe(textOf)(w, id)})
		}
		return payload
	})
}

func (mutations) Touch(ctx context.Context, id string, by *int) (int, error) {
	v := visitOf(ctx)
	v.did("touch", id, by)
	n := len(v.done)
	return ask(ctx, "Mutation.touch", []any{id, by}, func(*shapes.World, string) int { return n })
}

func (mutations) Burn(ctx context.Context, id string) (*shapes.Person, error) {
	visitOf(ctx).did("burn", id)
	return ask(ctx, "Mutation.burn", []any{id}, personOf)
}

func (mutations) Perhaps(ctx context.Context) (*string, error) {
	visitOf(ctx).did("perhaps")
	return ask(ctx, "Mutation.perhaps", nil, maybe(textOf))
}

type subscriptions struct{}

func (subscriptions) Ticks(ctx context.Context, n int) (<-chan *shapes.Person, error) {
	ticks := make(chan *shapes.Person, n)
	for key := range n {
		ticks <- shapes.NewPerson(visitOf(ctx).World, key)
	}
	close(ticks)
	return ticks, nil
}
