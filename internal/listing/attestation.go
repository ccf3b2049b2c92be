package listing

import (
	"context"
	"slices"
	"strings"
	"time"

	"plumbline/internal/access"
	"plumbline/internal/problem"
)

// What an attestation may hold.
const (
	LongestStatement = 4000 // characters
	LongestNote      = 1000 // characters of why somebody decided as they did
	LongestLink      = 2000 // bytes
	LongestFile      = 1_000_000
	LongestValidity  = 400 // days, the first and the last included
)

// Attestations tells what people stated where no machine can check. It is
// shown as attested, never as measured, and stands in no score. Who sees an
// account sees what is stated of it; what is stated of all accounts is seen by
// whoever sees one.
type Attestations interface {
	// Attestations lists a page of those that a filter lets through, the last
	// proposed first.
	Attestations(ctx context.Context, f AttestationFilter, at Place) ([]Attestation, Cursors, error)
	// Attestation gives one and all that happened to it, in order.
	Attestation(ctx context.Context, id int64) (Attestation, []AttestationEvent, error)
	// Valid lists those that held for a control of a framework at that time: what
	// was approved later, or withdrawn or expired before, is not among them.
	Valid(ctx context.Context, framework, control string, at time.Time) ([]Attestation, error)
	// DueAttestations lists those that somebody has to look at: proposals that
	// wait to be decided, and what ends within 30 days, the first to end first.
	DueAttestations(ctx context.Context, at time.Time) ([]Attestation, error)
	// AttestationFile gives the file that was uploaded as evidence; NotFound
	// where there is none, Tampered where it is not what was uploaded.
	AttestationFile(ctx context.Context, id int64) (EvidenceFile, error)
	// AttestationOwners lists who may be named as an owner, by e-mail.
	AttestationOwners(ctx context.Context) ([]Owner, error)
}

// An Attester does what people ask for about attestations. What the Clerk's
// comment says holds here too.
type Attester interface {
	// Attest keeps a draft until somebody else decides. A draft with faults is a
	// problem of kind Invalid that wraps DraftFaults.
	Attest(context.Context, AttestationDraft) (id int64, err error)
	// DecideAttestation approves or refuses a proposal. Nobody decides their own,
	// and no token does.
	DecideAttestation(ctx context.Context, id int64, approve bool, note string) error
	// WithdrawAttestation takes a proposal, or what was approved, back.
	WithdrawAttestation(ctx context.Context, id int64, note string) error
}

// A Practice is something that may be attested: a control of a framework.
type Practice struct {
	Framework, FrameworkName string
	Control, Title           string
	Attest                   string // what somebody has to state; "" where nobody is asked to
}

// A Topic is something that may be attested and that is no control: one of a
// closed list.
type Topic struct{ ID, Title, Text string }

// Topics are the closed list.
func Topics() []Topic {
	return []Topic{
		{"metadata_unneeded", "The metadata service is not needed", "Nothing on these instances asks it: no agent, no start-up script, no application. Nobody can see that from outside."},
		{"recovery_plan", "Recovery is planned and was tried", "Who restores what from which backup, and when that was last tried."},
		{"credential_theft_plan", "What is done when credentials are stolen", "Who revokes which sessions, and when that was last practised."},
		{"training", "People know the practices", "Who was taught, when, and where what they need is written down."},
	}
}

// TopicOf gives the topic of an id.
func TopicOf(id string) (Topic, bool) {
	for _, t := range Topics() {
		if t.ID == id {
			return t, true
		}
	}
	return Topic{}, false
}

// An AttestationState is where an attestation stands.
type AttestationState string

// The states of an attestation. Expired, like everything but Valid, is no data.
const (
	AttestProposed  AttestationState = "proposed"  // waits for somebody else
	AttestUpcoming  AttestationState = "upcoming"  // approved; its first day is to come
	AttestValid     AttestationState = "valid"     // approved, and it holds
	AttestExpired   AttestationState = "expired"   // its last day is over, decided or not
	AttestRefused   AttestationState = "refused"   //
	AttestWithdrawn AttestationState = "withdrawn" //
)

