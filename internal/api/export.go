package api

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"plumbline/internal/access"
	"plumbline/internal/listing"
	"plumbline/internal/query"
)

// pageOfExport is how many findings are fetched at once.
const pageOfExport = 200

func (s *server) exports() {
	about := "All that the filter lets through, however many they are; nothing is left out. " +
		"The headers Plumbline-Query (percent-encoded) and Plumbline-Count say what the file holds. A reply that breaks off is not whole."
	text := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
	c := get("/findings.csv", "export-findings-csv", tagFindings, "Export findings as CSV",
		about+" A cell that a spreadsheet would take for a formula begins with an apostrophe.")
	c.content = map[string]*huma.MediaType{"text/csv": text}
	add(s, c, s.csv)
	n := get("/findings.ndjson", "export-findings-ndjson", tagFindings, "Export findings as NDJSON", about+" Each line is an item of the list of findings.")
	n.content = map[string]*huma.MediaType{"application/x-ndjson": text}
	add(s, n, s.ndjson)
}

// ExportIn are the parameters of every export.
type ExportIn struct {
	FindingFilter
	Sort string `query:"sort" enum:"worst,newest,due" default:"worst" doc:"As for the list of findings."`
}

type csvIn struct {
	ExportIn
	BOM bool `query:"bom" doc:"Begin with a byte order mark, which some spreadsheet programs need to see that it is UTF-8."`
}

func (s *server) csv(ctx context.Context, in *csvIn) (*huma.StreamResponse, error) {
	return s.export(ctx, in.ExportIn, "text/csv; charset=utf-8; header=present", "csv", func(w io.Writer) rowWriter {
		if in.BOM {
			_, _ = io.WriteString(w, "\ufeff") // a writer that fails fails again at the next row
		}
		c := csv.NewWriter(w)
		c.UseCRLF = true
		_ = c.Write(csvHead) // likewise
		return func(r FindingRow) error {
			if err := c.Write(csvRow(r)); err != nil {
				return err
			}
			c.Flush()
			return c.Error()
		}
	})
}

func (s *server) ndjson(ctx context.Context, in *ExportIn) (*huma.StreamResponse, error) {
	return s.export(ctx, *in, "application/x-ndjson", "ndjson", func(w io.Writer) rowWriter {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return func(r FindingRow) error { return enc.Encode(r) }
	})
}

// A rowWriter writes one finding.
type rowWriter func(FindingRow) error

// export sends all findings of a filter. What can be told to be wrong is told
// before the first byte.
func (s *server) export(ctx context.Context, in ExportIn, kind, ext string, begin func(io.Writer) rowWriter) (*huma.StreamResponse, error) {
	q, err := s.findingQuery(in.Q)
	if err != nil {
		return nil, err
	}
	n, err := s.Reader.CountFindings(ctx, q)
	if err != nil {
		return nil, err
	}
	first, at, err := s.Reader.Findings(ctx, q, sortOf(in.Sort), listing.Place{Limit: pageOfExport})
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		now := s.Now().UTC()
		hc.SetHeader("Content-Type", kind)
		hc.SetHeader("Content-Disposition", `attachment; filename="findings-`+now.Format("2006-01-02-150405")+`.`+ext+`"`)
		hc.SetHeader("Plumbline-Query", url.QueryEscape(q.String()))
		hc.SetHeader("Plumbline-Count", counted(n))
		hc.SetHeader("Plumbline-Exported-At", now.Format(time.RFC3339))
		hc.SetHeader("Plumbline-Exported-By", url.QueryEscape(access.From(ctx).Email))
		hc.SetStatus(http.StatusOK)
		if hc.Method() == http.MethodHead {
			return
		}
		w := bufio.NewWriterSize(hc.BodyWriter(), 64<<10)
		if err := s.rows(ctx, q, in.Sort, first, at.Next, begin(w)); err != nil {
			if ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "api: an export broke off", "query", q.String(), "err", err)
			}
			panic(http.ErrAbortHandler) // a file that ends early must not pass for a whole one
		}
		_ = w.Flush() // whoever asked may have gone
	}}, nil
}

// rows writes page after page.
func (s *server) rows(ctx context.Context, q query.Query, sort string, list []listing.Finding, next string, row rowWriter) error {
	for {
		for _, f := range list {
			if err := row(s.row(f)); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		var at listing.Cursors
		var err error
		if list, at, err = s.Reader.Findings(ctx, q, sortOf(sort), listing.Place{After: next, Limit: pageOfExport}); err != nil {
			return err
		}
		next = at.Next
	}
}

func counted(c listing.Count) string {
	if c.More {
		return "more than " + strconv.Itoa(c.N)
	}
	return strconv.Itoa(c.N)
}

var csvHead = []string{"id", "severity", "outcome", "state", "rule", "title", "provider", "account", "region", "kind", "resource_id", "resource_name",
	"resource_uid", "say", "risk", "potential", "first_seen", "changed_at", "seen_at", "due", "first_scan", "last_scan", "owner"}

func csvRow(r FindingRow) []string {
	row := []string{r.ID, r.Severity, r.Outcome, r.State, r.Rule, r.Title, r.Subject.Provider, r.Subject.Account, r.Subject.Region, r.Subject.Kind,
		r.Subject.ID, r.Subject.Name, r.Subject.UID, r.Say, strconv.Itoa(r.Risk), strconv.FormatBool(r.Potential),
		stamp(&r.FirstSeen), stamp(&r.ChangedAt), stamp(&r.SeenAt), stamp(r.Due), strconv.FormatInt(r.FirstScan, 10), strconv.FormatInt(r.LastScan, 10), ""}
	if r.Owner != nil {
		row[len(row)-1] = r.Owner.Name
	}
	for i := range row {
		row[i] = neutral(row[i])
	}
	return row
}

func stamp(t *time.Time) string {
	if t == nil || t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// neutral keeps a spreadsheet from taking a cell for a formula: names of
// resources are written by others.
func neutral(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
		return "'" + cell
	}
	return cell
}
