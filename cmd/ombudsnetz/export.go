package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"ombudsnetz/internal/export"
	"ombudsnetz/internal/fault"
	"ombudsnetz/internal/page"
	"ombudsnetz/internal/region"
)

// exportCommand groups what can be written of the directory.
type exportCommand struct {
	Directory exportDirectoryCommand `cmd:"" help:"Write the directory of a Land as one package for use without a network."`
	HSDS      exportHSDSCommand      `cmd:"" name:"hsds" help:"Write the directory of a Land in the Human Services Data Specification 3 (Open Referral)."`
}

// exporting is what every export has.
type exporting struct {
	settings
	Land string `required:"" placeholder:"KEY" help:"Key or ISO code of the Land, such as 15 or DE-ST."`
	Out  string `placeholder:"FILE" help:"File to write; it is replaced at once, never half. Without it the export goes to standard output."`
}

type exportDirectoryCommand struct {
	exporting
}

// Help shows how the command is used.
func (exportDirectoryCommand) Help() string {
	return `The package is what a running server gives at /directory/15.json; docs/exports.md describes it.

Examples:
  ombudsnetz export directory --land 15
  ombudsnetz export directory --land DE-ST --out 15.json`
}

type exportHSDSCommand struct {
	exporting
}

// Help shows how the command is used.
func (exportHSDSCommand) Help() string {
	return `The export is what a running server gives at /directory/15.hsds.json; docs/exports.md says what becomes of which field.

Examples:
  ombudsnetz export hsds --land 15
  ombudsnetz export hsds --land DE-ST --out 15.hsds.json`
}

// Run implements the command export directory.
func (c *exportDirectoryCommand) Run(ctx context.Context, again hurry) error {
	return c.run(ctx, again, (*export.Service).Directory)
}

// Run implements the command export hsds.
func (c *exportHSDSCommand) Run(ctx context.Context, again hurry) error {
	return c.run(ctx, again, (*export.Service).HSDS)
}

func (c *exporting) run(ctx context.Context, again hurry, write func(*export.Service, context.Context, string) (*export.Document, error)) error {
	log := c.logger()
	src, err := c.startOrJoin(ctx, log)
	if err != nil {
		return err
	}
	defer src.stop(again, log)
	db, err := c.open(ctx, src, log)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	zone, err := berlin()
	if err != nil {
		return err
	}
	document, err := write(export.NewService(db, region.NewService(db, page.Codec{}, time.Now, zone)), ctx, c.Land)
	if fault.CodeOf(err) == fault.NotFound {
		return fmt.Errorf("--land is %q; expected the key or ISO code of a Land, such as 15 or DE-ST", c.Land)
	}
	if err != nil {
		return err
	}
	if c.Out == "" {
		_, err := os.Stdout.Write(document.Body)
		return err
	}
	return replaceFile(c.Out, bytes.NewReader(document.Body))
}

// replaceFile writes a file beside the one with this name and puts it in its
// place, so that nobody reads half of it.
func replaceFile(name string, content io.Reader) error {
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return err
	}
	const readable = 0o644
	_, err = io.Copy(file, content)
	err = errors.Join(err, file.Chmod(readable), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
