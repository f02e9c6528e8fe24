// Command bench measures the server, with its own and with gqlgen's executor,
// against hand-written statements on the same database in one run. Only the
// ratios it prints mean anything beyond the machine and the minute.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	// The zone of the domain is known on machines without a zone database too.
	_ "time/tzdata"
)

type cli struct {
	URL         string        `name:"database-url" env:"DATABASE_URL" help:"Postgres server on which to make a database for the run, as a URL or as key=value pairs. Empty: the run starts its own."`
	PostgresBin string        `name:"postgres-bin" env:"OMBUDSNETZ_POSTGRES_BIN" type:"path" help:"Folder of the programs postgres and initdb. Default: where the system has them."`
	Queries     []string      `default:"Q1,Q2,Q3,Q4,R1,R2,R3,R4,R5" help:"Queries to send."`
	Connections []int         `default:"1,16,64" help:"Numbers of connections to load with, 1 to 256 each. The servers have 16 to Postgres."`
	Rounds      int           `default:"5" help:"Rounds for each query and number of connections, 1 to 100."`
	Round       time.Duration `default:"600ms" help:"Length of a round, for each contender, 10ms to 1m."`
	WarmUp      time.Duration `default:"300ms" help:"Load ahead of the first round, for each contender, 0s to 1m."`
	Growth      bool          `default:"true" negatable:"" help:"Measure longer and longer pages too."`
	Profile     string        `type:"existingdir" help:"Folder into which each contender writes what it spent, for go tool pprof. It costs speed."`
	Starts      int           `default:"3" help:"How often to measure the first start of the program, 0 to 20."`
}

const maxConnections = 256

// Validate implements kong's hook: it names what is wrong and what was expected.
func (c *cli) Validate() error {
	for _, name := range c.Queries {
		if !slices.ContainsFunc(queries(), func(q query) bool { return q.name == name }) {
			return fmt.Errorf("--queries holds %q; expected some of %s", name, strings.Join(names(), ","))
		}
	}
	for _, n := range c.Connections {
		if n < 1 || n > maxConnections {
			return fmt.Errorf("--connections holds %d; expected 1 to %d", n, maxConnections)
		}
	}
	switch {
	case len(c.Connections) == 0:
		return errors.New("--connections is empty; expected numbers such as 1,16,64")
	case c.Rounds < 1 || c.Rounds > 100:
		return fmt.Errorf("--rounds is %d; expected 1 to 100", c.Rounds)
	case c.Round < 10*time.Millisecond || c.Round > time.Minute:
		return fmt.Errorf("--round is %s; expected 10ms to 1m", c.Round)
	case c.WarmUp < 0 || c.WarmUp > time.Minute:
		return fmt.Errorf("--warm-up is %s; expected 0s to 1m", c.WarmUp)
	case c.Starts < 0 || c.Starts > 20:
		return fmt.Errorf("--starts is %d; expected 0 to 20", c.Starts)
	}
	slices.Sort(c.Connections)
	return nil
}

func main() {
	if isContender() {
		if err := contend(os.Args[2]); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", os.Args[2], err)
			os.Exit(1)
		}
		return
	}
	var c cli
	kong.Parse(&c, kong.Name("bench"), kong.UsageOnError(),
		kong.Description("Measures the server, with its own and with gqlgen's executor, against hand-written statements in which Postgres builds the JSON, on the same database, in one run."))
	if err := c.runUntilSignal(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (c *cli) runUntilSignal() error {
	// SIGPIPE too: without a reader of its output the run still has to clean up.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE)
	defer stop()
	err := c.run(ctx, os.Stdout)
	if err != nil && ctx.Err() != nil {
		return errors.New("interrupted")
	}
	return err
}

func (c *cli) run(ctx context.Context, out io.Writer) error {
	if err := c.compare(ctx, out); err != nil || c.Starts == 0 {
		return err
	}
	return measureStarts(ctx, out, c.Starts, c.PostgresBin)
}

// compare measures the queries and leaves nothing running.
func (c *cli) compare(ctx context.Context, out io.Writer) (err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	w, err := c.openWorld(ctx, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := fill(ctx, w.db); err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	if err := heading(ctx, out, w); err != nil {
		return err
	}
	processes, err := startAll(ctx, w.dsn, c.Profile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopAll(processes)) }()
	addresses := make(map[string]string)
	for _, p := range processes {
		addresses[p.name] = p.address
	}
	return c.measureAll(ctx, out, w, addresses)
}

// measureAll measures the queries and prints what it saw of each.
func (c *cli) measureAll(ctx context.Context, out io.Writer, w *world, addresses map[string]string) error {
	there, err := sample(ctx, w.db)
	if err != nil {
		return err
	}
	var results []result
	var growth []grown
	for _, q := range queries() {
		if !slices.Contains(c.Queries, q.name) {
			continue
		}
		all, err := newContenders(addresses, q, there)
		if err != nil {
			return err
		}
		r, err := c.measure(ctx, w, all, q)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		r.print(out)
		results = append(results, r)
		if q.name == growthName && c.Growth {
			if growth, err = c.grow(ctx, w, addresses, q); err != nil {
				return fmt.Errorf("%s: %w", q.name, err)
			}
			printGrowth(out, q, growth)
		}
	}
	printBars(out, bars(results, growth))
	return nil
}

func heading(ctx context.Context, out io.Writer, w *world) error {
	figures, err := w.figures(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s on %d cores, Postgres %s, statements prepared: %t\n%d regions, %d offices, %d sites, %d channels\n",
		runtime.Version(), runtime.GOMAXPROCS(0), figures.Version, w.db.Prepares(),
		figures.Regions, figures.Offices, figures.Sites, figures.Channels)
	return err
}