// AttestationStates lists all states, in the order in which one passes through
// them.
func AttestationStates() []AttestationState {
	return []AttestationState{AttestProposed, AttestUpcoming, AttestValid, AttestExpired, AttestRefused, AttestWithdrawn}
}

// An AttestationFilter says which attestations are meant. "" is any.
type AttestationFilter struct {
	State              AttestationState // at the time At
	Framework, Control string
	Topic              string
	At                 time.Time
}

// An Attestation is what somebody states. It is never changed: what becomes of
// it follows from what people did, and from time.
type Attestation struct {
	ID                 int64
	Statement          string
	Framework, Control string // what it speaks about; both "" where it is a topic
	Topic              string
	Whole              bool      // it is about all accounts, those to come included
	Accounts           []Account // where not Whole: those that the viewer sees; ID, Provider, External and Name only
	Owner              string    // e-mail of who answers for it
	OwnerName          string    // "" where the owner has no sign-in here
	Link               string    // evidence elsewhere; "" if there is none
	File               *FileMark // evidence that was uploaded; nil if there is none
	From, Until        time.Time // its first and its last day, 00:00 UTC
	Renews             int64     // the one that it takes the place of; 0 if there is none
	RenewedBy          int64     // the latest proposal that takes its place and was neither refused nor withdrawn; 0 if there is none

	Proposed  AttestationEvent
	Decided   AttestationEvent // zero: nobody did
	Withdrawn AttestationEvent // zero: nobody did
	Events    int              // that happened so far
}

// An AttestationEvent is something that somebody did to an attestation.
type AttestationEvent struct {
	At     time.Time
	Kind   string // proposed, approved, refused, withdrawn
	Who    string // e-mail, with the token's name where it was a token
	Person int64  // 0 for somebody who has no sign-in here
	Note   string
}

// A FileMark says of a file what proves it.
type FileMark struct {
	Name   string // without a path
	Size   int
	SHA256 [32]byte // worked out when it arrived
}

// An EvidenceFile is a file with its content.
type EvidenceFile struct {
	FileMark
	Content []byte
}

// An Owner is a person who may answer for something.
type Owner struct{ Email, Name string }

const aDay = 24 * time.Hour

// Ends is when its last day is over.
func (a *Attestation) Ends() time.Time { return a.Until.Add(aDay) }

// Approved says whether somebody approved it, whatever came later.
func (a *Attestation) Approved() bool { return a.Decided.Kind == "approved" }

// StateAt is where it stood at a time: what happened later does not count. Before
// it was proposed it stood nowhere, "".
func (a *Attestation) StateAt(t time.Time) AttestationState {
	happened := func(e AttestationEvent) bool { return e.Kind != "" && !e.At.After(t) }
	switch {
	case !happened(a.Proposed):
		return ""
	case happened(a.Withdrawn):
		return AttestWithdrawn
	case happened(a.Decided) && !a.Approved():
		return AttestRefused
	case !t.Before(a.Ends()):
		return AttestExpired
	case !happened(a.Decided):
		return AttestProposed
	case t.Before(a.From):
		return AttestUpcoming
	}
	return AttestValid
}

// DaysLeft counts the days after today, in UTC, on which it still holds: 0 on
// the last one, less than 0 when that is over.
func (a *Attestation) DaysLeft(now time.Time) int {
	return int(a.Until.Sub(dayOf(now)) / aDay)
}

func dayOf(t time.Time) time.Time { return t.UTC().Truncate(aDay) }

// A Reminder says that an attestation ends soon.
type Reminder struct {
	Attestation Attestation
	Stage       int // 30 or 7: days before the end from which it reminds
	Days        int // left after today
	Renewal     int64
	// Renewal waits to be decided, or begins when this one ends; 0 where nobody
	// proposed one.
}

