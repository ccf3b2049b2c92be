package ibmevents

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"plumbline/internal/house"
	"plumbline/internal/problem"
)

// An event is what is read of one, in the names of IBM Cloud's documentation
// ("Event fields" of Activity Tracker Event Routing): events follow CADF.
type event struct {
	action    string
	eventTime string
	source    string // logSourceCRN: the instance that made the event; names account and location
	target    string // target.id
	initiator string // initiator.id, which is a CRN behind "crn-" where a server acts
}

// plain reads an event that stands by itself, as nearly all do, at once. Where ok
// is false it is for find to say what it is.
func plain(data []byte) (e event, ok bool) {
	var all struct {
		Action    string              `json:"action"`
		EventTime string              `json:"eventTime"`
		Source    string              `json:"logSourceCRN"`
		Target    struct{ ID string } `json:"target"`
		Initiator struct{ ID string } `json:"initiator"`
	}
	if json.Unmarshal(data, &all) != nil || all.Action == "" || all.EventTime == "" || all.Target.ID == "" {
		return event{}, false
	}
	return event{all.Action, all.EventTime, all.Source, all.Target.ID, all.Initiator.ID}, true
}

// The members in which an event stands where it does not stand by itself.
// Sources: user_data of a result of a DataPrime query (dataprime query of the
// IBM Cloud Logs API, package logsv0 of its SDK), src_obj__user_data of its archive
// ("Querying data directly from the archive"), payload of older events of VPC.
var within = []string{"user_data", "userData", "src_obj__user_data", "payload", "event", "message", "text", "_line"}

// find looks for an event in a JSON object, and in what it holds, as an object
// or as text.
func find(object map[string]json.RawMessage, depth int) (e event, ok bool) {
	if e.action = str(object["action"]); e.action != "" {
		e.eventTime, e.source = str(object["eventTime"]), str(object["logSourceCRN"])
		e.target, e.initiator = str(members(object["target"])["id"]), str(members(object["initiator"])["id"])
		return e, true
	}
	for _, name := range within {
		raw, there := object[name]
		if !there || depth == 0 {
			continue
		}
		if text := str(raw); text != "" {
			raw = json.RawMessage(text)
		}
		inner := members(raw)
		if e, ok := find(inner, depth-1); inner != nil && ok {
			if e.source == "" {
				e.source = str(object["logSourceCRN"]) // it stands beside a payload
			}
			return e, true
		}
	}
	return event{}, false
}

// flat finds the members of an object whose names are paths, as a query leaves
// them that chooses columns: "target.id".
func flat(object map[string]json.RawMessage) map[string]json.RawMessage {
	for _, who := range []string{"target", "initiator"} {
		if id, there := object[who+".id"]; there && object[who] == nil {
			object[who] = json.RawMessage(`{"id":` + string(id) + `}`)
		}
	}
	return object
}

