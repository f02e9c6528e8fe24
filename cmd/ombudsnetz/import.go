package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"ombudsnetz/internal/civil"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/region"
)

// importCommand groups the imports of official files.
type importCommand struct {
	Regions     importRegionsCommand     `cmd:"" help:"Compare the tree of regions with a GV100AD file, and bring it up to date."`
	PostalCodes importPostalCodesCommand `cmd:"" name:"postal-codes" help:"Compare the places of postal codes with a CSV file, and bring them up to date."`
}

// importing is what every import has.
type importing struct {
	settings
	File  string `arg:"" type:"existingfile" help:"File to read."`
	Apply bool   `help:"Make the changes, in one transaction. Without it they are only shown."`
	All   bool   `help:"Show all differences instead of the first ten of each kind."`
}

type importRegionsCommand struct {
	importing
	ValidOn      string            `placeholder:"DATE" help:"Day from which the file holds: regions that it does not have any more end on that day. Default: the day in the file."`
	PopulationOn string            `placeholder:"DATE" help:"Day on which the people were counted. Default: the day in the file."`
	Successor    map[string]string `placeholder:"OLD=NEW" help:"Key of a region that is gone, and of the one that took over. May be given several times."`
}

// Help shows how the command is used.
func (importRegionsCommand) Help() string {
	return `FILE is the fixed-width text of the official register (GV-ISys, "GV100AD") of the Federal Statistical Office, as it comes out of the archive.

Examples:
  ombudsnetz import regions GV100AD_31122025.txt
  ombudsnetz import regions GV100AD_31122025.txt --apply
  ombudsnetz import regions GV100AD_01072021.txt --apply --valid-on 2021-07-01 --successor 16056=16063`
}

type importPostalCodesCommand struct {
	importing
}

// Help shows how the command is used.
func (importPostalCodesCommand) Help() string {
	return `FILE is a CSV file in UTF-8 whose first line is postal_code,place,district_key,latitude,longitude. The key of the district has 5 digits, the point is in degrees or empty. Import the regions first: places go to the municipality of their name.

Examples:
  ombudsnetz import postal-codes postal-codes.csv
  ombudsnetz import postal-codes postal-codes.csv --apply --all`
}

// difference is what an import has found.
type difference interface {
	Classes() []region.Class
	Empty() bool
}

// Run implements the command import regions.
func (c *importRegionsCommand) Run(ctx context.Context, again hurry) error {
	options := region.RegisterOptions{Successors: c.Successor}
	for _, day := range []struct {
		flag, text string
		into       **civil.Date
	}{{"--valid-on", c.ValidOn, &options.On}, {"--population-on", c.PopulationOn, &options.PopulationOn}} {
		if day.text == "" {
			continue
		}
		date, err := civil.Parse(day.text)
		if err != nil {
			return fmt.Errorf("%s is %q; expected a date such as 2021-07-01", day.flag, day.text)
		}
		*day.into = &date
	}
	register, err := readFile(c.File, region.ParseGV100AD)
	if err != nil {
		return err
	}
	fmt.Printf("%s holds %d regions on %s\n", c.File, len(register.Entries), register.On)
	if register.Passed > 0 {
		fmt.Printf("%d records of regions between government region and district are not kept\n", register.Passed)
	}
	return c.run(ctx, again, func(ctx context.Context, to *region.Importer, progress region.Progress) (difference, error) {
		if c.Apply {
			return to.ApplyRegister(ctx, register, options, progress)
		}
		return to.PreviewRegister(ctx, register, options)
	})
}

// Run implements the command import postal-codes.
func (c *importPostalCodesCommand) Run(ctx context.Context, again hurry) error {
	rows, err := readFile(c.File, region.ParsePostalCodes)
	if err != nil {
		return err
	}
	fmt.Printf("%s holds %d places\n", c.File, len(rows))
	return c.run(ctx, again, func(ctx context.Context, to *region.Importer, progress region.Progress) (difference, error) {
		if c.Apply {
			return to.ApplyPostalCodes(ctx, rows, progress)
		}
		return to.PreviewPostalCodes(ctx, rows)
	})
}

func readFile[T any](name string, parse func(io.Reader) (T, error)) (T, error) {
	var none T
	file, err := os.Open(name) //nolint:gosec // the operator names it
	if err != nil {
		return none, err
	}
	defer func() { _ = file.Close() }()
	parsed, err := parse(file)
	if err != nil {
		return none, fmt.Errorf("%s: %w", name, err)
	}
	return parsed, nil
}

// run compares or applies on the database, and tells the differences.
func (c *importing) run(ctx context.Context, again hurry, do func(context.Context, *region.Importer, region.Progress) (difference, error)) error {
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
	zone, err := berlin()
	if err != nil {
		return err
	}
	to := region.NewImporter(db, region.NewService(db, page.Codec{}, time.Now, zone), newID)
	found, err := do(ctx, to, newMeter(log).show)
	if err != nil {
		return err
	}
	c.tell(found)
	return nil
}

const findingsShown = 10

// tell prints the differences by kind.
func (c *importing) tell(found difference) {
	for _, class := range found.Classes() {
		fmt.Printf("%-14s %6d\n", class.Name, len(class.Findings))
		shown := class.Findings
		if !c.All {
			shown = shown[:min(len(shown), findingsShown)]
		}
		for _, f := range shown {
			fmt.Printf("    %-8s %s\n", f.Key, f.Text)
		}
		if more := len(class.Findings) - len(shown); more > 0 {
			fmt.Printf("    … and %d more, see --all\n", more)
		}
	}
	switch {
	case found.Empty():
		fmt.Println("nothing to change")
	case c.Apply:
		fmt.Println("applied")
	default:
		fmt.Println("nothing was changed; --apply makes these changes")
	}
}

// meter shows how far a long import is: on a terminal in one line, in a log from
// time to time.
type meter struct {
	log      *slog.Logger
	terminal bool
	told     time.Time
}

const toldEvery = 5 * time.Second

func newMeter(log *slog.Logger) *meter {
	info, err := os.Stderr.Stat()
	return &meter{log: log, terminal: err == nil && info.Mode()&os.ModeCharDevice != 0, told: time.Now()}
}

func (m *meter) show(step string, done, total int) {
	switch {
	case m.terminal:
		line := fmt.Sprintf("\r%d of %d %s", done, total, step)
		if done == total {
			line += strings.Repeat(" ", 10) + "\n"
		}
		fmt.Fprint(os.Stderr, line)
	case time.Since(m.told) >= toldEvery:
		m.told = time.Now()
		m.log.Info("importing", "step", step, "done", done, "of", total)
	}
}
