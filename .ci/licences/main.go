// Command licences writes THIRD_PARTY_LICENSES.md: what others wrote and the
// program is linked with or carries, by module, with the licences' texts.
//
//	go run ./.ci/licences
//
// It judges no licence; it fails where it does not know one, so that a person
// looks. Tools and what only tests are linked with are not in the program, and
// not in the list.
package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	var b bytes.Buffer
	err := write(&b)
	if err == nil {
		err = os.WriteFile("THIRD_PARTY_LICENSES.md", b.Bytes(), 0o644) //nolint:gosec // for everyone to read
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// A work is a module or a file of somebody else.
type work struct {
	name, licence string
	texts         []text
}

type text struct{ file, body string }

func write(out io.Writer) error {
	works, err := modules()
	if err != nil {
		return err
	}
	carried, err := embedded("web/static")
	if err != nil {
		return err
	}
	works = append(works, carried...)
	fmt.Fprint(out, head)
	for _, w := range works {
		fmt.Fprintf(out, "| %s | %s |\n", w.name, w.licence)
	}
	fmt.Fprint(out, "\nThe Apache License 2.0 stands in [LICENSE](LICENSE), for those works as for this one. The other texts, and notices, follow.\n")
	for _, w := range works {
		for _, t := range w.texts {
			fmt.Fprintf(out, "\n## %s, %s\n\n```text\n%s\n```\n", w.name, t.file, t.body)
		}
	}
	return nil
}

const head = `# What others wrote

Plumbline is linked with these modules and carries these files. The list is made by ` + "`make generate`" + ` from what the program is linked with on Linux.

| work | licence |
|---|---|
| the Go standard library | BSD-3-Clause, with the text of golang.org/x/sys below |
`

// modules are those that a package of the program comes from.
func modules() ([]work, error) {
	c := exec.Command("go", "list", "-deps", "-json=Module", "./cmd/plumbline")
	c.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0")
	c.Stderr = os.Stderr
	list, err := c.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	dirs := map[string]string{}
	for d := json.NewDecoder(strings.NewReader(string(list))); ; {
		var p struct {
			Module *struct {
				Path, Dir string
				Main      bool
			}
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if p.Module != nil && !p.Module.Main {
			dirs[p.Module.Path] = p.Module.Dir
		}
	}
	var works []work
	for path := range dirs {
		works = append(works, work{name: path})
	}
	for i := range works {
		if err := works[i].read(dirs[works[i].name], "LICEN[SC]E*", "NOTICE*", "COPYING*", "PATENTS*"); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(works, func(a, b work) int { return cmp.Compare(a.name, b.name) })
	return works, nil
}

// embedded are files with a licence of their own beside them, LICENSE.<name>.txt.
func embedded(dir string) (works []work, err error) {
	return works, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(d.Name(), "LICENSE.") {
			return err
		}
		w := work{name: strings.TrimSuffix(strings.TrimPrefix(d.Name(), "LICENSE."), ".txt") + ", in " + filepath.ToSlash(filepath.Dir(path))}
		works = append(works, w)
		return works[len(works)-1].read(filepath.Dir(path), d.Name())
	})
}

func (w *work) read(dir string, patterns ...string) error {
	for _, p := range patterns {
		files, err := filepath.Glob(filepath.Join(dir, p))
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := w.take(f); err != nil {
				return err
			}
		}
	}
	if w.licence == "" {
		return fmt.Errorf("%s has no licence in %s that this program knows", w.name, dir)
	}
	return nil
}

func (w *work) take(file string) error {
	if i, err := os.Stat(file); err != nil || i.IsDir() {
		return err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	body := strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))
	name := kind(body)
	if name != "" && w.licence == "" {
		w.licence = name
	}
	if name == "Apache-2.0" && len(body) > 9000 && len(body) < 12000 {
		return nil // the plain text, which LICENSE repeats
	}
	w.texts = append(w.texts, text{filepath.Base(file), body})
	return nil
}

// kind knows a licence by words that only it has.
func kind(body string) string {
	words := strings.Join(strings.Fields(body), " ")
	for _, k := range []struct{ words, name string }{
		{"Mozilla Public License Version 2.0", "MPL-2.0"},
		{"Mozilla Public License, version 2.0", "MPL-2.0"},
		{"Apache License Version 2.0, January 2004", "Apache-2.0"},
		{"SIL OPEN FONT LICENSE Version 1.1", "OFL-1.1"},
		{"Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"},
		{"Permission to use, copy, modify, and/or distribute this software for any purpose", "ISC"},
		{"Neither the name of", "BSD-3-Clause"},
		{"names of its contributors may be used to endorse", "BSD-3-Clause"},
		{"Redistributions in binary form must reproduce", "BSD-2-Clause"},
	} {
		if strings.Contains(words, k.words) {
			return k.name
		}
	}
	return ""
}
