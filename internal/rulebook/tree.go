package rulebook

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// A tree is a file system of texts by their paths.
type tree map[string]string

// File is a file system of one file.
func File(name, text string) fs.FS { return tree{name: text} }

var (
	_ fs.ReadFileFS = tree{}
	_ fs.ReadDirFS  = tree{}
)

// Open opens a file or a folder.
func (t tree) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if text, ok := t[name]; ok {
		return &leaf{info{path.Base(name), int64(len(text)), false}, bytes.NewReader([]byte(text))}, nil
	}
	list, err := t.ReadDir(name)
	if err != nil {
		return nil, err
	}
	return &branch{leaf{info{path.Base(name), 0, true}, nil}, list}, nil
}

// ReadFile gives the text of a file.
func (t tree) ReadFile(name string) ([]byte, error) {
	text, ok := t[name]
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(text), nil
}

// ReadDir lists a folder by name.
func (t tree) ReadDir(name string) ([]fs.DirEntry, error) {
	under := name + "/"
	if name == "." {
		under = ""
	}
	list := map[string]fs.DirEntry{}
	for file, text := range t {
		rest, ok := strings.CutPrefix(file, under)
		if !ok {
			continue
		}
		first, _, deeper := strings.Cut(rest, "/")
		size := int64(len(text))
		if deeper {
			size = 0
		}
		list[first] = fs.FileInfoToDirEntry(info{first, size, deeper})
	}
	if len(list) == 0 && name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	all := make([]fs.DirEntry, 0, len(list))
	for _, name := range slices.Sorted(maps.Keys(list)) {
		all = append(all, list[name])
	}
	return all, nil
}

// info describes a file or a folder.
type info struct {
	name string
	size int64
	dir  bool
}

// Name is the last part of the path.
func (i info) Name() string { return i.name }

// Size is the length of the text.
func (i info) Size() int64 { return i.size }

// Mode is that of what can be read.
func (i info) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

// ModTime is not known.
func (info) ModTime() time.Time { return time.Time{} }

// IsDir says whether it is a folder.
func (i info) IsDir() bool { return i.dir }

// Sys is nothing.
func (info) Sys() any { return nil }

// A leaf is an open file.
type leaf struct {
	about info
	text  *bytes.Reader
}

// Stat describes it.
func (l *leaf) Stat() (fs.FileInfo, error) { return l.about, nil }

// Read reads on; a folder has nothing to read.
func (l *leaf) Read(b []byte) (int, error) {
	if l.text == nil {
		return 0, &fs.PathError{Op: "read", Path: l.about.name, Err: fs.ErrInvalid}
	}
	return l.text.Read(b)
}

// Close does nothing.
func (*leaf) Close() error { return nil }

// A branch is an open folder.
type branch struct {
	leaf
	left []fs.DirEntry
}

// ReadDir lists on.
func (b *branch) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 || n > len(b.left) {
		if n > 0 && len(b.left) == 0 {
			return nil, io.EOF
		}
		n = len(b.left)
	}
	list := b.left[:n]
	b.left = b.left[n:]
	return list, nil
}
