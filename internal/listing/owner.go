package listing

import (
	"context"
	"time"

	"plumbline/internal/finding"
	"plumbline/internal/owner"
)

// What a person does to the owner of a finding, as its history tells it.
const (
	Assigned  finding.Change = "assigned"
	TakenBack finding.Change = "taken back"
)

// An Ownership is who owns a finding and why. The zero value is that nobody
// does and every rule could be asked.
type Ownership struct {
	owner.Owner
	Rule   int       // which rule gave it, counted from 1; 0 if none did
	Passed int       // the first rule before it that could not be asked, for a tag is not known; 0 if all could
	By     string    // who assigned it by hand; "" where the rules did
	At     time.Time // when they did
}

// ByHand says that a person assigned it: rules leave it alone.
func (o Ownership) ByHand() bool { return o.By != "" }

// Owners is the ordered list of rules that say who owns what, and the findings
// that a person assigned by hand. Each act is one transaction with its line in
// the audit log, on behalf of the viewer in the context; what they may not do is
// a problem of kind Forbidden.
type Owners interface {
	// OwnerRules gives the list that holds; its Version is 0 where nobody ever
	// kept one.
	OwnerRules(context.Context) (OwnerRules, error)
	// PreviewOwners says what a list would do. It keeps nothing. A list with
	// flaws is a problem of kind Invalid.
	PreviewOwners(context.Context, owner.List) (OwnerPreview, error)
	// KeepOwners puts a list in the place of the one of that version and applies
	// it at once. Where somebody else was faster, it is a problem of kind Conflict
	// and nothing is changed.
	KeepOwners(ctx context.Context, l owner.List, version int64) (OwnerRules, error)
	// AssignOwner gives a finding to an owner, whatever the rules say.
	AssignOwner(ctx context.Context, finding int64, to owner.Owner) error
	// TakeBackOwner leaves a finding to the rules again.
	TakeBackOwner(ctx context.Context, finding int64) error
	// OwnersKnown lists the owners that rules and people named, by name.
	OwnersKnown(context.Context) ([]owner.Owner, error)
	// Unowned counts the open findings within the viewer's reach that nobody
	// owns. Whoever reads the estate may ask.
	Unowned(context.Context) (int, error)
}

// OwnerRules are a version of the list.
type OwnerRules struct {
	Version int64
	Rules   owner.List
	By      string // who kept it
	At      time.Time
	Changed int // findings that have another owner for it; known only of what was just kept
}

// An OwnerPreview is what a list would do to the findings that stand: those
// that fail, cannot be told, or are lost from sight. The closed ones keep the
// owner that they had.
type OwnerPreview struct {
	Rules   []OwnerShare // by their order
	Before  OwnerCount   // as it is
	After   OwnerCount   // as it would be
	ByHand  int          // that rules leave alone
	Changes int          // that would have another owner
	Moves   []OwnerMove  // the worst first, at most 100 of them
}

// An OwnerShare is what one rule would own.
type OwnerShare struct {
	Open   int // failing
	Others int // that cannot be told, or are lost from sight
	Passed int // findings of which it could not be told whether it matches
	Note   string
	// Note says that it names an account or a group that is not there; "" if not.
}

// An OwnerCount is how many findings have an owner.
type OwnerCount struct{ Owned, Unowned, UnownedOpen int }

// An OwnerMove is one finding that would have another owner. An empty name is
// nobody.
type OwnerMove struct {
	Number                     int64
	Rule                       string // of the catalogue
	Severity                   finding.Severity
	Account, Region, Name, UID string
	From, To                   string
	By                         int // the rule that would own it, counted from 1; 0 for none
}
