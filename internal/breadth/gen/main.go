// Command gen writes what gqlgen writes, and the field tables of package
// breadth beside it. Run it by make generate; an argument is the path of
// another gqlgen.yml.
package main

import (
	"fmt"
	"os"
	"path/filepath"

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
	return api.Generate(cfg, api.AddPlugin(tables{}))
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
