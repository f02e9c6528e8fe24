package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"
)

// result is all that was seen of one query. Contenders are told by their place
// in contenders().
type result struct {
	query  query
	values int
	size   int
	// statements are those of single requests, of both executors.
	statements, gqlgenStatements []int
	loads                        []loaded
	// peaks are the most memory that was resident under the most connections, MB.
	peaks map[int]float64
}

// loaded are the rounds with one number of connections.
type loaded struct {
	connections int
	rounds      map[int][]round
	costs       map[int]cost
}

// measure makes sure that all give the same answers, then lets them take turns
// in random order, so that whatever else the machine does meets all.
func (c *cli) measure(ctx context.Context, w *world, all []*contender, q query) (result, error) {
	r := result{query: q, peaks: make(map[int]float64)}
	var err error
	if r.size, r.values, err = compareAnswers(ctx, all); err != nil {
		return result{}, err
	}
	if r.statements, err = countStatements(ctx, all[0]); err != nil {
		return result{}, err
	}
	if r.gqlgenStatements, err = countStatements(ctx, all[gqlgenTurn()]); err != nil {
		return result{}, err
	}
	for _, connections := range c.Connections {
		most := connections == slices.Max(c.Connections)
		l, peaks, err := c.take(ctx, w, all, connections, c.Round, most)
		if err != nil {
			return result{}, err
		}
		r.loads = append(r.loads, l)
		if most {
			r.peaks = peaks
		}
	}
	return r, nil
}

// take lets the contenders take their turns with that many connections. With
// peaks it watches their memory.
func (c *cli) take(ctx context.Context, w *world, all []*contender, connections int, length time.Duration, watch bool) (loaded, map[int]float64, error) {
	l := loaded{connections: connections, rounds: make(map[int][]round), costs: make(map[int]cost)}
	peaks := make(map[int]float64)
	for _, one := range all {
		if _, err := one.load(ctx, connections, c.WarmUp); err != nil {
			return l, nil, err
		}
	}
	for range c.Rounds {
		for _, turn := range rand.Perm(len(all)) {
			one := all[turn]
			used, err := one.used(ctx)
			if err != nil {
				return l, nil, err
			}
			if watch {
				forgetPeak(used.PID)
			}
			seen, spent, err := one.round(ctx, w, connections, length)
			if err != nil {
				return l, nil, err
			}
			if watch {
				peaks[turn] = max(peaks[turn], peakMB(used.PID))
			}
			l.rounds[turn] = append(l.rounds[turn], seen)
			sum := l.costs[turn]
			sum.add(spent)
			l.costs[turn] = sum
		}
	}
	return l, peaks, nil
}

// newContenders are all that answer the query, in the order of contenders().
func newContenders(addresses map[string]string, q query, there samples) ([]*contender, error) {
	server, byStatement, err := q.bodies(there)
	if err != nil {
		return nil, err
	}
	var all []*contender
	for _, name := range contenders() {
		all = append(all, newContender(name, addresses[name], q, server, byStatement))
	}
	return all, nil
}

