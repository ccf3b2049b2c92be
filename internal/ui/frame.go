package ui

import (
	"context"
	"fmt"
	"net/http"

	"plumbline/internal/finding"
	"plumbline/internal/scan"
	"plumbline/web/parts"
)

// frame is what surrounds a page, with what the navigation counts.
func (u *ui) frame(r *http.Request, title, section string, scans []scan.Record) (parts.Frame, error) {
	f := u.bareFrame(r, title)
	f.Section = section
	if len(scans) == 0 {
		return f, nil
	}
	open, err := u.count(r.Context(), Filter{States: []finding.State{finding.Open}})
	if err != nil {
		return f, err
	}
	f.Open = number(open)
	f.Scan = u.scanBox(scans[0])
	return f, nil
}

// bareFrame asks the store nothing: error pages stand in it.
func (u *ui) bareFrame(r *http.Request, title string) parts.Frame {
	return parts.Frame{Title: title, Theme: themeOf(r), Back: local(r.URL.RequestURI()), Version: u.Version}
}

func (u *ui) scanBox(s scan.Record) *parts.ScanBox {
	b := &parts.ScanBox{Href: scanPath(s.Number), Title: fmt.Sprintf("Scan %d", s.Number)}
	switch s.State {
	case scan.Running:
		b.Title, b.Text, b.Running = b.Title+" running", "started "+ago(s.StartedAt, u.Now()), true
	case scan.Finished:
		b.Text = "finished " + ago(s.EndedAt, u.Now())
	default:
		b.Text = string(s.State) + " " + ago(s.EndedAt, u.Now())
	}
	return b
}

func (u *ui) count(ctx context.Context, f Filter) (int, error) {
	gs, err := u.Store.Groups(ctx, f)
	if err != nil {
		return 0, fmt.Errorf("count findings: %w", err)
	}
	return total(gs), nil
}

func total(gs []Group) int {
	n := 0
	for _, g := range gs {
		n += g.Count
	}
	return n
}

func scanPath(n int64) string { return fmt.Sprintf("/scans/%d", n) }

func findingPath(n int64) string { return fmt.Sprintf("/findings/FND-%d", n) }
