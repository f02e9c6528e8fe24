package breadth

import (
	"context"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Config is what makes an executable schema of gqlgen's run breadth first.
type Config struct {
	// Generated is gqlgen's own executable schema. It runs what has no plan:
	// introspection and subscriptions.
	Generated graphql.ExecutableSchema
	Query     *Type[Root]
	Mutation  *Type[Root]
	// Host makes what the generated code needs for the calls of one request.
	Host func(op *graphql.OperationContext) any
	// Parallel is how many resolvers of one request may run at once. More than
	// one pays only when the database is far away.
	Parallel int
}

// Schema executes operations level by level.
type Schema struct {
	graphql.ExecutableSchema
	cfg     Config
	plans   *plans
	buffers sync.Pool
}

// New returns the schema of cfg.
func New(cfg Config) *Schema {
	return &Schema{ExecutableSchema: cfg.Generated, cfg: cfg, plans: newPlans()}
}

// Exec implements graphql.ExecutableSchema.
func (s *Schema) Exec(ctx context.Context) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	if op.Operation.Operation == ast.Subscription || introspects(op.Operation.SelectionSet) {
		return s.ExecutableSchema.Exec(ctx)
	}
	answered := false
	return func(ctx context.Context) *graphql.Response {
		if answered {
			return nil
		}
		answered = true
		return &graphql.Response{Data: s.execute(ctx, op)}
	}
}

// introspects tells whether a root selection asks for the schema.
func introspects(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			if strings.HasPrefix(selection.Name, "__") && selection.Name != "__typename" {
				return true
			}
		case *ast.InlineFragment:
			if introspects(selection.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if introspects(selection.Definition.SelectionSet) {
				return true
			}
		}
	}
	return false
}

func (s *Schema) execute(ctx context.Context, op *graphql.OperationContext) []byte {
	p, err := s.planned(ctx, op)
	if err != nil {
		graphql.AddError(ctx, err)
		return []byte("null")
	}
	x := &run{ctx: ctx, op: op, host: s.cfg.Host(op), slots: make([]any, p.slots)}
	if s.cfg.Parallel > 1 {
		x.free = make(chan struct{}, s.cfg.Parallel-1)
	}
	b := s.buffer(int(p.size.Load()))
	if op.Operation.Operation == ast.Mutation {
		b = x.answer(b, p.root, func(field *selection[Root]) { field.gather(ctx, x, []*Root{{}}) })
	} else {
		p.root.gather(ctx, x, []*Root{{}})
		b = x.answer(b, p.root, func(*selection[Root]) {})
	}
	x.report()
	p.size.Store(int64(len(b)) + int64(len(b))/8)
	return b
}

// largestKept is the longest buffer that is kept for another answer.
const largestKept = 1 << 20

// buffer returns an empty buffer for about so many bytes.
func (s *Schema) buffer(size int) []byte {
	if kept, ok := s.buffers.Get().(*[]byte); ok && cap(*kept) >= size {
		return (*kept)[:0]
	}
	return make([]byte, 0, size)
}

// Recycle takes back the data of a response that nobody will read any more.
func (s *Schema) Recycle(data []byte) {
	if cap(data) <= largestKept {
		s.buffers.Put(&data)
	}
}

// planned finds or makes the plan. A condition that is null, which a variable
// with a default may bring, makes gqlgen panic.
func (s *Schema) planned(ctx context.Context, op *graphql.OperationContext) (p *planned, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = op.RecoverFunc(ctx, v)
		}
	}()
	return s.plans.of(op, s.plan), nil
}

// plan plans an operation.
func (s *Schema) plan(op *graphql.OperationContext) *planned {
	root := s.cfg.Query
	if op.Operation.Operation == ast.Mutation {
		root = s.cfg.Mutation
	}
	p := &planner{op: op}
	made := &planned{root: plan(p, root, op.Operation.SelectionSet)}
	made.slots, made.weight = p.slots, p.steps+p.slots
	return made
}

// answer writes the root fields one after another, each after before was called
// for it: mutations are run there. One that fails does not keep the others from
// being run and from telling what is wrong with them.
func (x *run) answer(b []byte, root *selection[Root], before func(field *selection[Root])) []byte {
	b = append(b, '{')
	whole := true
	for i := range root.steps {
		field := &selection[Root]{steps: root.steps[i : i+1]}
		before(field)
		var ok bool
		if b, ok = x.attempt(b, &field.steps[0]); !ok {
			whole = false
		}
	}
	if !whole {
		return []byte("null")
	}
	return append(b, '}')
}

// attempt writes a root field; false when it can't be written. When a leaf
// panics, the field is written again with a guard at each leaf, so that only
// the one is lost.
func (x *run) attempt(b []byte, field *step[Root]) (out []byte, ok bool) {
	mark, failures, depth := len(b), len(x.failures), len(x.path)
	defer func() {
		if v := recover(); v != nil {
			if x.guarded {
				panic(v)
			}
			x.guarded, x.failures, x.path = true, x.failures[:failures], x.path[:depth]
			out, ok = x.attempt(b[:mark], field)
		}
	}()
	out, result := field.write(x, b, &Root{}, 0)
	return out, result == written
}
