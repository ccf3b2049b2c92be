// Package ibmevents reads the audit events that IBM Cloud Activity Tracker Event
// Routing wrote, and says which servers asked their metadata service and when.
//
// It keeps no event: of each server and day how often it asked, and of each
// region the period in which no request would have gone unnoticed. What it does
// not understand it counts, and then claims no such period: that somebody asks is
// believed of any file, that nobody asks only of files that were read whole, that a
// person says to be whole, and that look like it.
package ibmevents

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"plumbline/internal/house"
	"plumbline/internal/problem"
)

// A Summary is what files told together.
type Summary struct {
	house.Import
	Account  string // whose events they are; "" where none says it
	Events   int64  // that were understood
	Metadata int64  // of those, requests to a metadata service
	First    time.Time
	Last     time.Time // of the events
	Unread   int64     // what was not understood and may have been such a request
	Places   []Place   // of the first of those
	Doubts   []string  // why the files cover nothing, or not a region of theirs, in sentences
}

// A Place is where something stands that was not understood.
type Place struct {
	File string
	At   string // "line 17", "record 4"
	Why  string
}

// String says it in a line.
func (p Place) String() string {
	s := p.At + ": " + p.Why
	if p.File != "" {
		s = p.File + ", " + s
	}
	return s
}

// The bounds of what is kept and read.
const (
	mostPlaces  = 5
	mostRegions = 30       // that are named; IBM Cloud has fewer
	mostPlaced  = 100      // regions in the files
	mostDays    = 500_000  // servers times days
	mostMembers = 1000     // of an object
	longestLine = 16 << 20 // bytes; an answer to a query may be one line, of many rows
	longestRow  = 1 << 20  // bytes of what may be an event
	mostBytes   = 8 << 30  // of a file, unpacked
)

type dayKey struct {
	region, server string
	day            int64 // since 1970, UTC
}

// evidence is what the events of VPC infrastructure of a region show of the claimed
// period.
type evidence struct {
	first, last time.Time // of the events; zero where none is within
	asked       bool      // a server asked its metadata service, within
}

// A Reader adds files up. It is not safe for concurrent use.
type Reader struct {
	account string
	given   bool // the account, by whoever made the reader
	claim   Claim
	now     time.Time
	asked   map[dayKey]house.Asked
	regions map[string]evidence // of which there was an event
	placed  map[string]bool     // regions of events and of servers
	sum     Summary
	most    int64 // bytes of a file
}

// New makes a reader of an account's events; where account is empty, the first
// event says whose they are. now is the time of the import.
func New(account string, c Claim, now time.Time) *Reader {
	return &Reader{account: account, given: account != "", claim: c, now: now.UTC().Truncate(time.Second), asked: map[dayKey]house.Asked{}, regions: map[string]evidence{}, placed: map[string]bool{}, most: mostBytes}
}

// Within makes that no file may be longer, in bytes, unpacked.
func (r *Reader) Within(bytes int64) *Reader {
	r.most = bytes
	return r
}

// Read adds a file. The error says what is wrong with all of it: it is of another
// account, too long, or holds no event that is understood though it is not
// empty. Nothing of what was read before is to be used then.
func (r *Reader) Read(name string, file io.Reader) error {
	f := &reading{r: r, name: name}
	if err := f.read(file); err != nil {
		return err
	}
	if f.events == 0 && f.unread > 0 {
		return problem.New(problem.Invalid, "Nothing in %s is an event of Activity Tracker as JSON. The first thing that was not understood: %s.", called(name), f.first.String())
	}
	if f.events+f.unread == 0 {
		r.doubt("There is no event in %s, as after a query that finds nothing.", called(name))
	}
	f.lot(false)
	f.atLimit(f.events)
	return nil
}

// Summary says what the files told together.
func (r *Reader) Summary() Summary {
	s := r.sum
	s.Account = r.account
	s.Asked = slices.SortedFunc(maps.Values(r.asked), func(a, b house.Asked) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Workload, b.Workload), a.Day.Compare(b.Day))
	})
	s.Doubts = slices.Clone(s.Doubts)
	if s.Unread > 0 {
		s.Doubts = append(s.Doubts, unread(s.Unread))
	}
	switch {
	case len(s.Doubts) > 0:
	case s.Events == 0:
		s.Doubts = []string{"There is no event at all."}
	case r.claim.From.IsZero():
		s.Doubts = []string{"Nobody says of which days these are all events, and events do not show what is missing between them."}
	case len(r.regions) == 0:
		s.Doubts = []string{"There is no event of VPC infrastructure in a region."}
	default:
		s.Covers, s.Doubts = r.covered()
	}
	return s
}

func unread(n int64) string {
	if n == 1 {
		return "1 thing was not understood and may have been a request to a metadata service."
	}
	return fmt.Sprintf("%d things were not understood and may have been requests to a metadata service.", n)
}

// covered are the regions and periods that the files hold whole, and why they do
// not hold others.
func (r *Reader) covered() (covers []house.Cover, doubts []string) {
	for _, region := range slices.Sorted(maps.Keys(r.regions)) {
		p, why := r.period(r.regions[region])
		switch {
		case why == "":
			covers = append(covers, house.Cover{Region: region, Period: p})
		case len(doubts) < mostRegions:
			doubts = append(doubts, fmt.Sprintf("%s is not covered: %s.", region, why))
		}
	}
	return covers, doubts
}

// slack is how long a region may show no event at the beginning and at the end of
// a period that is claimed to be whole. Beyond that the files are likelier to be of
// other days than the region to be so quiet.
const slack = 2 * day

// period is what of the claim a region's events bear out; why says that they do
// not. Of a day that is not over it ends with the last event: what came later was
// not there to be exported.
func (r *Reader) period(s evidence) (p house.Period, why string) {
	p = house.Period{From: r.claim.From.UTC(), Until: r.claim.Until.UTC()}
	if p.Until.After(r.now) {
		p.Until = r.now
	}
	switch {
	case s.first.IsZero():
		return p, "none of its events is of the days that these are said to be all events of"
	case s.first.After(p.From.Add(slack)):
		return p, "its events begin on " + s.first.Format(time.DateOnly) + ", more than two days after these are said to begin"
	case s.last.Before(p.Until.Add(-slack)):
		return p, "its events end on " + s.last.Format(time.DateOnly) + ", more than two days before these are said to end"
	case !s.asked:
		return p, "no request of any server to its metadata service is among its events, so that such events may not be kept or exported at all"
	}
	if r.claim.Until.After(r.now) && s.last.Before(r.now) {
		p.Until = s.last
	}
	if !p.From.Before(p.Until) {
		return p, "its last event is at the very beginning"
	}
	return p, ""
}

// doubt notes once why the files cover nothing.
func (r *Reader) doubt(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(r.sum.Doubts, s) && len(r.sum.Doubts) < mostPlaces {
		r.sum.Doubts = append(r.sum.Doubts, s)
	}
}

// called is how a file is spoken of.
func called(name string) string {
	if name == "" {
		return "the file"
	}
	return name
}

// begins is how a sentence begins that speaks of a file.
func begins(name string) string {
	if name == "" {
		return "The file"
	}
	return name
}
