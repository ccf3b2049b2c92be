package compliance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/listing"
	"plumbline/internal/problem"
)

// errFull ends a walk early: enough was seen.
var errFull = errors.New("enough was seen")

// Population lists a page of the subjects that some rule applies to, account by
// account, and places where nobody could look at the end of each. Of accounts
// that do not count, see Scope.Absent, it lists none.
func (d *Desk) Population(ctx context.Context, rules []string, at time.Time, place listing.Place) ([]listing.Judged, listing.Cursors, error) {
	var next listing.Cursors
	looks, err := d.looks(ctx, at)
	if err != nil {
		return nil, next, err
	}
	limit := cmp.Or(place.Limit, 50)
	var rows []listing.Judged
	switch from, err := placeOf(place); {
	case err != nil:
		return nil, next, err
	case place.Before != "":
		rows, next, err = d.upTo(ctx, looks, rules, at, from, limit)
		if err != nil {
			return nil, next, err
		}
	default:
		rows, next, err = d.onFrom(ctx, looks, rules, at, from, limit)
		if err != nil {
			return nil, next, err
		}
		if place.After != "" && len(rows) > 0 {
			next.Previous = from.String()
		}
	}
	return rows, next, d.findings(ctx, rules, rows)
}

// Every hands over the whole population, some subjects at a time, in the order
// of its pages. It judges each account once, however many subjects it has.
func (d *Desk) Every(ctx context.Context, rules []string, at time.Time, each func([]listing.Judged) error) error {
	const atOnce = 200
	looks, err := d.looks(ctx, at)
	if err != nil {
		return err
	}
	for _, l := range looks {
		var some []listing.Judged
		hand := func() error {
			if len(some) == 0 {
				return nil
			}
			if err := d.findings(ctx, rules, some); err != nil {
				return err
			}
			err := each(some)
			some = nil
			return err
		}
		err := d.walk(ctx, l, rules, at, func(j listing.Judged) error {
			if j.Outcome == finding.NotApplicable {
				return nil
			}
			if some = append(some, j); len(some) < atOnce {
				return nil
			}
			return hand()
		})
		if err != nil {
			return err
		}
		if err := hand(); err != nil {
			return err
		}
	}
	return nil
}

// onFrom is a page that begins at a place.
func (d *Desk) onFrom(ctx context.Context, looks []listing.Look, rules []string, at time.Time, from placed, limit int) ([]listing.Judged, listing.Cursors, error) {
	page := page{limit: limit}
	for _, l := range looks {
		if l.Account.ID < from.account {
			continue
		}
		page.skip, page.seen = 0, 0
		if l.Account.ID == from.account {
			page.skip = from.seen
		}
		err := d.walk(ctx, l, rules, at, page.take)
		if errors.Is(err, errFull) {
			break
		}
		if err != nil {
			return nil, listing.Cursors{}, err
		}
	}
	return page.rows, listing.Cursors{Next: page.next}, nil
}

// A page takes the subjects from a place on, until it is full.
type page struct {
	limit, skip int
	seen        int // of the present account
	rows        []listing.Judged
	next        string // where the next page begins; "" if there is none
}

func (p *page) take(j listing.Judged) error {
	switch {
	case j.Outcome == finding.NotApplicable:
		return nil
	case p.seen < p.skip:
		p.seen++
		return nil
	case len(p.rows) == p.limit:
		p.next = placed{j.Account.ID, p.seen}.String()
		return errFull
	}
	p.seen++
	p.rows = append(p.rows, j)
	return nil
}

// upTo is the page that ends before a place. It goes back account by account,
// and looks for one subject more than it shows, to know whether there is a page
// before it.
func (d *Desk) upTo(ctx context.Context, looks []listing.Look, rules []string, at time.Time, to placed, limit int) ([]listing.Judged, listing.Cursors, error) {
	tail := tail{most: limit + 1}
	for _, l := range slices.Backward(looks) {
		if l.Account.ID > to.account {
			continue
		}
		tail.here, tail.seen, tail.end = nil, 0, -1
		if l.Account.ID == to.account {
			tail.end = to.seen
		}
		if err := d.walk(ctx, l, rules, at, tail.take); err != nil && !errors.Is(err, errFull) {
			return nil, listing.Cursors{}, err
		}
		tail.rows = append(tail.here, tail.rows...)
		if tail.most -= len(tail.here); tail.most == 0 {
			break
		}
	}
	next := listing.Cursors{Next: to.String()}
	var rows []listing.Judged
	for i, r := range tail.rows {
		if i == 0 && len(tail.rows) > limit {
			continue
		}
		if i == 1 && len(tail.rows) > limit {
			next.Previous = r.at.String()
		}
		rows = append(rows, r.Judged)
	}
	return rows, next, nil
}

// A tail keeps the last subjects of an account before an end.
type tail struct {
	most int // how many are still wanted
	end  int // how many of the account's stand before it; below 0: all
	seen int
	here []standingAt // of the present account
	rows []standingAt // of those after it
}

type standingAt struct {
	listing.Judged
	at placed
}

func (t *tail) take(j listing.Judged) error {
	switch {
	case j.Outcome == finding.NotApplicable:
		return nil
	case t.seen == t.end:
		return errFull
	}
	if len(t.here) == t.most {
		t.here = t.here[1:]
	}
	t.here = append(t.here, standingAt{j, placed{j.Account.ID, t.seen}})
	t.seen++
	return nil
}

// A placed is where a page begins: in which account, and after how many of its
// subjects.
type placed struct {
	account int64
	seen    int
}

func (p placed) String() string { return fmt.Sprintf("%d.%d", p.account, p.seen) }

func placeOf(at listing.Place) (p placed, err error) {
	if at.After != "" && at.Before != "" {
		return p, problem.New(problem.Invalid, "A page begins after one place or ends before another, not both.")
	}
	cursor := at.After + at.Before
	if cursor == "" {
		return p, nil
	}
	account, seen, found := strings.Cut(cursor, ".")
	p.account, err = strconv.ParseInt(account, 10, 64)
	if err == nil {
		p.seen, err = strconv.Atoi(seen)
	}
	if err != nil || !found || p.account < 0 || p.seen < 0 {
		return p, problem.New(problem.Invalid, "The place %q in the population cannot be read. Begin at its first page.", cursor)
	}
	return p, nil
}
