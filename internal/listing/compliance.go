package listing

import (
	"context"
	"time"

	"plumbline/internal/estate"
	"plumbline/internal/finding"
	"plumbline/internal/framework"
	"plumbline/internal/score"
)

// Compliance answers what is asked of the store to tell how controls stand. It
// knows rules only: which of them speak about a control, a framework says.
// Everything is within the reach of whoever asks.
type Compliance interface {
	// RuleWeeks tells how rules stood from each bound to the next, all accounts
	// together. Bounds rise, and the last is not in the future.
	RuleWeeks(ctx context.Context, rules []string, bounds []time.Time) ([]RuleWeek, error)
	// RulesNow tells how rules stand now: what RuleWeeks tells of the end of a week
	// that ends now, from counts that are kept ready. Its Worst is empty.
	RulesNow(ctx context.Context, rules []string, now time.Time) (RuleWeek, error)
	// RuleCounts tells how often rules passed, failed and could not tell in each
	// account's last finished scan, for a score.
	RuleCounts(ctx context.Context, rules []string) ([]score.Count, error)
	// Looks tells of each account the last finished scan that began before a time.
	Looks(ctx context.Context, at time.Time) ([]Look, error)
	// FindingsOn gives the numbers of the findings that rules have on subjects of
	// an account, by rule and uid; a workload of a group has its group's.
	FindingsOn(ctx context.Context, account int64, rules, uids []string) (map[RuleOn]int64, error)
	// CountedMappings are the mappings that count beside those of publishers.
	CountedMappings(ctx context.Context) ([]CountedMapping, error)
}

// MappingClerk changes which mappings count.
type MappingClerk interface {
	// CountMappings lets mappings of a status count, or no longer. It is one
	// transaction with its line in the audit log. Publishers' always count: a
	// problem of kind Invalid.
	CountMappings(ctx context.Context, status framework.Status, on bool) error
}

// A RuleWeek is how rules stood from one time to another.
type RuleWeek struct {
	From, To time.Time
	Rules    map[string]*RuleStanding
	// Looked is how many accounts were asked by a finished scan in the seven days
	// before the end; Blind are those that were not, though before. What was known
	// of them counts as not known, and as not known for long; what failed when it
	// was last told stays past due.
	Looked int
	Blind  []string
	// Left are those that were not, and were disconnected by its end. They are left
	// out.
	Left []string
}

// A RuleStanding is how a rule stood.
type RuleStanding struct {
	// End is as the last scan before the end told it. What failed and was lost
	// sight of since counts among what cannot be told.
	End framework.Tally
	// Worst has the most of each number that there was at any time: of failures
	// and of what could not be told, the most that one scan of each account told.
	Worst framework.Tally
}

// A Look is the last finished scan of an account before some time.
type Look struct {
	Account Account   // ID, Provider, External, Name and State alone
	Scan    int64     // 0: none was finished by then
	At      time.Time // when it began
	LeftAt  time.Time // when the account was disconnected; zero: it is not, or nobody noted when
}

// Lasting is how long a finished scan stands for its account: seven days, so
// that a whole week is told only by scans of that week.
const Lasting = 7 * aDay

// An Absence is why what was once told of an account does not count.
type Absence string

// The reasons. The empty one is that it counts.
const (
	NeverScanned Absence = "never_scanned" // nothing was ever told
	NotLookedAt  Absence = "not_looked_at" // connected, and no scan asked it for seven days: not known
	Disconnected Absence = "disconnected"  // and no scan asked it for seven days: left out
)

// Absent says why an account does not count at the time of the look, and since
// when: the last scan's time, or when it was disconnected; zero where nobody
// knows. One that left while its last scan still stood counts until that is
// seven days old.
func (l *Look) Absent(at time.Time) (Absence, time.Time) {
	switch {
	case l.Scan != 0 && !l.At.Before(at.Add(-Lasting)):
		return "", time.Time{}
	case l.Left(at):
		return Disconnected, l.LeftAt
	case l.Scan == 0:
		return NeverScanned, time.Time{}
	}
	return NotLookedAt, l.At
}

// Left says that the account was disconnected by then. One of which nobody noted
// when counts as having left long ago.
func (l *Look) Left(at time.Time) bool {
	return l.Account.State == "disconnected" && !l.LeftAt.After(at)
}

// A RuleOn is a rule and the uid of a subject.
type RuleOn struct{ Rule, UID string }

// A CountedMapping is a status of mappings that somebody lets count.
type CountedMapping struct {
	Status framework.Status
	Who    string
	At     time.Time
}

// Populations tells what rules say of every subject on a day. Passes are not
// stored, so it judges what is stored as of that day, by the rules as they are
// now; it keeps nothing and asks no cloud.
type Populations interface {
	// Population lists a page of the subjects, by account.
	Population(ctx context.Context, rules []string, at time.Time, place Place) ([]Judged, Cursors, error)
	// Sample draws n subjects. The same seed draws the same ones from the same
	// population, however it is stored.
	Sample(ctx context.Context, rules []string, at time.Time, n int, seed string) (Sample, error)
}

// A Judged is one subject of a population.
type Judged struct {
	Account  Account // ID, Provider, External, Name
	Scan     int64   // whose documents were judged
	Subject  estate.Subject
	Place    bool // it is no subject, but a place where nobody could look
	Outcome  finding.Outcome
	Verdicts []finding.Verdict // one for each rule that applies, passes included
	Findings map[string]int64  // numbers of its findings, by rule
}

// A Sample is some subjects of a population, drawn by a seed.
type Sample struct {
	Seed                string
	All                 int // subjects of the population
	Pass, Fail, Unknown int // of them
	NA                  int // subjects of which no question arises; not of the population
	Places              int // where nobody could look: what stands there is in no population
	Drawn               []Judged
}