// Stages are how many days before the end reminders begin.
func Stages() []int { return []int{7, 30} }

// Reminders gives those of a list: what holds now, and ends in a week, or in
// 30 days. The first to end comes first.
func Reminders(all []Attestation, now time.Time) []Reminder {
	var out []Reminder
	for _, a := range all {
		if a.StateAt(now) != AttestValid {
			continue
		}
		for _, stage := range Stages() {
			if left := a.DaysLeft(now); left <= stage {
				out = append(out, Reminder{Attestation: a, Stage: stage, Days: left, Renewal: a.RenewedBy})
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Reminder) int { return a.Attestation.Until.Compare(b.Attestation.Until) })
	return out
}

// own says whether the viewer did it. Who has no sign-in here is told by e-mail
// alone; of two who have none, one without an e-mail is taken for the other.
func (e AttestationEvent) own(v *access.Viewer) bool {
	who := emailOf(e.Who)
	switch {
	case strings.EqualFold(who, v.Email):
		return true
	case e.Person == 0 && v.Person == 0:
		return who == "" || v.Email == ""
	}
	return e.Person == v.Person
}

// emailOf is the e-mail of who did something, without the name of a token.
func emailOf(who string) string {
	email, _, _ := strings.Cut(who, " (token ")
	return email
}

// Deciding says whether the viewer may approve or refuse it now: nil, or a
// problem that says why not.
func (a *Attestation) Deciding(v *access.Viewer, now time.Time) error {
	state := a.StateAt(now)
	switch {
	case v == nil || !v.May(access.ApproveChanges):
		return problem.New(problem.Forbidden, "To %s takes an officer over all accounts.", access.ApproveChanges)
	case v.Token != "":
		return problem.New(problem.Forbidden, "A token decides nothing: a person does, signed in to the pages.")
	case a.Proposed.own(v):
		return problem.New(problem.Forbidden, "You proposed this. Somebody else decides it.")
	case state == AttestExpired && !a.Approved():
		return problem.New(problem.Conflict, "Its last day, %s, is over, and nobody has decided. Propose it anew.", a.Until.Format("2 Jan 2006"))
	case state != AttestProposed:
		return problem.New(problem.Conflict, "This is decided already: it is %s.", state)
	}
	return nil
}

// Withdrawing says whether the viewer may take it back now: nil, or a problem
// that says why not. Who proposed it and its owner may, and an officer what was
// approved: what waits, an officer refuses.
func (a *Attestation) Withdrawing(v *access.Viewer, now time.Time) error {
	state := a.StateAt(now)
	switch {
	case v == nil || !v.May(access.ProposeRules):
		return problem.New(problem.Forbidden, "Your roles do not let you withdraw an attestation.")
	case !a.Proposed.own(v) && !strings.EqualFold(a.Owner, v.Email) && !(a.Approved() && v.May(access.ApproveChanges)):
		return problem.New(problem.Forbidden, "Only who proposed it or its owner withdraws a proposal; what was approved an officer too.")
	case state != AttestProposed && state != AttestUpcoming && state != AttestValid:
		return problem.New(problem.Conflict, "There is nothing to withdraw: it is %s.", state)
	}
	return nil
}

// Renewing says whether the viewer may propose what takes its place: nil, or a
// problem that says why not. What nobody approved is not renewed.
func (a *Attestation) Renewing(v *access.Viewer, now time.Time) error {
	state := a.StateAt(now)
	switch {
	case v == nil || !v.May(access.ProposeRules):
		return problem.New(problem.Forbidden, "Your roles do not let you propose an attestation.")
	case !a.Approved() || state == AttestWithdrawn:
		return problem.New(problem.Conflict, "Attestation %d is %s and cannot be renewed. Propose a new one.", a.ID, state)
	}
	return nil
}