func str(raw json.RawMessage) (s string) {
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// members are those of an object; nil for what is none, or has too many.
func members(raw json.RawMessage) map[string]json.RawMessage {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if begin, err := dec.Token(); err != nil || begin != json.Delim('{') {
		return nil
	}
	m := map[string]json.RawMessage{}
	for dec.More() {
		tok, err := dec.Token()
		name, ok := tok.(string)
		var value json.RawMessage
		if err != nil || !ok || dec.Decode(&value) != nil || len(m) == mostMembers {
			return nil
		}
		m[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil // something follows
	}
	return m
}

// isMetadata says that an action may be a request to a metadata service. Those
// of today begin with "is.metadata." ("Activity tracking events for VPC", Metadata
// service events and Bare metal server events), and the same page says that they
// are undergoing changes: whatever of VPC speaks of metadata is taken for one.
func isMetadata(action string) bool {
	return ofVPC(action) && strings.Contains(action, "metadata")
}

// ofVPC says that VPC infrastructure made an event.
func ofVPC(action string) bool { return strings.HasPrefix(action, "is.") }

// timeOf reads "2017-10-19T19:07:50.32+0000", as the documentation spells it, and
// RFC 3339.
func timeOf(s string) (t time.Time, ok bool) {
	for _, form := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
		if t, err := time.Parse(form, s); err == nil && t.Year() >= 2000 && t.Year() < 2200 {
			return t.UTC(), true
		}
	}
	return t, false
}

// ahead is how far the clock of a service may be ahead of ours.
const ahead = time.Hour

// take adds an event up. why says what of it is not understood, where it may be a
// request to a metadata service.
func (f *reading) take(e event) (why string, err error) {
	at, dated := timeOf(e.eventTime)
	source, _ := parse(e.source)
	if source.account == "" {
		source, _ = parse(e.target)
	}
	meta, servers := isMetadata(e.action), e.servers()
	if by, _ := parse(e.initiator); !meta {
		// Whatever a server does by itself it does with a token of its metadata
		// service; what it acts on did not ask. One of another account is none of ours.
		servers = nil
		if meta = by.acts() && by.account == source.account; by.isServer() {
			servers = []crn{by}
		}
	}
	whose := []crn{source}
	if meta {
		whose = append(whose, servers...)
	}
	for _, c := range whose {
		if c.account != "" && !isAccount(c.account) {
			return "the event names an account as none is named", nil
		}
		if err := f.mine(c.account); err != nil {
			return "", err
		}
		if err := f.place(c.region); err != nil {
			return "", err
		}
	}
	switch {
	case dated && at.After(f.r.now.Add(ahead)):
		return "the event is of a time to come", nil
	case meta && !dated:
		return "the event has no time", nil
	case meta && len(servers) == 0:
		return "the event names no server", nil
	case !dated:
		f.understood()
		return "", nil
	case meta:
		for _, c := range servers {
			if err := f.asked(c, at); err != nil {
				return "", err
			}
		}
		f.r.sum.Metadata++
		if isMetadata(e.action) {
			source = servers[0] // where it asked; elsewhere a server may act in any region
		}
	}
	f.seen(e, source.region, at)
	return "", nil
}

// servers are those that an event names: as what was asked about, as who asked, or
// else as what made the event.
func (e *event) servers() (all []crn) {
	for i, s := range []string{e.target, e.initiator, e.source} {
		if c, ok := parse(s); ok && c.isServer() && !slices.Contains(all, c) && (i < 2 || len(all) == 0) {
			all = append(all, c)
		}
	}
	return all
}

// seen widens what the files show of a region: the first event of VPC
// infrastructure within the claimed period, the last, and whether one is a request.
// Events of other services do not show that those of VPC are there.
func (f *reading) seen(e event, region string, at time.Time) {
	f.understood()
	s := &f.r.sum
	if s.First.IsZero() || at.Before(s.First) {
		s.First = at
	}
	if at.After(s.Last) {
		s.Last = at
	}
	if !ofVPC(e.action) || region == "" {
		return
	}
	was := f.r.regions[region]
	if f.r.claim.holds(at) {
		if was.first.IsZero() || at.Before(was.first) {
			was.first = at
		}
		if at.After(was.last) {
			was.last = at
		}
		was.asked = was.asked || isMetadata(e.action)
	}
	f.r.regions[region] = was
}

func (f *reading) understood() {
	f.events++
	f.r.sum.Events++
}

func (f *reading) asked(c crn, at time.Time) error {
	of := at.Truncate(day)
	k := dayKey{c.region, c.id, of.Unix()}
	a, there := f.r.asked[k]
	if !there {
		if len(f.r.asked) == mostDays {
			return problem.New(problem.Invalid, "There are more than %d servers times days in the files. Give shorter periods.", mostDays)
		}
		a = house.Asked{Region: c.region, Workload: c.id, Day: of}
	}
	a.Count++
	if at.After(a.Last) {
		a.Last = at
	}
	f.r.asked[k] = a
	return nil
}

// mine says that an event is of the account whose events are read.
func (f *reading) mine(account string) error {
	switch {
	case account == "" || account == f.r.account:
	case f.r.account == "":
		f.r.account = account
	case f.r.given:
		return problem.New(problem.Invalid, "%s holds an event of account %s at %s. Events of account %s are wanted, and of no other. Nothing was imported.", begins(f.name), account, f.at(), f.r.account)
	default:
		return problem.New(problem.Invalid, "%s holds an event of account %s at %s, and those before are of account %s. Give the events of one account. Nothing was imported.", begins(f.name), account, f.at(), f.r.account)
	}
	return nil
}

// place notes a region. There are few: a file that names many is none of ours, and
// each of them would be kept.
func (f *reading) place(region string) error {
	if region != "" && !f.r.placed[region] {
		if len(f.r.placed) == mostPlaced {
			return problem.New(problem.Invalid, "%s names more than %d regions, at %s the region %s. IBM Cloud has fewer. Nothing was imported.", begins(f.name), mostPlaced, f.at(), region)
		}
		f.r.placed[region] = true
	}
	return nil
}
