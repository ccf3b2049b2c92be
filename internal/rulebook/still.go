package rulebook

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// Of a directory of rules at most so much is taken: far more than anybody
// writes, and little enough to hold.
const (
	mostFiles = 5_000
	mostBytes = 16 << 20
)

// read gives layers of which those of a directory are copied.
func read(layers []Layer) ([]Layer, error) {
	layers = slices.Clone(layers)
	for i := range layers {
		l := &layers[i]
		if l.Origin != listing.Directory {
			continue
		}
		var err error
		if l.Files, err = still(l.Name, l.Files); err != nil {
			return nil, err
		}
	}
	return layers, nil
}

// Directory is the files of the directory above the program's rules, as they
// were at the start; nil where there is none.
func (b *Book) Directory() fs.FS {
	for _, l := range b.layers {
		if l.Origin == listing.Directory {
			return l.Files
		}
	}
	return nil
}

// still is a copy of a directory's YAML files, as they are now. The rules are
// composed again at every change that is approved: what somebody does to the
// directory meanwhile must not change what is judged, under a version that says
// otherwise.
func still(name string, dir fs.FS) (fs.FS, error) {
	copied, size := tree{}, int64(0)
	err := fs.WalkDir(dir, ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && file != "." && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir // of git, or the folders that Kubernetes mounts a ConfigMap from: what counts is linked beside them
		}
		if err != nil || d.IsDir() || path.Ext(file) != ".yaml" && path.Ext(file) != ".yml" {
			return err
		}
		is, err := fs.Stat(dir, file) // where a link leads
		if err != nil {
			return err
		}
		if is.IsDir() {
			return nil
		}
		if !is.Mode().IsRegular() {
			return problem.New(problem.Invalid, "%s is no regular file, and rules are read from nothing else.", path.Join(name, file))
		}
		if size += is.Size(); size > mostBytes || len(copied) == mostFiles {
			return problem.New(problem.Invalid, "The directory of rules %s holds more than %d files or %d MiB of YAML. Keep nothing but rules and frameworks there.", name, mostFiles, mostBytes>>20)
		}
		text, err := fs.ReadFile(dir, file)
		if err != nil {
			return err
		}
		copied[file] = string(text)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the directory of rules: %w", err)
	}
	return copied, nil
}
