package main

import (
	"fmt"
	"io"
	"slices"
)

// The bars of the house, beside the one of each query.
const (
	mostCPU      = 1.4
	leastGqlgen  = 6.0
	gqlgenQuery  = "Q2"
	mostMemoryMB = 60.0
	// memoryConnections are those at which memory is bounded.
	memoryConnections = 64
	// growthNoise is what a row of the longest page may cost more than one of a
	// usual page before it counts as growth.
	growthNoise = 1.1
	usualPage   = 100
)

// bar is one wish and what was measured.
type bar struct {
	what, wanted, measured string
	reached                bool
}

// bars judges what was measured, and leaves out what was not.
func bars(results []result, growth []grown) []bar {
	var all []bar
	for _, r := range results {
		l, ok := r.at(barConnections)
		if !ok || r.query.bar == 0 {
			continue
		}
		seen := l.ratios(0, floorTurn())
		middle, spread := seen.text()
		all = append(all, bar{
			r.query.name + ": throughput, of the statement's", fmt.Sprintf("at least %.2f", r.query.bar),
			middle + " (" + spread + ")", seen.middle() >= r.query.bar,
		})
		if r.query.name == gqlgenQuery {
			times := l.ratios(0, gqlgenTurn())
			middle, spread := times.text()
			all = append(all, bar{
				r.query.name + ": throughput, of gqlgen's executor's", fmt.Sprintf("at least %.0f", leastGqlgen),
				middle + " (" + spread + ")", times.middle() >= leastGqlgen,
			})
		}
		if cpu := l.cpuRatio(0); cpu > 0 {
			all = append(all, bar{
				r.query.name + ": CPU with Postgres, of the statement's", fmt.Sprintf("at most %.2f", mostCPU),
				fmt.Sprintf("%.2f", cpu), cpu <= mostCPU,
			})
		}
	}
	peak := 0.0
	for _, r := range results {
		if r.loads[len(r.loads)-1].connections == memoryConnections {
			peak = max(peak, r.peaks[0])
		}
	}
	if peak > 0 {
		all = append(all, bar{
			fmt.Sprintf("peak of resident memory at %d connections", memoryConnections), fmt.Sprintf("under %.0f MB", mostMemoryMB),
			fmt.Sprintf("%.0f MB", peak), peak < mostMemoryMB,
		})
	}
	usual := slices.IndexFunc(growth, func(g grown) bool { return g.rows == usualPage })
	if usual >= 0 {
		longest := growth[len(growth)-1]
		first, last := growth[usual].perRow(0), longest.perRow(0)
		all = append(all, bar{
			fmt.Sprintf("CPU for one of %d rows, of that for one of %d", longest.rows, usualPage), fmt.Sprintf("at most %.2f", growthNoise),
			fmt.Sprintf("%.2f", last/first), last <= first*growthNoise,
		})
	}
	return all
}

func printBars(out io.Writer, all []bar) {
	if len(all) == 0 {
		return
	}
	_, _ = fmt.Fprintf(out, "\nthe bars, at %d connections unless told otherwise; noise of the machine included\n", barConnections)
	table := newTable(out)
	_, _ = fmt.Fprintln(table, "\twanted\tmeasured\t\t")
	for _, b := range all {
		verdict := "reached"
		if !b.reached {
			verdict = "NOT reached"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t\n", b.what, b.wanted, b.measured, verdict)
	}
	_ = table.Flush()
}