// compareAnswers fails unless all answer every request alike. It returns the
// size of our last answer, and how many values it has.
func compareAnswers(ctx context.Context, all []*contender) (size, values int, err error) {
	last := all[len(all)-1]
	for i := range last.requests {
		want, err := last.ask(ctx, i)
		if err != nil {
			return 0, 0, err
		}
		for turn, one := range all[:len(all)-1] {
			answer, err := one.ask(ctx, i)
			if err != nil {
				return 0, 0, err
			}
			if err := agree(answer, want); err != nil {
				return 0, 0, fmt.Errorf("%s: %w", one.name, err)
			}
			if turn == 0 {
				size = len(answer)
			}
		}
		data, err := dataOf(want)
		if err != nil {
			return 0, 0, err
		}
		values = countValues(data)
	}
	return size, values, nil
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

// floorTurn and gqlgenTurn are the places of the two that we are compared to.
func floorTurn() int  { return slices.Index(contenders(), statement) }
func gqlgenTurn() int { return slices.Index(contenders(), gqlgen) }

func (r result) print(out io.Writer) {
	_, _ = fmt.Fprintf(out, "\n%s: %s; %d values, %.1f kB, statements per request: %s, gqlgen %s\n",
		r.query.name, r.query.about, r.values, float64(r.size)/1000, numbers(r.statements), numbers(r.gqlgenStatements))
	table := newTable(out)
	_, _ = fmt.Fprintln(table, "connections\t\treq/s\tp50 ms\tp99 ms\tratio\t(rounds)\tof gqlgen\t")
	for _, l := range r.loads {
		for turn, name := range contenders() {
			ratio, spread, ofGqlgen := "1", "", ""
			if turn != floorTurn() {
				ratio, spread = l.ratios(turn, floorTurn()).text()
			}
			if turn == 0 {
				ofGqlgen = fmt.Sprintf("%.1f", l.ratios(0, gqlgenTurn()).middle())
			}
			latencies := l.latencies(turn)
			_, _ = fmt.Fprintf(table, "%d\t%s\t%.0f\t%s\t%s\t%s\t%s\t%s\t\n", l.connections, name, l.perSecond(turn),
				milliseconds(quantile(latencies, 0.50)), milliseconds(quantile(latencies, 0.99)), ratio, spread, ofGqlgen)
		}
	}
	_ = table.Flush()
	l := r.costly()
	table = newTable(out)
	_, _ = fmt.Fprintf(table, "one request of %d\t\tallocations\tper value\tkB\tCPU ms\tCPU ms Postgres\tCPU ratio\tpeak MB at %d\t\n", l.connections, r.loads[len(r.loads)-1].connections)
	for turn, name := range contenders() {
		spent := l.costs[turn]
		allocations := float64(spent.allocations) / float64(spent.requests)
		_, _ = fmt.Fprintf(table, "\t%s\t%.0f\t%.1f\t%.1f\t%s\t%s\t%s\t%s\t\n", name, allocations, allocations/float64(r.values),
			float64(spent.bytes)/float64(spent.requests)/1000, milliseconds(spent.each(spent.cpu)), milliseconds(spent.each(spent.postgres)),
			known("%.2f", l.cpuRatio(turn)), known("%.0f", r.peaks[turn]))
	}
	_ = table.Flush()
}

func newTable(out io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
}

// barConnections are those at which the bars are set.
const barConnections = 16

// at returns the rounds with that many connections.
func (r result) at(connections int) (loaded, bool) {
	for _, l := range r.loads {
		if l.connections == connections {
			return l, true
		}
	}
	return loaded{}, false
}

// costly are the rounds whose cost is told.
func (r result) costly() loaded {
	if l, ok := r.at(barConnections); ok {
		return l
	}
	return r.loads[len(r.loads)-1]
}

// cpuRatio compares processor time, server and Postgres together, with the
// statement's; 0 when Postgres does not tell.
func (l loaded) cpuRatio(turn int) float64 {
	mine, floor := l.costs[turn].both(), l.costs[floorTurn()].both()
	if mine == 0 || floor == 0 {
		return 0
	}
	return float64(mine) / float64(floor)
}

func (l loaded) perSecond(turn int) float64 {
	var all ratios
	for _, r := range l.rounds[turn] {
		all = append(all, r.perSecond())
	}
	return all.middle()
}

// ratios are one for each round.
type ratios []float64

func (l loaded) ratios(turn, to int) ratios {
	var all ratios
	for i, mine := range l.rounds[turn] {
		all = append(all, mine.perSecond()/l.rounds[to][i].perSecond())
	}
	return all
}

// text writes the median, and the least and the largest.
func (r ratios) text() (middle, spread string) {
	return fmt.Sprintf("%.2f", r.middle()), fmt.Sprintf("%.2f-%.2f", slices.Min(r), slices.Max(r))
}

// middle is the median.
func (r ratios) middle() float64 {
	sorted := slices.Sorted(slices.Values(r))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

func (l loaded) latencies(turn int) []time.Duration {
	var all []time.Duration
	for _, r := range l.rounds[turn] {
		all = append(all, r.latencies...)
	}
	slices.Sort(all)
	return all
}

// quantile expects sorted values.
func quantile(sorted []time.Duration, share float64) time.Duration {
	return sorted[int(share*float64(len(sorted)-1))]
}

// milliseconds writes "-" for what was not told.
func milliseconds(d time.Duration) string {
	return known("%.2f", float64(d)/float64(time.Millisecond))
}

func known(format string, value float64) string {
	if value == 0 {
		return "-"
	}
	return fmt.Sprintf(format, value)
}

// numbers writes the median of sorted values, and their ends when they differ.
func numbers(sorted []int) string {
	text := strconv.Itoa(sorted[len(sorted)/2])
	if least, most := sorted[0], sorted[len(sorted)-1]; least != most {
		text += fmt.Sprintf(" (%d to %d)", least, most)
	}
	return text
}
