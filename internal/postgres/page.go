package postgres

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// The sizes of a page.
const (
	pageSize = 50
	pageMost = 200
)

// An order is how a list is sorted, by columns of which the last is unique.
type order struct {
	mark    string   // begins its cursors, so that none is taken for another's
	columns []string // all ascending, or
	down    bool     // all descending
	types   []string
}

// A window is one page of a list.
type window struct {
	order
	place listing.Place
	from  []string // values of the columns where the page begins; nil at an end
	back  bool     // it leads up to there
	limit int
}

func (o order) window(p listing.Place) (w window, err error) {
	w = window{order: o, place: p, limit: p.Limit, back: p.Before != ""}
	if w.limit <= 0 {
		w.limit = pageSize
	}
	w.limit = min(w.limit, pageMost)
	cursor := p.After
	if w.back {
		cursor = p.Before
	}
	switch {
	case p.After != "" && p.Before != "":
		return w, problem.New(problem.Invalid, "A page begins after one place or ends before one; both were given.")
	case cursor == "":
		return w, nil
	}
	mark, rest, ok := strings.Cut(cursor, "~")
	w.from = strings.Split(rest, "~")
	if !ok || mark != o.mark || len(w.from) != len(o.columns) || !o.plausible(w.from) {
		return w, problem.New(problem.Invalid, "The page address %q cannot be read, or belongs to another order. Begin at the first page.", cursor)
	}
	return w, nil
}

// plausible keeps from the database what it could not read as a number or a
// time.
func (o order) plausible(from []string) bool {
	for i, t := range o.types {
		var n int64
		switch t {
		case "bigint":
			if _, err := fmt.Sscanf(from[i]+" .", "%d .", &n); err != nil || from[i] != fmt.Sprint(n) {
				return false
			}
		case "timestamptz":
			if _, err := time.Parse(time.RFC3339Nano, from[i]); err != nil && from[i] != "infinity" {
				return false
			}
		case "text":
			if clean(from[i]) != from[i] {
				return false
			}
		}
	}
	return true
}

// cond is the condition that the page begins where it does, "" at an end.
func (w *window) cond(f *filter) string {
	if w.from == nil {
		return ""
	}
	args := make([]string, len(w.from))
	for i, v := range w.from {
		args[i] = f.arg(v) + "::text::" + w.types[i]
	}
	op := ">"
	if w.back != w.down {
		op = "<"
	}
	if len(args) == 1 {
		return w.columns[0] + " " + op + " " + args[0]
	}
	return "(" + strings.Join(w.columns, ", ") + ") " + op + " (" + strings.Join(args, ", ") + ")"
}

// orderBy is the order in which rows are read: backwards for a page that leads
// up to a place.
func (w *window) orderBy() string {
	dir := ""
	if w.back != w.down {
		dir = " desc"
	}
	return strings.Join(w.columns, dir+", ") + dir
}

// cut takes the one row too many off a page and gives its cursors.
func cut[T any](w *window, rows []T, at func(*T) []any) ([]T, listing.Cursors) {
	more := len(rows) > w.limit
	if more {
		rows = rows[:w.limit]
	}
	if w.back {
		slices.Reverse(rows)
	}
	var c listing.Cursors
	if len(rows) == 0 {
		return rows, c
	}
	if w.back || more {
		c.Next = w.cursor(at(&rows[len(rows)-1]))
	}
	if !w.back && w.from != nil || w.back && more {
		c.Previous = w.cursor(at(&rows[0]))
	}
	return rows, c
}

func (w *window) cursor(values []any) string {
	parts := []string{w.mark}
	for _, v := range values {
		parts = append(parts, fmt.Sprint(v))
	}
	return strings.Join(parts, "~")
}
