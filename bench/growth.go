package main

import (
	"context"
	"fmt"
	"io"
	"time"
)

// grown is what one length of a page costs.
type grown struct {
	rows       int
	statements []int
	loaded     loaded
}

// growthConnections is one, so that the cost is that of the page alone.
const growthConnections = 1

// grow measures one query with longer and longer pages.
func (c *cli) grow(ctx context.Context, w *world, addresses map[string]string, q query) ([]grown, error) {
	var all []grown
	for _, rows := range growthSizes() {
		q.first, q.signedIn = rows, true
		contenders, err := newContenders(addresses, q, samples{})
		if err != nil {
			return nil, err
		}
		if _, _, err := compareAnswers(ctx, contenders); err != nil {
			return nil, fmt.Errorf("%d rows: %w", rows, err)
		}
		statements, err := countStatements(ctx, contenders[0])
		if err != nil {
			return nil, err
		}
		l, _, err := c.take(ctx, w, contenders, growthConnections, c.Round/2, false)
		if err != nil {
			return nil, fmt.Errorf("%d rows: %w", rows, err)
		}
		all = append(all, grown{rows: rows, statements: statements, loaded: l})
	}
	return all, nil
}

// perRow is the processor time for one row in microseconds, of server and, where
// it tells, Postgres.
func (g grown) perRow(turn int) float64 {
	spent := g.loaded.costs[turn]
	return float64(spent.each(spent.cpu+spent.postgres)) / float64(time.Microsecond) / float64(g.rows)
}

func printGrowth(out io.Writer, q query, all []grown) {
	_, _ = fmt.Fprintf(out, "\n%s with longer and longer pages, %d connection: CPU of server and Postgres in µs for one row\n", q.name, growthConnections)
	table := newTable(out)
	_, _ = fmt.Fprint(table, "rows\tstatements\t")
	for _, name := range contenders() {
		_, _ = fmt.Fprint(table, name, "\t")
	}
	_, _ = fmt.Fprintln(table, "CPU ratio\treq/s ratio\t(rounds)\tof gqlgen\tallocations per row\t")
	for _, g := range all {
		_, _ = fmt.Fprintf(table, "%d\t%s\t", g.rows, numbers(g.statements))
		for turn := range contenders() {
			_, _ = fmt.Fprintf(table, "%.2f\t", g.perRow(turn))
		}
		ratio, spread := g.loaded.ratios(0, floorTurn()).text()
		spent := g.loaded.costs[0]
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%.1f\t%.1f\t\n", known("%.2f", g.loaded.cpuRatio(0)), ratio, spread,
			g.loaded.ratios(0, gqlgenTurn()).middle(), float64(spent.allocations)/float64(max(spent.requests, 1))/float64(g.rows))
	}
	_ = table.Flush()
}
