package recording

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"plumbline/internal/snapshot"
)

// seal ends lines as a recording ends, whatever they say.
func seal(lines []string, resources, answers int) string {
	all := strings.Join(lines, "")
	sum := sha256.Sum256([]byte(all))
	return all + fmt.Sprintf(`{"end":{"resources":%d,"answers":%d,"sha256":"%s"}}`, resources, answers, hex.EncodeToString(sum[:])) + "\n"
}

// Whoever changes a recording can seal it anew. It is refused all the same
// where it contradicts itself.
func TestARecordingThatContradictsItselfIsRefused(t *testing.T) {
	t.Parallel()
	file, _ := recorded(t, 2)
	l := strings.SplitAfter(string(file), "\n")
	head, region, one, two, listing, regions := l[0], l[1], l[2], l[3], l[4], l[5]
	if strings.Contains(listing, "DescribeRegions") {
		listing, regions = regions, listing
	}
	other := strings.Replace(regions, `"region":"global"`, `"region":"eu-west-3"`, 1)
	for name, c := range map[string]struct {
		lines []string
		r, a  int
		want  string // "" is accepted
	}{
		"as recorded":                           {[]string{head, region, one, two, listing, regions}, 3, 2, ""},
		"in another order":                      {[]string{head, listing, two, regions, one, region}, 3, 2, ""},
		"an instance cut out":                   {[]string{head, region, one, listing, regions}, 2, 2, "answered with 2 items of aws.instance, and 1 are there"},
		"all instances cut out":                 {[]string{head, region, listing, regions}, 1, 2, "answered with 2 items of aws.instance, and 0 are there"},
		"the region cut out":                    {[]string{head, one, two, listing, regions}, 2, 2, "answered with 1 items of aws.region, and 0 are there"},
		"an instance twice":                     {[]string{head, region, one, one, listing, regions}, 3, 2, "i-0 is there twice"},
		"an instance twice, with two documents": {[]string{head, region, one, strings.Replace(two, `"uid":"i-1"`, `"uid":"i-0"`, 1), listing, regions}, 3, 2, "i-0 is there twice"},
		"an answer cut out":                     {[]string{head, region, one, two, regions}, 3, 1, "answered with 0 items of aws.instance, and 2 are there"},
		"an answer twice":                       {[]string{head, region, one, two, listing, listing, regions}, 3, 3, "is there twice"},
		"a second answer that is better":        {[]string{head, region, one, two, listing, strings.Replace(listing, "partial", "complete", 1), regions}, 3, 3, "is there twice"},
		"an answer that lists something else":   {[]string{head, region, one, two, strings.Replace(listing, `"lists":"aws.instance"`, `"lists":"aws.region"`, 1), regions}, 3, 2, "answered with 0 items of aws.instance, and 2 are there"},
		"an answer with nothing behind it":      {[]string{head, region, one, two, listing, regions, other}, 3, 3, "eu-west-3 answered with 1 items of aws.region, and 0 are there"},
		"less than nothing":                     {[]string{head, region, strings.Replace(listing, `"items":2`, `"items":-2`, 1), regions}, 1, 2, "less than nothing"},
		"more repeats than items":               {[]string{head, region, strings.Replace(listing, `"items":2`, `"items":2,"repeats":3`, 1), regions}, 1, 2, "less than nothing"},
		"a refusal with items":                  {[]string{head, region, one, two, strings.Replace(listing, "partial", "refused", 1), regions}, 3, 2, "is a refusal"},
		"a line that is null":                   {[]string{head, region, "null\n", one, two, listing, regions}, 3, 2, "neither"},
		"a line that says nothing":              {[]string{head, region, "{}\n", one, two, listing, regions}, 3, 2, "neither"},
		"a line that says two things":           {[]string{head, region, one, strings.TrimSuffix(two, "}\n") + "," + listing[1:], regions}, 3, 2, "neither"},
		"a document that is no object":          {[]string{head, region, one, replaceDoc(two, "null"), listing, regions}, 3, 2, "not an object"},
		"a resource without a name":             {[]string{head, region, one, strings.Replace(two, `"uid":"i-1"`, `"uid":""`, 1), listing, regions}, 3, 2, "lacks"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := NewReader(strings.NewReader(seal(c.lines, c.r, c.a)), isInstance, 10).Context(context.Background())
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "Record it again")):
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}

