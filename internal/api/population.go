package api

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plumbline/internal/access"
	"plumbline/internal/compliance"
	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

func (s *server) listPopulation(ctx context.Context, in *populationIn) (*populationOut, error) {
	at, err := in.place()
	if err != nil {
		return nil, err
	}
	day, err := s.onDay(ctx, in.ControlIn, in.On)
	if err != nil {
		return nil, err
	}
	all, next, err := s.Compliance.Population(ctx, day.rules, day.end, at)
	if err != nil {
		return nil, err
	}
	p := page(ctx, all, next, "", judgedShapeOf)
	return &populationOut{p.Link, populationList{p.Body.Items, p.Body.Next, p.Body.Previous, day.basis}}, nil
}

func (s *server) drawSample(ctx context.Context, in *sampleIn) (*replied[sampleShape], error) {
	day, err := s.onDay(ctx, in.ControlIn, in.On)
	if err != nil {
		return nil, err
	}
	x, err := s.Compliance.Sample(ctx, day.rules, day.end, in.N, in.Seed)
	if err != nil {
		return nil, err
	}
	return reply(sampleShape{x.Seed, day.end, x.All, x.Pass, x.Fail, x.Unknown, x.NA, x.Places, day.basis, each(x.Drawn, judgedShapeOf)}), nil
}

// A controlDay is a control on one day.
type controlDay struct {
	framework, control string    // ids
	day                string    // 2006-01-02
	end                time.Time // of the day, or now; UTC
	rules              []string  // that count
	basis              basis
}

// onDay reads a control and a day.
func (s *server) onDay(ctx context.Context, in ControlIn, on string) (*controlDay, error) {
	d, err := s.desk()
	if err != nil {
		return nil, err
	}
	if on == "" {
		on = s.Now().UTC().Format(time.DateOnly)
	}
	p, err := compliance.NewPeriod(on, on, s.Now())
	if err != nil {
		return nil, err
	}
	r, c, err := d.Control(ctx, unescaped(in.Framework), unescaped(in.Control), p)
	if err != nil {
		return nil, err
	}
	out := &controlDay{r.Framework.ID, c.ID, on, p.End().UTC(), compliance.Counted(&r.Standings[0]), basisOf(&r.Scope)}
	if len(out.rules) == 0 {
		return nil, problem.New(problem.NotFound, "No rule that counts speaks about control %s, so it has no population.", c.ID)
	}
	return out, nil
}

// populationFile says that a path is that of a population as a file.
func populationFile(path string) bool {
	return strings.HasPrefix(path, Prefix+"/frameworks/") && strings.HasSuffix(path, "/population.csv")
}

func (s *server) populationFile() {
	o := get("/frameworks/{framework}/controls/{control}/population.csv", "export-population-csv", tagFrameworks, "Export the population of a control as CSV",
		"A line for each subject and each rule that counts and applies to it; nothing is left out but the accounts that do not count, which the header Plumbline-Absent names (percent-encoded; the first ten, and how many more; basis.absent of the population has them all). "+
			"Each account is judged while the file is written. A reply that breaks off is not whole. A cell that a spreadsheet would take for a formula begins with an apostrophe.")
	o.content = map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}}}
	add(s, o, s.populationCSV)
}

type populationCSVIn struct {
	ControlIn
	On  string `query:"on" example:"2026-11-22" maxLength:"40" doc:"The day, in UTC. Without it, now."`
	BOM bool   `query:"bom" doc:"Begin with a byte order mark, which some spreadsheet programs need to see that it is UTF-8."`
}

func (s *server) populationCSV(ctx context.Context, in *populationCSVIn) (*huma.StreamResponse, error) {
	day, err := s.onDay(ctx, in.ControlIn, in.On)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", "text/csv; charset=utf-8; header=present")
		hc.SetHeader("Content-Disposition", `attachment; filename="population-`+plainName(day.framework+"-"+day.control)+`-`+day.day+`.csv"`)
		hc.SetHeader("Plumbline-As-Of", day.end.Format(time.RFC3339))
		hc.SetHeader("Plumbline-Absent", url.QueryEscape(absentWords(day.basis.Absent)))
		hc.SetHeader("Plumbline-Exported-At", s.Now().UTC().Format(time.RFC3339))
		hc.SetHeader("Plumbline-Exported-By", url.QueryEscape(access.From(ctx).Email))
		hc.SetStatus(http.StatusOK)
		if hc.Method() == http.MethodHead {
			return
		}
		w := bufio.NewWriterSize(hc.BodyWriter(), 64<<10)
		if err := s.populationRows(ctx, w, day, in.BOM); err != nil {
			if ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "api: an export broke off", "control", day.framework+" "+day.control, "err", err)
			}
			panic(http.ErrAbortHandler) // a file that ends early must not pass for a whole one
		}
		_ = w.Flush() // whoever asked may have gone
	}}, nil
}

func (s *server) populationRows(ctx context.Context, w io.Writer, day *controlDay, bom bool) error {
	if bom {
		_, _ = io.WriteString(w, "\ufeff") // a writer that fails fails again at the next row
	}
	c := csv.NewWriter(w)
	c.UseCRLF = true
	_ = c.Write(populationHead) // likewise
	err := s.Compliance.Every(ctx, day.rules, day.end, func(some []listing.Judged) error {
		for i := range some {
			for k := range some[i].Verdicts {
				if err := c.Write(populationRow(&some[i], &some[i].Verdicts[k])); err != nil {
					return err
				}
			}
		}
		c.Flush()
		return c.Error()
	})
	c.Flush()
	if err != nil {
		return err
	}
	return c.Error()
}

var populationHead = []string{"provider", "account", "account_name", "region", "kind", "resource_id", "resource_name", "resource_uid", "place", "subject_outcome",
	"rule", "rule_version", "outcome", "say", "finding", "scan", "call", "sha256"}

func populationRow(j *listing.Judged, v *finding.Verdict) []string {
	x := &j.Subject
	row := []string{j.Account.Provider, j.Account.External, j.Account.Name, x.Region, string(x.Kind), x.ID, x.Name, x.UID, strconv.FormatBool(j.Place), j.Outcome.String(),
		v.Rule, v.Version, v.Outcome.String(), v.Say, "", strconv.FormatInt(j.Scan, 10), "", ""}
	if n := j.Findings[v.Rule]; n != 0 {
		row[14] = idOf(n)
	}
	row[16], row[17] = decidedBy(v)
	for i := range row {
		row[i] = neutral(row[i])
	}
	return row
}

// decidedBy is the call whose document decided, and the document's hash; both
// empty where there is none.
func decidedBy(v *finding.Verdict) (call, hash string) {
	for _, e := range v.Evidence {
		if o := e.Origin; o != nil && o.HasDoc {
			return o.Call, hex.EncodeToString(o.Hash[:])
		}
	}
	return "", ""
}

// mostNamed is how many accounts a header names: what stands before us refuses a
// reply whose headers are long.
const mostNamed = 10

// absentWords names accounts with their reasons.
func absentWords(all []absent) string {
	var out []string
	for i, a := range all {
		if i == mostNamed {
			out = append(out, fmt.Sprintf("and %d more", len(all)-i))
			break
		}
		words := a.Provider + " " + a.Account + " " + a.Why
		if a.Since != nil {
			words += " " + a.Since.UTC().Format(time.RFC3339)
		}
		out = append(out, words)
	}
	return strings.Join(out, ", ")
}

// plainName is a part of a file's name without what a file system or a header
// could take for something else.
func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, s)
}
