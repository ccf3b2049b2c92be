package listing

import (
	"context"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/rule"
)

// A Rulebook is the rules that hold in this organisation: those that come with
// Plumbline, those of a directory that the service was started with, and those
// that people wrote, with what they switched off and which parameters they set.
//
// Nothing in it is ever overwritten: what holds follows from the changes that
// somebody proposed and somebody else approved, in the order in which they were
// approved. Whoever may read the estate may read it. What cannot be read as a
// rule is a problem of kind Invalid with all flaws in its text.
type Rulebook interface {
	// Entries lists every rule by id, those that are switched off too.
	Entries(context.Context) ([]RuleEntry, error)
	// Entry gives one and the last RecentChanges to it, the last first.
	Entry(ctx context.Context, id string) (RuleEntry, []RuleChange, error)
	// Changes lists those in a state, the last first; "" is every state.
	Changes(ctx context.Context, state ChangeState, at Place) ([]RuleChange, Cursors, error)
	// Change gives one; in the state Proposed it can still be decided.
	Change(ctx context.Context, id int64) (RuleChange, error)

	// Check reads a draft and proves it, and keeps nothing. Flaws and unkept
	// promises of the draft are no error, they are what is told.
	Check(context.Context, RuleDraft) (RuleCheck, error)
	// Preview judges what is stored of all accounts within reach by the draft,
	// and says what would change. It keeps nothing. tell may be nil.
	Preview(ctx context.Context, d RuleDraft, tell func(Progress)) (Preview, error)

	// Propose keeps a draft until somebody else decides. A draft with flaws is a
	// problem of kind Invalid.
	Propose(context.Context, RuleDraft) (id int64, err error)
	// Decide approves or refuses. Whoever proposed a change may not decide it:
	// a problem of kind Forbidden. What is approved holds at once, and every
	// account is judged again from what is stored, without asking a cloud.
	Decide(ctx context.Context, id int64, approve bool, note string) error
	// Withdraw takes one's own proposal back.
	Withdraw(ctx context.Context, id int64) error

	// Rejudgements tells how far judging again is, an account each; none is
	// listed longer than a day after its end.
	Rejudgements(context.Context) ([]Rejudgement, error)
}

// RecentChanges is how many changes are told with a rule; Changes pages through
// all.
const RecentChanges = 20

// An Origin says where a rule comes from.
type Origin string

// The origins of rules.
const (
	Shipped   Origin = "shipped"   // with Plumbline
	Directory Origin = "directory" // from --rules-dir
	Own       Origin = "own"       // written here
)

// A RuleEntry is a rule and how it stands here.
type RuleEntry struct {
	Rule    *rule.Rule // as it holds, parameters set; where it is switched off, as it would
	Origin  Origin
	Edited  bool              // a shipped rule that was written anew here
	Off     bool              // it is not asked
	YAML    string            // its file
	Params  map[string]string // parameters that were set otherwise than the file says, as written
	Pending int               // proposals that wait for somebody
	// Flaws are why what was approved here can no longer be read by this version
	// of the program, and is left out: then Rule is as it comes with the program,
	// or, of a rule that was written here, has no more than its ID, and is not
	// asked. Its findings are lost sight of, not fixed.
	Flaws rule.Flaws
}

// A DraftKind is what a change does.
type DraftKind string

// The kinds of changes.
const (
	DraftFile      DraftKind = "file"      // a rule is written, or written anew
	DraftRemove    DraftKind = "remove"    // what was written here is taken back; a shipped rule is again as shipped
	DraftOff       DraftKind = "off"       // it is no longer asked
	DraftOn        DraftKind = "on"        // it is asked again
	DraftParams    DraftKind = "params"    // parameters are set; those that are not named are as the file says
	DraftFramework DraftKind = "framework" // a framework is written, or written anew
)

// A RuleDraft is a change that nobody has proposed yet.
type RuleDraft struct {
	Kind   DraftKind
	Rule   string            // id of the rule or framework; for a file it may be empty, the file says it
	YAML   string            // of DraftFile and DraftFramework
	Params map[string]string // of DraftParams
	Why    string            // what for, in a sentence; needed to propose
}

// A ChangeState is where a proposal stands.
type ChangeState string

// The states of a change.
const (
	Proposed  ChangeState = "proposed"
	Approved  ChangeState = "approved"
	Refused   ChangeState = "refused"
	Withdrawn ChangeState = "withdrawn"
)

// A RuleChange is a draft that somebody proposed.
type RuleChange struct {
	ID int64
	RuleDraft
	State      ChangeState
	By         string // e-mail of who proposed it
	At         time.Time
	DecidedBy  string
	DecidedAt  time.Time // zero: not yet
	Note       string    // of who decided
	MayDecide  bool      // the viewer may: they hold the right, and did not propose it
	MyProposal bool      // the viewer may withdraw it
	Before     string    // the file as it held when it was proposed; "" if there was none
}

// A RuleCheck is what reading and proving a draft told.
type RuleCheck struct {
	Rule     *rule.Rule // nil where it cannot be read
	Flaws    rule.Flaws // by line and column
	Problems []string   // promises that do not hold: examples, laws
	Counts   map[string]int
	// Counts of examples by what they want: pass, fail, unknown, not_applicable.
}

// Whole says that nothing is wrong with it.
func (c RuleCheck) Whole() bool { return c.Rule != nil && len(c.Flaws) == 0 && len(c.Problems) == 0 }

// Progress is how far a long piece of work is.
type Progress struct{ Done, All int }

// A Preview is what a draft would change, counted over all accounts within
// reach of whoever asks.
type Preview struct {
	Subjects int // that were judged
	Accounts int
	Before   Outcomes
	After    Outcomes
	Moves    []Move // the worst first, at most 100
	More     int    // moves left out
	Took     time.Duration
}

// Outcomes count what a rule says.
type Outcomes struct{ Pass, Fail, Unknown, NotApplicable int }

// A Move is one subject of which something else would be said. 0 is nothing.
type Move struct {
	Provider, Account, Region, UID, ID, Name string
	Before, After                            finding.Outcome
	Say                                      string
}

// A Rejudgement is one account being judged again.
type Rejudgement struct {
	Account  int64
	External string
	Name     string
	Why      string // "a change of rule AWS-IMDS-001"
	Progress Progress
	State    string // waiting, running, done, failed
	Reason   string // why it failed
	Began    time.Time
	Ended    time.Time
	Scan     int64 // its number; 0 before it began
}
