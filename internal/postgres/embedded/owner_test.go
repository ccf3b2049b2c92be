package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheOwnerOfADirectoryIsKnownWithoutTakingIt(t *testing.T) {
	t.Parallel()
	d := dir(t)
	if in := Owner(d); in != nil {
		t.Errorf("an empty directory is owned by %v", in)
	}
	p := run(t, "owner", d).ready(t)
	in := Owner(d)
	if in == nil || in.Process != p.cmd.Process.Pid || in.Address == "" || in.Since.IsZero() {
		t.Fatalf("the owner is %v", in)
	}
	if diff := cmp.Diff(in, Owner(d)); diff != "" {
		t.Error("asking changes the answer:", diff)
	}
	p.kill(t)
	if in := Owner(d); in != nil {
		t.Errorf("a dead process owns it: %v", in)
	}
	start(t, d) // and asking has not locked it
}

// What the service keeps beside the database is no stranger's.
func TestTheRedactionKeyMayStandBesideTheDatabase(t *testing.T) {
	t.Parallel()
	d := dir(t)
	must(t, os.WriteFile(filepath.Join(d, "redaction-key"), nil, 0o600))
	if _, err := prepare(d); err != nil {
		t.Error(err)
	}
}

func TestAFullDiskIsSaid(t *testing.T) {
	t.Parallel()
	for _, said := range []string{
		`FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes at block 19` + "\nHINT:  Check free disk space.",
		`initdb: error: could not write file: No space left on device`,
	} {
		if err := explainServer(place{dir: "/data"}, "The database could not be made", said, os.ErrInvalid); !strings.Contains(err.Error(), "the disk that holds /data is full") {
			t.Error(err)
		}
	}
}
