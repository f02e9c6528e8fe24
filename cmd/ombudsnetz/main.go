// Command ombudsnetz is the server of the ombuds network and the tools around
// it.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	// The zone of the domain is known on machines without a zone database too.
	_ "time/tzdata"
)

// cli is every command, flag and environment variable of the program.
type cli struct {
	Serve   serveCommand   `cmd:"" help:"Answer requests until told to stop."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's tables up to date, or tell their state."`
	Demo    demoCommand    `cmd:"" help:"Add the demo world to the database; what is there stays as it is."`
	Import  importCommand  `cmd:"" help:"Bring official files into the database: regions, postal codes."`
	Export  exportCommand  `cmd:"" help:"Write the directory of a Land for other programs: an offline package, HSDS."`
	Schema  schemaCommand  `cmd:"" help:"Print the GraphQL schema."`
	Doctor  doctorCommand  `cmd:"" help:"Tell what the program finds on this machine and what is missing."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "ombudsnetz:", err)
		os.Exit(1)
	}
}

// run executes the command line args.
func run(ctx context.Context, args []string) error {
	var c cli
	parser, err := kong.New(&c,
		kong.Name("ombudsnetz"),
		kong.Description("GraphQL server of an ombuds network in child and youth welfare. Every flag can be given as the environment variable that stands behind it."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return err
	}
	if err := forgetEmpty(parser.Model); err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return fmt.Errorf("%w\nRun `%s --help` to see what is possible.", err, asked(parser, err)) //nolint:revive,staticcheck // two sentences, for a person
	}
	ctx, again, stop := untilSignal(ctx)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	command.Bind(again)
	return command.Run()
}

// forgetEmpty makes a variable that is set but empty mean the same as one that
// is not set: the default.
func forgetEmpty(model *kong.Application) error {
	return kong.Visit(model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			for _, name := range flag.Envs {
				if os.Getenv(name) == "" {
					if err := os.Unsetenv(name); err != nil {
						return err
					}
				}
			}
		}
		return next(nil)
	})
}

// asked is the command whose line could not be understood, or the program.
func asked(parser *kong.Kong, err error) string {
	if wrong, ok := errors.AsType[*kong.ParseError](err); ok && wrong.Context != nil {
		for node := wrong.Context.Selected(); node != nil; node = node.Parent {
			if node.Type == kong.CommandNode {
				return node.FullPath()
			}
		}
	}
	return parser.Model.Name
}

// hurry is closed by the second signal: whoever asks twice does not want to
// wait.
type hurry <-chan struct{}

// untilSignal returns a context that ends with the first signal to stop, and
// what the second closes. The third ends the program like any other, without
// a chance to stop its Postgres.
func untilSignal(ctx context.Context) (context.Context, hurry, func()) {
	ctx, cancel := context.WithCancel(ctx)
	again, over := make(chan struct{}), make(chan struct{})
	received := make(chan os.Signal, 2)
	signal.Notify(received, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer signal.Stop(received)
		for _, tell := range []func(){cancel, func() { close(again) }} {
			select {
			case <-received:
				tell()
			case <-over:
				return
			}
		}
	}()
	return ctx, again, func() {
		cancel()
		close(over)
	}
}

// within gives a context that ends after the limit, or the grace after the
// second signal.
func (again hurry) within(limit, grace time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	go func() {
		select {
		case <-again:
			time.AfterFunc(grace, cancel)
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}

// settings are what every command with a database has.
type settings struct {
	database
	logging
}

// Validate implements kong's hook: it names what is wrong and what was expected.
func (s *settings) Validate() error { return cmp.Or(s.database.check(), s.logging.check()) }

// oneOf gives an error unless value is among those expected.
func oneOf(flag, variable, value string, expected ...string) error {
	if slices.Contains(expected, value) {
		return nil
	}
	last := len(expected) - 1
	return fmt.Errorf("--%s (%s) is %q; expected %s or %s", flag, variable, value, strings.Join(expected[:last], ", "), expected[last])
}

// logging is how the program tells what it does.
type logging struct {
	Format string `name:"log-format" env:"OMBUDSNETZ_LOG_FORMAT" default:"text" help:"Form of log lines: text or json."`
	Level  string `name:"log-level" env:"OMBUDSNETZ_LOG_LEVEL" default:"info" help:"Least important log lines to write: debug, info, warn or error."`
}

func (l *logging) check() error {
	return cmp.Or(
		oneOf("log-format", "OMBUDSNETZ_LOG_FORMAT", l.Format, "text", "json"),
		oneOf("log-level", "OMBUDSNETZ_LOG_LEVEL", l.Level, "debug", "info", "warn", "error"),
	)
}

func (l *logging) logger() *slog.Logger {
	level := map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}
	options := &slog.HandlerOptions{Level: level[l.Level]}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

type versionCommand struct{}

// Run implements the command version.
func (versionCommand) Run() error {
	_, err := fmt.Println(version())
	return err
}

// version is the module version or the commit that the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, modified := "", ""
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			revision = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			modified = "+changes"
		}
	}
	if revision == "" {
		return info.Main.Version
	}
	return revision[:min(12, len(revision))] + modified
}
