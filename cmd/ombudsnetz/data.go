package main

import (
	"context"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"ombudsnetz/graph"
	"ombudsnetz/internal/demo"
	"ombudsnetz/internal/embedded"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/postgres"
	"ombudsnetz/internal/region"
)

type migrateCommand struct {
	settings
	Action string `arg:"" optional:"" enum:"up,status" default:"up" help:"up: bring the tables up to date; status: list the migrations and when they were applied."`
}

// Run implements the command migrate.
func (c *migrateCommand) Run(ctx context.Context, again hurry) error {
	log := c.logger()
	src, err := c.startOrJoin(ctx, log)
	if err != nil {
		return err
	}
	defer src.stop(again, log)
	if c.Action == "up" {
		if err := src.migrate(ctx, log); err != nil {
			return err
		}
	}
	all, err := src.migrations(ctx)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, m := range all {
		applied := "pending"
		if !m.AppliedAt.IsZero() {
			applied = m.AppliedAt.UTC().Format(time.RFC3339)
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\n", m.Name, applied)
	}
	return table.Flush()
}

type demoCommand struct {
	settings
}

// Run implements the command demo.
func (c *demoCommand) Run(ctx context.Context, again hurry) error {
	log := c.logger()
	src, err := c.startOrJoin(ctx, log)
	if err != nil {
		return err
	}
	defer src.stop(again, log)
	if err := src.migrate(ctx, log); err != nil {
		return err
	}
	db, err := c.open(ctx, src, log)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	codec, err := page.LoadCodec(ctx, db)
	if err != nil {
		return err
	}
	if err := loadDemo(ctx, db, codec); err != nil {
		return err
	}
	_, err = fmt.Println("the demo world is there")
	return err
}

func loadDemo(ctx context.Context, db *postgres.DB, codec page.Codec) error {
	zone, err := berlin()
	if err != nil {
		return err
	}
	return demo.Load(ctx, db, region.NewService(db, codec, time.Now, zone), codec, time.Now)
}

// berlin is the zone in which days of the domain begin.
func berlin() (*time.Location, error) { return time.LoadLocation("Europe/Berlin") }

type schemaCommand struct{}

// Run implements the command schema.
func (schemaCommand) Run() error {
	_, err := fmt.Print(graph.SDL())
	return err
}

type doctorCommand struct {
	settings
}

// Run implements the command doctor.
func (c *doctorCommand) Run(ctx context.Context) error {
	var findings []embedded.Finding
	if c.URL != "" {
		findings = c.inspect(ctx, &source{dsn: c.URL, name: nameOf(c.URL)})
	} else {
		own := c.embedded(c.logger())
		findings = embedded.Inspect(own)
		if dsn, err := embedded.Running(own, ""); err == nil {
			findings = append(findings, c.inspect(ctx, &source{dsn: dsn, name: ownName})...)
		}
	}
	missing := 0
	for _, f := range findings {
		mark := "ok     "
		if !f.OK {
			mark = "MISSING"
			missing++
		}
		fmt.Printf("%s  %-24s %s\n", mark, f.Name, f.Detail)
	}
	if missing > 0 {
		return fmt.Errorf("%d of %d checks failed", missing, len(findings))
	}
	return nil
}

// inspect looks at a database that runs.
func (c *doctorCommand) inspect(ctx context.Context, src *source) []embedded.Finding {
	db, err := c.open(ctx, src, c.logger())
	if err != nil {
		return []embedded.Finding{{Name: "connection", Detail: err.Error()}}
	}
	defer func() { _ = db.Close() }()
	findings := []embedded.Finding{{Name: "connection", OK: true, Detail: src.name}}
	add := func(name, detail string, err error) {
		if err != nil {
			detail = err.Error()
		}
		findings = append(findings, embedded.Finding{Name: name, OK: err == nil, Detail: detail})
	}
	version, err := postgres.Row[string](ctx, db, `SHOW server_version`)
	add("version", "PostgreSQL "+version, err)
	for _, name := range []string{"btree_gist", "pg_trgm"} {
		extension, err := postgres.Row[int](ctx, db, `SELECT count(*) FROM pg_available_extensions WHERE name = $1`, name)
		if err == nil && extension == 0 {
			err = fmt.Errorf("the extension %s is not installed: install the distribution's package postgresql-contrib", name)
		}
		add("extension "+name, "available", err)
	}
	prepared := "used"
	if !db.Prepares() {
		prepared = "not used: a pooler or proxy stands before the database"
	}
	add("prepared statements", prepared, nil)
	all, err := src.migrations(ctx)
	pending := 0
	for _, m := range all {
		if m.AppliedAt.IsZero() {
			pending++
		}
	}
	if err == nil && pending > 0 {
		err = fmt.Errorf("%d of %d migrations are pending: run ombudsnetz migrate", pending, len(all))
	}
	add("migrations", fmt.Sprintf("all %d applied", len(all)), err)
	return findings
}
