// Package listing says what people and programs may ask of what is stored, and
// what they are told: rows, groups, facets and counts.
//
// It is a vocabulary. The store answers it; pages and the API show it. It knows
// no SQL and no HTML, and it decides no verdict.
package listing

import (
	"context"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/query"
	"plumbline/internal/scan"
	"plumbline/internal/score"
	"plumbline/internal/snapshot"
)

// A Place is where in a list a page begins. At most one of After and Before is
// set; both are cursors that an earlier page gave.
type Place struct {
	After, Before string
	Limit         int // 1 to 200; 0 is 50
}

// Cursors lead on from a page; "" where there is nothing.
type Cursors struct{ Next, Previous string }

// A Count is how many there are: exact, or "more than" N.
type Count struct {
	N    int
	More bool // the count stopped at N
}

// A Sort is the order of findings.
type Sort string

// The orders of findings. The zero value is worst first.
const (
	Worst  Sort = ""       // severity, then risk, then number
	Newest Sort = "newest" // number, the highest first
	Due    Sort = "due"    // due first
)

// An Event is something that happened to a finding.
type Event struct {
	At       time.Time
	Scan     int64 // 0 if no scan did it
	Change   finding.Change
	From, To finding.State
	Who      string // a person; "" for a scan
	Note     string
}

// A Finding is a finding with its due date.
type Finding struct {
	finding.Record
	Due     time.Time // zero: none
	Members Members   // of a group's finding that was asked for by its number
	Owner   Ownership // who is to mend it
}

// Members are how many workloads share a group's finding. All zero for a
// finding that is no group's.
type Members struct {
	All    int // workloads of the group
	Fail   int
	NoData int // that cannot be told
}

// A Member is a workload that shares its group's finding.
type Member struct {
	UID, ID, Name, Region string
	Outcome               finding.Outcome // Fail or Unknown
	Risk                  int
	Say                   string
	Since                 time.Time
}

// A Group is the findings of one rule that a query lets through.
type Group struct {
	Rule     string
	Severity finding.Severity
	Count    int // findings that the query lets through
	Open     int
	NoData   int
	Lost     int
	Subjects int // that the rule was asked of in the accounts that the query names, whatever came out
	Risk     int // the highest among those that fail or did when last told
	AtMost   int // the highest among those that cannot be told: scored as the worst that is not ruled out
	New      int // failing since the last finished scan of their account: new or back
	Overdue  int
}

// A Facet is one key with the values that the findings of a query have, the
// most frequent first.
type Facet struct {
	Key    string
	Values []FacetValue
	More   int // values left out

	// Partial says that counting stopped: of each value there are at least so
	// many.
	Partial bool
}

// A FacetValue is one of them.
type FacetValue struct {
	Value string
	Count int
}

// A Standing is where an account stands: what its last finished scan told, and
// what runs now.
type Standing struct {
	Account Account
	Last    *scan.Record // with Tally, without Answers; nil before the first
	Former  *scan.Record // the finished one before, with Tally; nil if there is none
	Running *scan.Record // nil if none runs
	Failed  *scan.Record // a scan later than Last that did not finish; nil if none
	Refused int          // questions of Last that were refused or answered in part
}

// An Account is an account of a cloud.
type Account struct {
	ID         int64
	Provider   string
	External   string // the provider's own id
	Name       string
	State      string // found, connected, disconnected
	Login      Login
	Every      time.Duration // 0: on demand
	NextAt     time.Time     // zero: none
	JoinedAt   time.Time
	TestedAt   time.Time // zero: never
	Test       []Check
	Groups     []string
	Workloads  int
	Open       int       // findings
	NoData     int       // judgements that could not be made, of failures that were lost sight of too
	LastScanAt time.Time // of the last finished scan; zero if none
}

// An Unconnected account is one that a connected account lists, as an enterprise
// does its accounts, and that is not known here otherwise: nothing of it is
// scanned.
type Unconnected struct {
	Provider string
	External string // the provider's own id
	Name     string // as the provider has it
	State    string // in the provider's word; "" if it says none
	By       int64  // the account that lists it
	ByName   string // its name, or else its own id
}

// A Login says how to sign in to an account. It holds references, no secret.
type Login struct {
	RoleARN    string   `json:"role_arn,omitempty"`
	ExternalID string   `json:"external_id,omitempty"`
	Profile    string   `json:"profile,omitempty"`
	Regions    []string `json:"regions,omitempty"`      // none: all enabled ones
	NoUserData bool     `json:"no_user_data,omitempty"` // what workloads run when they start is not looked through for secrets
}

