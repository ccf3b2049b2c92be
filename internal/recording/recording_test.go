package recording

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
)

var at = time.Date(2026, 11, 22, 0, 30, 0, 0, time.UTC)

func scope(region string) snapshot.Scope {
	return snapshot.Scope{Provider: "aws", Account: "111122223333", Region: region}
}

func sealed(kind, uid, doc string) snapshot.Resource {
	r := snapshot.Resource{Kind: kind, Scope: scope("eu-west-1"), UID: uid, Name: "web <1> & ünï ", Call: "ec2:DescribeInstances", Doc: []byte(doc)}
	r.Seal()
	return r
}

func isInstance(kind string) bool { return kind == "aws.instance" }

// A take is what a scan of one region and n instances hands to the writer.
type take struct {
	context *snapshot.Context
	pages   [][]snapshot.Resource
	ledger  []snapshot.Answer
}

func scanned(n int) take {
	region := sealed("aws.region", "aws:111122223333:eu-west-1", `{"optInStatus":"opt-in-not-required","regionName":"eu-west-1"}`)
	region.Region, region.Call = snapshot.Global, "ec2:DescribeRegions"
	regions := snapshot.Answer{Key: snapshot.Key{Call: "ec2:DescribeRegions", Scope: scope(snapshot.Global)}, Lists: "aws.region",
		Status: snapshot.Complete, HTTP: 200, Pages: 1, Items: 1, Attempts: 1, AskedAt: at, EndedAt: at}
	answer := snapshot.Answer{Key: snapshot.Key{Call: "ec2:DescribeInstances", Scope: scope("eu-west-1")}, Lists: "aws.instance",
		Status: snapshot.Partial, Cause: snapshot.Denied, Code: "UnauthorizedOperation", Message: "no", HTTP: 403, Pages: 1, Items: n, Attempts: 2, RequestID: "r", AskedAt: at, EndedAt: at}
	var page []snapshot.Resource
	for i := range n {
		page = append(page, sealed("aws.instance", fmt.Sprintf("i-%d", i), fmt.Sprintf(`{"instanceId":"i-%d","note":"<&>\u2028 \"q\""}`, i)))
	}
	return take{snapshot.NewContext("aws", "111122223333", at, []snapshot.Resource{region}, []snapshot.Answer{regions}),
		[][]snapshot.Resource{page}, []snapshot.Answer{answer}}
}

func (k take) write(w *Writer) error {
	ctx := context.Background()
	err := w.Start(ctx, k.context)
	for _, p := range k.pages {
		err = errors.Join(err, w.Page(ctx, p, judge.Result{}))
	}
	return errors.Join(err, w.End(ctx, k.context.With(k.ledger), judge.Result{}))
}

// recorded writes a recording of one region and n instances.
func recorded(t testing.TB, n int) ([]byte, []snapshot.Resource) {
	t.Helper()
	var buf bytes.Buffer
	k := scanned(n)
	if err := k.write(NewWriter(&buf, "test")); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), k.pages[0]
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	file, want := recorded(t, 5)
	for _, size := range []int{1, 2, 1000} {
		r := NewReader(bytes.NewReader(file), isInstance, size)
		c, err := r.Context(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		var got []snapshot.Resource
		err = r.Pages(context.Background(), func(page []snapshot.Resource) error {
			if len(page) > size {
				t.Errorf("a page of %d where %d were asked for", len(page), size)
			}
			got = append(got, page...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("page size %d: workloads (-want +got):\n%s", size, d)
		}
		if a := c.Answer("ec2:DescribeInstances", "eu-west-1", ""); a.Code != "UnauthorizedOperation" || a.Status != snapshot.Partial || !a.AskedAt.Equal(at) {
			t.Errorf("the refusal did not survive: %+v", a)
		}
		if len(c.Resources("aws.region")) != 1 || !c.TakenAt.Equal(at) {
			t.Errorf("the context did not survive: %+v", c)
		}
	}
}

// A recording that was cut or changed anywhere is refused; it never gives
// fewer resources in silence.
func TestCutAnywhereIsRefused(t *testing.T) {
	t.Parallel()
	file, _ := recorded(t, 2)
	for n := range len(file) - 1 {
		if _, err := NewReader(bytes.NewReader(file[:n]), isInstance, 10).Context(context.Background()); err == nil {
			t.Fatalf("a recording cut after byte %d of %d is accepted", n, len(file))
		}
	}
}

func TestChangedAnywhereIsRefused(t *testing.T) {
	t.Parallel()
	file, _ := recorded(t, 2)
	for n := range len(file) - 1 {
		changed := bytes.Clone(file)
		changed[n] ^= 1
		c, err := NewReader(bytes.NewReader(changed), isInstance, 10).Context(context.Background())
		if err == nil {
			t.Fatalf("a recording changed at byte %d (%q) is accepted: %+v", n, file[max(0, n-10):n+1], c)
		}
	}
}

func TestFaultsSayWhatToDo(t *testing.T) {
	t.Parallel()
	file, _ := recorded(t, 1)
	lines := strings.SplitAfter(string(file), "\n")
	tests := []struct{ name, file, want string }{
		{"an empty file", "", "no end line"},
		{"another program's JSON", `{"hello":1}` + "\n", "not a Plumbline recording"},
		{"not JSON", "<html>\n", "not a Plumbline recording"},
		{"a later format", strings.Replace(string(file), `"plumbline_recording":1`, `"plumbline_recording":2`, 1), "format 2"},
		{"a line left out", lines[0] + strings.Join(lines[2:], ""), "lines are missing"},
		{"a line after the end", string(file) + lines[1], "after the end line"},
		{"an unknown member", lines[0] + `{"surprise":1}` + "\n", "Line 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := NewReader(strings.NewReader(tt.file), isInstance, 10).Context(context.Background())
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "ecord") {
				t.Errorf("error %v, want one that says %q", err, tt.want)
			}
		})
	}
}

func FuzzReader(f *testing.F) {
	file, _ := recorded(f, 2)
	f.Add(file)
	f.Add([]byte(`{"plumbline_recording":1,"provider":"aws","account":"1","taken_at":"2026-11-22T00:00:00Z"}` + "\n" + `{"end":{}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewReader(bytes.NewReader(b), isInstance, 3)
		if _, err := r.Context(context.Background()); err != nil {
			return
		}
		_ = r.Pages(context.Background(), func(page []snapshot.Resource) error {
			for i := range page {
				if !page[i].Intact() {
					t.Error("a document that does not match its hash was handed out")
				}
			}
			return nil
		})
	})
}
