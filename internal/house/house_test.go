package house_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/house"
	"plumbline/internal/snapshot"
)

var (
	at    = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	scope = snapshot.Scope{Provider: "aws", Account: "111122223333", Region: "eu-west-1"}
)

func TestWhatWasToldIsRead(t *testing.T) {
	t.Parallel()
	for about, c := range map[string]struct {
		told house.Known
		doc  string
		want house.Known
	}{
		"a scan, and two topics in any order": {
			house.Known{LastScan: at.Add(-48*time.Hour + 5*time.Millisecond), Attested: []string{"training", house.MetadataUnneeded, "training"}},
			`{"attested":["metadata_unneeded","training"],"lastScan":"2026-11-20T10:00:00Z"}`,
			house.Known{LastScan: at.Add(-48 * time.Hour), Attested: []string{house.MetadataUnneeded, "training"}}},
		"nothing": {house.Known{}, `{"attested":[],"lastScan":"0001-01-01T00:00:00Z"}`, house.Known{Attested: []string{}}},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			r, a, err := house.Tell(scope, c.told, at)
			if err != nil {
				t.Fatal(err)
			}
			if string(r.Doc) != c.doc || !r.Intact() || r.Region != snapshot.Global || !a.Whole() || a.Lists != r.Kind {
				t.Errorf("%s, %+v", r.Doc, a)
			}
			got, res, err := house.Of(snapshot.NewContext("aws", "111122223333", at, []snapshot.Resource{r}, []snapshot.Answer{a}))
			if err != nil || res == nil {
				t.Fatal(res, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatNobodyHandedInIsNotThere(t *testing.T) {
	t.Parallel()
	r, _, err := house.Tell(scope, house.Known{}, at)
	if err != nil {
		t.Fatal(err)
	}
	for about, c := range map[string]*snapshot.Context{
		"nobody told":      snapshot.NewContext("aws", "111122223333", at, nil, nil),
		"of somebody else": snapshot.NewContext("aws", "444455556666", at, []snapshot.Resource{r}, nil),
	} {
		if _, res, err := house.Of(c); res != nil || err != nil {
			t.Errorf("%s: %v, %v", about, res, err)
		}
	}
}

func FuzzOf(f *testing.F) {
	for _, doc := range []string{`{"attested":[],"lastScan":"2026-11-20T10:00:00Z"}`, `{}`, `null`, `{"attested":null,"lastScan":"x"}`, `[`} {
		f.Add([]byte(doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, _, err := house.Tell(scope, house.Known{}, at)
		if err != nil {
			t.Fatal(err)
		}
		r.Doc = doc
		k, _, err := house.Of(snapshot.NewContext("aws", "111122223333", at, []snapshot.Resource{r}, nil))
		if err != nil && (k.Attested != nil || !k.LastScan.IsZero()) {
			t.Errorf("%q is an error and tells %+v", doc, k)
		}
	})
}