// A Check is one line of a permission test.
type Check struct {
	Call    string   `json:"call"`    // ec2:DescribeInstances
	Region  string   `json:"region"`  // where it was tried
	Status  string   `json:"status"`  // complete, refused
	Cause   string   `json:"cause"`   // our word for why not
	Code    string   `json:"code"`    // the cloud's own
	Message string   `json:"message"` // the cloud's own words, shortened
	Rules   []string `json:"rules"`   // the rules that it silences
	Fix     string   `json:"fix"`     // what to do, in a sentence
}

// A Workload is a row of the inventory.
type Workload struct {
	Provider, Account, AccountName string
	Region, UID, ID, Name          string
	Type, State                    string // "" where it is not known, as in all that follows
	Endpoint, Tokens               string
	HopLimit                       int
	Internet, Power, Identity      string
	Group                          string // uid of the group that launched it
	Open, NoData                   int    // findings on it
	Risk                           int    // of its worst open finding
	Severity                       finding.Severity
}

// A ScanShard is a unit of a scan's work.
type ScanShard struct {
	Part, Region, State, Reason string
	Worker                      string // who works on it, or did last
	Attempt, Pages, Items       int
	StartedAt, EndedAt, BeatAt  time.Time
}

// A ScanEvent is something that happened during a scan.
type ScanEvent struct {
	ID           int64
	At           time.Time
	Kind         string // log, shard, done
	Part, Region string
	State        string
	Pages, Items int
	Failing      int
	Say          string
}

// A Point is the posture of a day.
type Point struct {
	Day     time.Time
	Posture score.Posture
}

// A Reader answers what may be asked. Everything it tells is within the reach
// of whoever asks, see the access package: the store reads it from the
// context. What is not there, or not within reach, is a problem of kind
// NotFound; a query that it cannot answer one of kind Invalid.
type Reader interface {
	// FindingFields are the keys of queries over findings; WorkloadFields those
	// over the inventory.
	Findings(context.Context, query.Query, Sort, Place) ([]Finding, Cursors, error)
	Groups(context.Context, query.Query) ([]Group, error)
	CountFindings(context.Context, query.Query) (Count, error)
	Facets(ctx context.Context, q query.Query, keys []string) ([]Facet, error)
	Finding(ctx context.Context, number int64) (Finding, []Event, error)
	// Members lists the workloads that share a group's finding, those that fail
	// first, then by risk; none for another finding.
	Members(ctx context.Context, number int64, at Place) ([]Member, Cursors, error)
	// Same lists findings of the same rule elsewhere, the worst first.
	Same(ctx context.Context, number int64, limit int) ([]Finding, error)

	Verdicts(ctx context.Context, number int64) ([]Verdict, error)
	Document(context.Context, Ref) (snapshot.Resource, time.Time, error)

	Standings(context.Context) ([]Standing, error)
	Accounts(context.Context, Place) ([]Account, Cursors, error)
	Account(ctx context.Context, id int64) (Account, error)
	// Unconnected lists the accounts that connected ones know of and that are not
	// connected, by name, to whoever sees all accounts; to others none: what they
	// do not see may be connected.
	Unconnected(context.Context) ([]Unconnected, error)

	Scans(ctx context.Context, account int64, at Place) ([]scan.Record, Cursors, error) // account 0: all; without answers and tallies
	Scan(ctx context.Context, number int64) (scan.Record, error)
	FormerScan(ctx context.Context, number int64) (scan.Record, error)
	ScanShards(ctx context.Context, number int64) ([]ScanShard, error)
	ScanEvents(ctx context.Context, number, after int64, limit int) ([]ScanEvent, error)

	Workloads(context.Context, query.Query, Place) ([]Workload, Cursors, error)
	CountWorkloads(context.Context, query.Query) (Count, error)
	Workload(ctx context.Context, uid string) (Workload, error)
	WorkloadFacets(ctx context.Context, q query.Query, keys []string) ([]Facet, error)

	// FixFirst are the rules whose mending gains the posture most, and by how
	// many hundredths of a point.
	FixFirst(ctx context.Context, n int) ([]Gain, error)
	// Trend is the posture of each of the last days on which it changed.
	Trend(ctx context.Context, days int) ([]Point, error)
	// Ages counts open findings by severity and whether they are due.
	Ages(context.Context) ([]Age, error)
}

// A Verdict is what a rule said of a subject for some time.
type Verdict struct {
	finding.Verdict
	Engine   string
	Scan     int64
	From, To time.Time // To is zero while it stands
}

// A Ref names the very document that a verdict rests on.
type Ref struct {
	Provider, Account, Kind, Region, UID string
	Hash                                 [32]byte
}

// A Gain is what mending all failures of a rule would do.
type Gain struct {
	Rule   string
	Open   int
	Places int // accounts
	Risk   int // the highest
	Points int // hundredths of a point
}

// An Age is how many open findings of a severity there are, and how old.
type Age struct {
	Severity finding.Severity
	Open     int
	Overdue  int
	Soon     int // due within 7 days
	Oldest   time.Time
}
