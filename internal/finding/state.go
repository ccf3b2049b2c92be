package finding

import "time"

// A State is where a finding stands between two scans.
type State string

// The states. A finding that nobody ever saw fail has no row at all, or is
// NoData where we could not tell.
const (
	None     State = ""
	Open     State = "open"     // fails
	NoData   State = "nodata"   // cannot be told, and did not fail when last told
	Lost     State = "lost"     // failed when last told, cannot be told now
	Resolved State = "resolved" // was told to pass
	Gone     State = "gone"     // its subject is no more, or the question no longer arises or is no longer asked
)

// failing says that the finding failed when it was last told.
func (s State) failing() bool { return s == Open || s == Lost }

// A Change is what one scan did to a finding.
type Change string

// The changes. NoChange covers every pair that a reader need not be told of.
const (
	NoChange Change = ""
	New      Change = "new"      // fails now, did not before
	CameBack Change = "reopened" // fails again after it had passed
	Still    Change = "still"    // failed before, fails now
	Fixed    Change = "fixed"    // failed before, passes now
	GoneAway Change = "gone"     // failed before, the thing itself is no more
	LostIt   Change = "lost"     // failed before, can no longer be told
	Untold   Change = "untold"   // could not be told for the first time
	Told     Change = "told"     // could not be told before, passes now
	Retired  Change = "retired"  // failed before, and its rule is no longer in the catalogue
)

// A Sight is what a scan saw of a finding's subject: an outcome, or that the
// subject was not among what was listed.
type Sight int8

// The sights. The first four are the outcomes.
const (
	SawFail          = Sight(Fail)
	SawUnknown       = Sight(Unknown)
	SawPass          = Sight(Pass)
	SawNotApplicable = Sight(NotApplicable)
	NotListed        = Sight(5) // a complete listing does not contain it
	OutOfSight       = Sight(6) // the listing that would contain it is not complete
	NotAsked         = Sight(7) // the rule is no longer among those that judge
)

// Step says what becomes of a finding. Only a pass resolves; only a complete
// listing, or a question that no longer arises or is no longer asked, makes it
// gone; everything that we could not see is lost, never fixed.
func Step(was State, saw Sight) (State, Change) {
	failing := was.failing()
	switch saw {
	case SawFail:
		switch was {
		case Open, Lost:
			return Open, Still
		case Resolved:
			return Open, CameBack
		default:
			return Open, New
		}
	case SawUnknown, OutOfSight:
		switch {
		case was == Open:
			return Lost, LostIt
		case was == Lost || was == NoData:
			return was, NoChange
		case saw == OutOfSight: // nothing was wrong with it when last seen; its gap speaks for it
			return was, NoChange
		default:
			return NoData, Untold
		}
	case SawPass:
		switch {
		case failing:
			return Resolved, Fixed
		case was == NoData:
			return Resolved, Told
		}
	case SawNotApplicable, NotListed:
		switch {
		case failing:
			return Gone, GoneAway
		case was == NoData:
			return Gone, NoChange
		}
	case NotAsked:
		switch {
		case failing:
			return Gone, Retired
		case was == NoData:
			return Gone, NoChange
		}
	}
	return was, NoChange
}

// A Record is a finding as it is kept: its identity, the verdict that it
// rests on now, and when that changed.
type Record struct {
	Number    int64 // FND-n
	Verdict         // as last told; where State is Lost, as it was when it last failed
	State     State
	Cause     []string // why it is nodata or lost, or gone though nobody looked; one sentence each
	FirstSeen time.Time
	ChangedAt time.Time
	SeenAt    time.Time // last scan that told it
	FirstScan int64
	LastScan  int64
}
