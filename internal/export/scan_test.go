package export

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plumbline/internal/cloud/facts"
	"plumbline/internal/finding"
	"plumbline/internal/recording"
	"plumbline/internal/rule/catalog"
	"plumbline/internal/scan"
	"plumbline/internal/snapshot"
)

// report judges the recording of the demo's estate; twice names every workload
// on a second page too.
func report(t *testing.T, twice bool) *Report {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "cloud", "facts", "testdata", "aws", "demo.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := catalog.Load()
	if err != nil {
		t.Fatal(err)
	}
	r := NewReport("test", set, facts.For("aws"))
	src := &doubled{Reader: recording.NewReader(bytes.NewReader(b), facts.For("aws").IsWorkload, 40), twice: twice}
	if err := scan.Run(context.Background(), src, scan.Engine{Rules: set, Facts: facts.Maker("aws")}, r); err != nil {
		t.Fatal(err)
	}
	return r
}

type doubled struct {
	*recording.Reader
	twice bool
}

func (d *doubled) Pages(ctx context.Context, each func([]snapshot.Resource) error) error {
	if err := d.Reader.Pages(ctx, each); err != nil || !d.twice {
		return err
	}
	return d.Reader.Pages(ctx, func(page []snapshot.Resource) error { return each(append(page, page...)) })
}

// An instance that a listing names twice, as EC2 may while instances come and
// go, is one instance in every count.
func TestAnInstanceNamedTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	var once, twice strings.Builder
	if err := report(t, false).JSON(&once, finding.High); err != nil {
		t.Fatal(err)
	}
	if err := report(t, true).JSON(&twice, finding.High); err != nil {
		t.Fatal(err)
	}
	if once.String() != twice.String() {
		t.Errorf("the reports differ: %d and %d bytes", once.Len(), twice.Len())
	}
}

func TestTableSaysWhatFailsAndWhatWasNotSeen(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := report(t, false).Table(&b, TableStyle{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AWS account 111122223333", "AWS-IMDS-001", "NOT ASSESSED", "ap-southeast-2", "UnauthorizedOperation", "% assessed", "not answered whole"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table does not say %q:\n%s", want, b.String())
		}
	}
}

// What a cloud sends never moves the cursor or paints the terminal.
func TestTableShowsNoControlCharacters(t *testing.T) {
	t.Parallel()
	r := report(t, false)
	for i := range r.Verdicts {
		r.Verdicts[i].Subject.Name = "web\x1b[2J\r\nroot:\u009b31m\u202eevil"
	}
	var b strings.Builder
	if err := r.Table(&b, TableStyle{Width: 100}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"\x1b", "\r", "\u009b", "\u202e"} {
		if strings.Contains(b.String(), c) {
			t.Errorf("the table holds %q", c)
		}
	}
}
