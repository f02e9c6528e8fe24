// Command ombudsnetz is the server of the ombuds network and the tools around
// it.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
	// The zone of the domain is known on machines without a zone database too.
	_ "time/tzdata"
)

// cli is every command, flag and environment variable of the program.
type cli struct {
	Serve   serveCommand   `cmd:"" help:"Answer requests until told to stop."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's tables up to date, or tell their state."`
	Demo    demoCommand    `cmd:"" help:"Add the demo world to the database; what is there stays as it is."`
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
		kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	command.BindTo(ctx, (*context.Context)(nil))
	return command.Run()
}

// logging is how the program tells what it does.
type logging struct {
	Format string     `name:"log-format" env:"OMBUDSNETZ_LOG_FORMAT" enum:"text,json" default:"text" help:"Form of log lines: text or json."`
	Level  slog.Level `name:"log-level" env:"OMBUDSNETZ_LOG_LEVEL" default:"info" help:"Least important log lines to write: debug, info, warn or error."`
}

func (l logging) logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: l.Level}
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
