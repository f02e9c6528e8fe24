// Command gen writes what gqlgen writes, and the field tables of package
// breadth beside it. Run it by make generate; an argument is the path of
// another gqlgen.yml.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen/config"
)

func main() {
	if err := generate(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func generate(args []string) error {
	cfg, err := load(args)
	if err != nil {
		return err
	}
	if err := api.Generate(cfg, api.AddPlugin(tables{})); err != nil {
		return err
	}
	return sayUnbound(cfg.Exec.Dir())
}

// sayUnbound makes gqlgen's code say it as ours does: both executors give the
// same error.
func sayUnbound(dir string) error {
	unimplemented := regexp.MustCompile(`"directive (\w+) is not \w+"`)
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		code, err := os.ReadFile(file) //nolint:gosec // one of the files that gqlgen has just written
		if err != nil {
			return err
		}
		said := unimplemented.ReplaceAll(code, []byte(`"no function is bound to the directive $1"`))
		if bytes.Equal(said, code) {
			continue
		}
		if err := os.WriteFile(file, said, 0o644); err != nil { //nolint:gosec // source code, as gqlgen writes it
			return err
		}
	}
	return nil
}

// load reads the configuration. Paths in it are relative to its directory, so
// that becomes the current one.
func load(args []string) (*config.Config, error) {
	if len(args) == 0 {
		return config.LoadConfigFromDefaultLocations()
	}
	if err := os.Chdir(filepath.Dir(args[0])); err != nil {
		return nil, err
	}
	return config.LoadConfig(filepath.Base(args[0]))
}
