package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"ombudsnetz/internal/ident"
)

// result is all that was seen of one query. In pairs the server is first, the
// hand-written statement second.
type result struct {
	query      query
	size       int
	statements []int
	names      [2]string
	loads      []loaded
	alone      [2]cost
}

// loaded are the rounds with one number of connections.
type loaded struct {
	connections int
	rounds      [2][]round
}

// measure makes sure that both give the same answers, then lets them take
// turns in random order, so that whatever else the machine does meets both.
func (c *cli) measure(ctx context.Context, w *world, s *servers, q query, offices []ident.ID) (result, error) {
	pair, err := newPair(s, q, offices)
	if err != nil {
		return result{}, err
	}
	r := result{query: q, names: [2]string{pair[0].name, pair[1].name}}
	if r.size, err = compareAnswers(ctx, pair); err != nil {
		return result{}, err
	}
	if r.statements, err = countStatements(ctx, pair[0]); err != nil {
		return result{}, err
	}
	for _, connections := range c.Connections {
		l := loaded{connections: connections}
		for _, one := range pair {
			if _, err := one.load(ctx, connections, c.WarmUp); err != nil {
				return result{}, err
			}
		}
		for range c.Rounds {
			for _, turn := range rand.Perm(len(pair)) {
				runtime.GC()
				seen, err := pair[turn].load(ctx, connections, c.Round)
				if err != nil {
					return result{}, err
				}
				l.rounds[turn] = append(l.rounds[turn], seen)
			}
		}
		r.loads = append(r.loads, l)
	}
	sessions, err := findBackends(ctx, w)
	if err != nil {
		return result{}, err
	}
	for range c.Rounds {
		for _, turn := range rand.Perm(len(pair)) {
			spent, err := pair[turn].alone(ctx, c.Round/4, sessions)
			if err != nil {
				return result{}, err
			}
			r.alone[turn].add(spent)
		}
	}
	return r, nil
}

func newPair(s *servers, q query, offices []ident.ID) ([2]*contender, error) {
	server, statement, err := q.bodies(offices)
	if err != nil {
		return [2]*contender{}, err
	}
	return [2]*contender{
		newContender("ombudsnetz", s.graphql, "/graphql", server),
		newContender("statement", s.statements[q.name], "/", statement),
	}, nil
}

// compareAnswers fails unless both answer every body alike. It returns the size
// of the server's last answer.
func compareAnswers(ctx context.Context, pair [2]*contender) (size int, err error) {
	for i := range pair[0].bodies {
		server, err := pair[0].ask(ctx, i)
		if err != nil {
			return 0, err
		}
		statement, err := pair[1].ask(ctx, i)
		if err != nil {
			return 0, err
		}
		if err := agree(server, statement); err != nil {
			return 0, err
		}
		size = len(server)
	}
	return size, nil
}

// countStatements returns what each of some requests has cost, sorted.
func countStatements(ctx context.Context, server *contender) ([]int, error) {
	const times = 20
	var seen []int
	for i := range times {
		answer, err := server.ask(ctx, i)
		if err != nil {
			return nil, err
		}
		n, err := statementsOf(answer)
		if err != nil {
			return nil, err
		}
		seen = append(seen, n)
	}
	slices.Sort(seen)
	return seen, nil
}

func (r result) print(out io.Writer) {
	_, _ = fmt.Fprintf(out, "\n%s: %s, %.1f kB, statements per request: %s\n", r.query.name, r.query.about, float64(r.size)/1000, numbers(r.statements))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "connections\t\treq/s\tp50 ms\tp99 ms\tratio\t(rounds)\t")
	for _, l := range r.loads {
		for turn, name := range r.names {
			ratio, spread := "1", ""
			if turn == 0 {
				ratio, spread = l.ratios()
			}
			latencies := l.latencies(turn)
			_, _ = fmt.Fprintf(table, "%d\t%s\t%.0f\t%s\t%s\t%s\t%s\t\n", l.connections, name, l.perSecond(turn),
				milliseconds(quantile(latencies, 0.50)), milliseconds(quantile(latencies, 0.99)), ratio, spread)
		}
	}
	_ = table.Flush()
	table = tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	_, _ = fmt.Fprintln(table, "one request\t\tallocations\tkB\tCPU ms\tCPU ms Postgres\t")
	for turn, name := range r.names {
		c := r.alone[turn]
		n := time.Duration(c.requests)
		_, _ = fmt.Fprintf(table, "\t%s\t%d\t%.1f\t%s\t%s\t\n", name, c.allocations/uint64(c.requests),
			float64(c.bytes)/float64(c.requests)/1000, milliseconds(c.cpu/n), milliseconds(c.postgres/n))
	}
	_ = table.Flush()
}

// tellStatements shows that a longer page costs no more statements.
func tellStatements(out io.Writer, results []result) {
	_, _ = fmt.Fprintln(out)
	for _, r := range results {
		if r.query.first > 0 {
			_, _ = fmt.Fprintf(out, "%d offices on a page: %s statements\n", r.query.first, numbers(r.statements))
		}
	}
}

func (l loaded) perSecond(turn int) float64 {
	var all []float64
	for _, r := range l.rounds[turn] {
		all = append(all, r.perSecond())
	}
	return median(all)
}

// ratios returns the median of the rounds' ratios to the statement, and the
// least and the largest.
func (l loaded) ratios() (middle, spread string) {
	var all []float64
	for i, server := range l.rounds[0] {
		all = append(all, server.perSecond()/l.rounds[1][i].perSecond())
	}
	return fmt.Sprintf("%.2f", median(all)), fmt.Sprintf("%.2f-%.2f", slices.Min(all), slices.Max(all))
}

func (l loaded) latencies(turn int) []time.Duration {
	var all []time.Duration
	for _, r := range l.rounds[turn] {
		all = append(all, r.latencies...)
	}
	slices.Sort(all)
	return all
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// quantile expects sorted values.
func quantile(sorted []time.Duration, share float64) time.Duration {
	return sorted[int(share*float64(len(sorted)-1))]
}

// milliseconds writes "-" for what was not told.
func milliseconds(d time.Duration) string {
	if d == 0 {
		return "-"
	}
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 2, 64)
}

// numbers writes the median of sorted values, and their ends when they differ.
func numbers(sorted []int) string {
	text := strconv.Itoa(sorted[len(sorted)/2])
	if least, most := sorted[0], sorted[len(sorted)-1]; least != most {
		text += fmt.Sprintf(" (%d to %d)", least, most)
	}
	return text
}
