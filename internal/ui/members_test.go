package ui_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/access"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	inspecting "plumbline/internal/inspect"
	"plumbline/internal/listing"
	"plumbline/internal/ui"
)

// shared makes the first finding of a full store one of a group of forty.
func shared() *fake {
	f := full()
	f.records[0].Subject.Group = f.records[0].Subject.UID
	f.members = map[int64][]listing.Member{}
	for i := range 40 {
		s := f.records[1+i%30].Subject
		m := listing.Member{UID: s.UID, ID: s.ID, Name: fmt.Sprintf("member-%02d", i+1), Region: s.Region, Outcome: finding.Fail, Risk: 80 - i, Say: "metadata answers without a token", Since: scanTime(2)}
		if i >= 30 {
			m.Outcome = finding.Unknown
		}
		f.members[1] = append(f.members[1], m)
	}
	return f
}

// deep serves a store with a close look at its workloads.
func deep(f *fake, change func(*estate.Workload)) http.Handler {
	return ui.New(ui.Config{Reader: f, Rules: catalogue(), Fix: fixFor, Now: clock, Auth: as{viewer(access.Reader)}, Inspect: func(_ context.Context, x listing.Workload) (*inspecting.Report, error) {
		w := exposed(x)
		change(w)
		return report(w), nil
	}})
}

func unchanged(*estate.Workload) {}

func TestAGroupsFindingListsItsWorkloads(t *testing.T) {
	t.Parallel()
	f := shared()
	h := deep(f, unchanged)
	p := get(t, h, "/findings/FND-1")
	p.has(t, "Workloads of the group", "40 workloads in the group: 30 fail, 10 not assessed.", "member-01", "member-25", "Fails", "the worst of the group")
	for _, want := range []string{"/findings/FND-1?after=25#members", "/inventory/" + f.members[1][0].UID} {
		if !slices.Contains(p.hrefs(), want) {
			t.Errorf("nothing leads to %s", want)
		}
	}
	if strings.Contains(p.text(), "member-26") {
		t.Error("the first page holds more than 25")
	}
	get(t, h, "/findings/FND-1?after=25").has(t, "member-26", "member-40", "Not assessed", "Previous")
	if p := get(t, h, "/findings/FND-1?after=25&before=3"); p.Code != http.StatusUnprocessableEntity {
		t.Errorf("two places in a list answer %d", p.Code)
	}
	f.members[1] = nil
	get(t, h, "/findings/FND-1").has(t, "None of its workloads fails it now")
	if strings.Contains(get(t, h, "/findings/FND-2").text(), "Workloads of the group") {
		t.Error("the finding of one workload lists members")
	}
}

func TestAFindingTellsTheWayThroughItsWorkload(t *testing.T) {
	t.Parallel()
	h := deep(full(), unchanged)
	p := get(t, h, "/findings/FND-1")
	p.has(t, "Attack path Whole", "Cheapest cut:", "Everything that is known of web-prod-01")
	if strings.Index(p.text(), "Attack path") < strings.Index(p.text(), "What we saw") {
		t.Error("the path stands before what was seen, and the finding is not about it")
	}
	get(t, h, "/findings?open=AWS-IMDS-001&sheet=FND-2").has(t, "Attack path. Whole; any address reaches tcp 22 from 0.0.0.0/0; may do everything in the account")

	f := full()
	f.records[0].Rule = "XC-001"
	p = get(t, deep(f, unchanged), "/findings/FND-1")
	if strings.Index(p.text(), "Attack path") > strings.Index(p.text(), "What we saw") {
		t.Error("the finding is about the path, which does not stand first")
	}
}

func TestAFindingWithoutAWayTellsOfNone(t *testing.T) {
	t.Parallel()
	safe := func(w *estate.Workload) { w.Metadata.Class = fact.Sure(estate.ClassSessionToken) }
	for about, h := range map[string]http.Handler{"/findings/FND-1": deep(full(), safe), "/findings/FND-38": deep(full(), unchanged), "/findings/FND-41": deep(full(), unchanged),
		"/findings/FND-2": serve(full()), "/findings?open=AWS-IMDS-001&sheet=FND-2": deep(full(), safe)} {
		if p := get(t, h, about); p.Code != http.StatusOK || strings.Contains(strings.ToLower(p.text()), "attack path") {
			t.Errorf("%s: %d, or it tells of an attack path", about, p.Code)
		}
	}
}

func TestAWayThatCannotBeWorkedOutIsNotPassedOver(t *testing.T) {
	t.Parallel()
	for _, err := range []error{noSuch, errors.New("hunter2")} {
		h := ui.New(ui.Config{Reader: full(), Rules: catalogue(), Now: clock, Auth: as{viewer(access.Reader)},
			Inspect: func(context.Context, listing.Workload) (*inspecting.Report, error) { return nil, err }})
		p := get(t, h, "/findings/FND-1")
		p.has(t, "Whether an attack path leads through it could not be worked out", "What we saw")
		if strings.Contains(p.Body.String(), "hunter2") {
			t.Error("the error itself is on the page")
		}
	}
}
