package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// redactionKey is the key that hashes of secrets are made with: given, or kept
// in the data directory. Every process that scans into one database must have
// the same, so only the one that owns the data makes it.
func (c *config) redactionKey(mayMake bool, say func(string)) ([32]byte, error) {
	if c.key != nil {
		return *c.key, nil
	}
	file := filepath.Join(c.dir, "redaction-key")
	key, err := readKey(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if !mayMake {
		return key, fmt.Errorf("There is no redaction key in %s. Give this worker the key that plumbline serve has, in %s: with another one the same secret would have two hashes.", file, keyVariable)
	}
	if err := makeKey(file); err != nil {
		return key, explainKey(file, err)
	}
	say(fmt.Sprintf("A redaction key was made: %s. Keep a copy of it with your backups.", file))
	return readKey(file)
}

func readKey(file string) (key [32]byte, err error) {
	fi, err := os.Lstat(file)
	if err != nil {
		return key, explainKey(file, err)
	}
	switch {
	case !fi.Mode().IsRegular():
		return key, fmt.Errorf("What stands at %s is not a file. Move it away, or set %s.", file, keyVariable)
	case fi.Mode().Perm()&0o077 != 0:
		return key, fmt.Errorf("Other accounts may read the redaction key in %s. Take that right away with: chmod 600 %s.", file, file)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return key, explainKey(file, err)
	}
	b, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(b) != len(key) {
		return key, fmt.Errorf("The file %s does not hold a redaction key, 64 hexadecimal digits. Put it back from a backup, or set %s.", file, keyVariable)
	}
	copy(key[:], b)
	return key, nil
}

// makeKey writes the file whole or not at all, and never over another.
func makeKey(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	key, err := redactionKey("")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(hex.EncodeToString(key[:]) + "\n")
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	err = os.Link(f.Name(), file)
	switch {
	case errors.Is(err, fs.ErrExist): // another process was faster; its key counts
		return nil
	case err != nil: // a file system without links
		return os.Rename(f.Name(), file)
	}
	return nil
}

// explainKey says what a person can do. A file that is not there is left to
// the caller.
func explainKey(file string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return err
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("This account may not use %s. Give it the directory, set PLUMBLINE_DATA_DIR to one of its own, or set %s. (%w)", file, keyVariable, err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("The disk that holds %s is full. Make room and start again; nothing that was stored is lost. (%w)", file, err)
	}
	return fmt.Errorf("The redaction key in %s cannot be used. (%w)", file, err)
}