func replaceDoc(line, doc string) string {
	sum := sha256.Sum256([]byte(doc))
	before, after, _ := strings.Cut(line, `"sha256":"`)
	return before + `"sha256":"` + hex.EncodeToString(sum[:]) + after[64:strings.Index(after, `"doc":`)] + `"doc":` + doc + "}}\n"
}

// A listing that goes on while instances come and go may name one twice. The
// recording holds it once, says so, and can be replayed.
func TestRepeatsAreWrittenOnce(t *testing.T) {
	t.Parallel()
	k := scanned(3)
	again := k.pages[0][1]
	again.Doc = []byte(`{"instanceId":"i-1","note":"later"}`)
	again.Seal()
	k.pages = append(k.pages, []snapshot.Resource{again})
	k.ledger[0].Items = 4
	var buf bytes.Buffer
	if err := k.write(NewWriter(&buf, "test")); err != nil {
		t.Fatal(err)
	}
	r := NewReader(&seeker{bytes.NewReader(buf.Bytes())}, isInstance, 10)
	c, err := r.Context(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = r.Pages(context.Background(), func(page []snapshot.Resource) error {
		for _, p := range page {
			got = append(got, string(p.Doc))
		}
		return nil
	})
	if err != nil || len(got) != 3 || strings.Contains(strings.Join(got, ""), "later") {
		t.Errorf("replayed %q, %v; want each instance once, at first sight", got, err)
	}
	if a := c.Answer("ec2:DescribeInstances", "eu-west-1", ""); a.Items != 4 {
		t.Errorf("the answer counts %d items, want the 4 that came", a.Items)
	}
	if !strings.Contains(buf.String(), `"repeats":1`) {
		t.Error("the recording does not say that one was a repeat")
	}
}

type seeker struct{ *bytes.Reader }

func TestAnotherProvidersRecordingIsRefused(t *testing.T) {
	t.Parallel()
	file, _ := recorded(t, 1)
	_, err := NewReader(bytes.NewReader(file), isInstance, 10).Expect("gcp", nil).Context(context.Background())
	if err == nil || !strings.Contains(err.Error(), `provider "aws"`) || !strings.Contains(err.Error(), `"gcp"`) {
		t.Errorf("got %v", err)
	}
}

func TestAResourceThatIsNotWhatItSaysIsRefused(t *testing.T) {
	t.Parallel()
	file, _ := recorded(t, 1)
	liar := func(r *snapshot.Resource) error {
		if r.UID == "i-0" {
			return errors.New("i-0 is another")
		}
		return nil
	}
	if _, err := NewReader(bytes.NewReader(file), isInstance, 10).Expect("aws", liar).Context(context.Background()); err == nil || !strings.Contains(err.Error(), "i-0 is another") {
		t.Errorf("got %v", err)
	}
}

// A file that is exchanged between the two readings is not half of each.
func TestARecordingThatChangesWhileItIsReadIsRefused(t *testing.T) {
	t.Parallel()
	one, _ := recorded(t, 1)
	two, _ := recorded(t, 2)
	s := &seeker{bytes.NewReader(one)}
	r := NewReader(s, isInstance, 10)
	if _, err := r.Context(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.Reset(two)
	if err := r.Pages(context.Background(), func([]snapshot.Resource) error { return nil }); err == nil || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("got %v", err)
	}
}

// The writer never leaves what the reader would refuse.
func TestWhatNobodyCouldReplayIsNotWritten(t *testing.T) {
	t.Parallel()
	long := scanned(1)
	long.pages[0][0].Doc = []byte(`{"note":"` + strings.Repeat("x", maxLine) + `"}`)
	long.pages[0][0].Seal()
	lost := scanned(2)
	lost.ledger[0].Items = 3
	for name, k := range map[string]take{"a line that is too long": long, "an item that never came": lost} {
		var buf bytes.Buffer
		if err := k.write(NewWriter(&buf, "test")); err == nil || !strings.Contains(err.Error(), "The recording was not written") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Faults show what stands in the file, and cannot move a terminal with it.
func TestFaultsCannotMoveATerminal(t *testing.T) {
	t.Parallel()
	file, _ := recorded(t, 1)
	changed := strings.Replace(string(file), `"uid":"i-0"`, `"uid":"i\u001b[2J\n0 failed\u202e"`, 1)
	changed = strings.Replace(changed, `"doc_format":1`, `"doc_format":2`, 2)
	_, err := NewReader(strings.NewReader(changed), isInstance, 10).Context(context.Background())
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\n\u202e") {
		t.Errorf("got %q", err)
	}
}
