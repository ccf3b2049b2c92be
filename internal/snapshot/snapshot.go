// Package snapshot holds what a cloud answered: answers, refusals included,
// and the things that complete answers listed.
//
// It never interprets a document and never asks for one; it has no clock, no
// network and no database. What a refusal means is said by the provider's fact
// package; what a document means is read there too.
package snapshot

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"sync"
	"time"
)

// DocFormat numbers the rules by which documents are made canonical. It
// changes when such a rule changes, never with an SDK.
const DocFormat = 1

// Global is the region of a thing that belongs to no region.
const Global = "global"

// A Scope is the place a question was asked about.
type Scope struct {
	Provider string // "aws", "ibm", "gcp"
	Account  string // the provider's own id, "111122223333"
	Region   string // "eu-west-1", or Global
}

// A Key names one question: the call as its permission is spelled
// ("ec2:DescribeInstances"), the scope, and the subject ("" for a listing).
type Key struct {
	Call string
	Scope
	Subject string
}

// Compare orders keys by account, region, call and subject.
func (k Key) Compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Provider, o.Provider), cmp.Compare(k.Account, o.Account),
		cmp.Compare(k.Region, o.Region), cmp.Compare(k.Call, o.Call), cmp.Compare(k.Subject, o.Subject))
}

// Status says how far a question was answered.
type Status string

// The ways a question ends. The zero value means that nobody asked.
const (
	Unasked  Status = ""         // nobody asked
	Complete Status = "complete" // answered to the last page
	Partial  Status = "partial"  // some pages, then a refusal
	Refused  Status = "refused"  // nothing usable came
)

// Cause says, in our words, why a question was not answered completely. It is
// derived from the cloud's own code by the provider's fact package.
type Cause string

// The causes. Each is a reason for "not assessed"; none is ever a pass.
const (
	NoCause      Cause = ""
	Denied       Cause = "denied"        // the identity lacks the permission
	Throttled    Cause = "throttled"     // rate limits outlasted the retries
	CutOff       Cause = "cut_off"       // the reply ended early, attempt after attempt
	Unreadable   Cause = "unreadable"    // a reply that is not the cloud's: HTML, an empty 200
	ServerError  Cause = "server_error"  // the cloud answered 5xx
	Unreachable  Cause = "unreachable"   // no connection, no name, time out
	NotOptedIn   Cause = "not_opted_in"  // the region is not enabled for the account
	Interrupted  Cause = "interrupted"   // the scan was stopped before the end
	BadLogin     Cause = "bad_login"     // the credentials are not accepted
	OtherRefusal Cause = "refused"       // any other code of the cloud
	NotCollected Cause = "not_collected" // this version does not ask, or there is nobody to ask
	OutOfScope   Cause = "out_of_scope"  // whoever started the scan left the region out
	Absent       Cause = "absent"        // the reply does not carry the field
	UnknownValue Cause = "unknown_value" // a value that this version does not know
	Pending      Cause = "pending"       // a change was asked for and is not in force yet
)

// An Answer is how one question ended. Together the answers of a scan are its
// coverage ledger.
type Answer struct {
	Key
	Lists     string    // kind of the resources this call lists, "" if it lists none
	Status    Status    //
	Cause     Cause     // why it is not complete
	Code      string    // the cloud's own code, or one of ours beginning "plumbline:"
	Message   string    // the cloud's own words, shortened, free of secrets
	HTTP      int       // status of the last reply, 0 if none came
	Pages     int       // pages that arrived whole
	Items     int       // documents in those pages
	Attempts  int       // requests sent, retries included
	RequestID string    // of the last reply
	AskedAt   time.Time //
	EndedAt   time.Time //
}

// Whole says that every page arrived.
func (a Answer) Whole() bool { return a.Status == Complete }

// LeftOut names the regions that whoever started the scan left out of it,
// sorted: those of which nothing was asked. A single question that was left out
// is no region.
func LeftOut(as []Answer) []string {
	left := map[string]bool{}
	for _, a := range as {
		out, known := left[a.Region]
		left[a.Region] = (out || !known) && a.Cause == OutOfScope
	}
	regions := []string{}
	for region, out := range left {
		if out {
			regions = append(regions, region)
		}
	}
	slices.Sort(regions)
	return regions
}

// A Resource is one thing as the cloud described it.
type Resource struct {
	Kind string // "aws.instance"
	Scope
	UID      string   // see decision 4: an ARN, or "aws:<account>:<region>"
	Name     string   // what its owner calls it, "" if nothing
	Call     string   // the call whose reply this is an element of
	Doc      []byte   // canonical JSON, secrets replaced
	Hash     [32]byte // sha256 of Doc
	Format   int      // DocFormat when Doc was made
	Redacted []string // JSON pointers of replaced secrets
}

// Seal computes the hash and notes the format.
func (r *Resource) Seal() { r.Hash, r.Format = sha256.Sum256(r.Doc), DocFormat }

// Intact says that the document is the one that was hashed.
func (r *Resource) Intact() bool { return sha256.Sum256(r.Doc) == r.Hash }

// A Context is what every workload of one account is judged against: the
// documents that are not workloads, and the coverage ledger so far. It is not
// changed after New.
type Context struct {
	Provider  string
	Account   string
	TakenAt   time.Time // fixed once per scan
	resources map[string][]Resource
	answers   []Answer
	byKey     map[Key]int
	under     *Context  // what this one stands beside, see Beside
	derived   *sync.Map // see Derive
}

// NewContext sorts what it is given, so that the order of arrival cannot
// matter. The last answer to a question wins.
func NewContext(provider, account string, at time.Time, rs []Resource, as []Answer) *Context {
	c := &Context{Provider: provider, Account: account, TakenAt: at, resources: map[string][]Resource{}, byKey: map[Key]int{}, derived: new(sync.Map)}
	for _, r := range rs {
		c.resources[r.Kind] = append(c.resources[r.Kind], r)
	}
	for _, l := range c.resources {
		slices.SortStableFunc(l, func(a, b Resource) int {
			return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.UID, b.UID))
		})
	}
	c.answers = slices.Clone(as)
	slices.SortStableFunc(c.answers, func(a, b Answer) int { return a.Key.Compare(b.Key) })
	for i, a := range c.answers {
		c.byKey[a.Key] = i
	}
	return c
}

// Beside is the context with a few more documents and answers: those that came
// with a page of workloads and are about them alone. It costs what is added,
// whatever the context holds. What is added is found first by Resource and
// Answer; Resources and Answers list the context below and leave it out, for
// nothing that is about one workload may decide about another.
func (c *Context) Beside(rs []Resource, as []Answer) *Context {
	if len(rs)+len(as) == 0 {
		return c
	}
	over := NewContext(c.Provider, c.Account, c.TakenAt, rs, as)
	over.under, over.derived = c, c.derived
	return over
}

// Derive gives what make works out of the whole context, such as an index of
// its networks: once for each key, however many ask. make must be pure, and
// key comparable and of a type that its package keeps to itself. A context
// that stands beside another shares the other's.
func (c *Context) Derive(key any, make func(*Context) any) any {
	if c.under != nil {
		return c.under.Derive(key, make)
	}
	slot, _ := c.derived.LoadOrStore(key, &derivation{})
	d := slot.(*derivation)
	d.once.Do(func() { d.value = make(c) })
	return d.value
}

// A derivation is worked out once.
type derivation struct {
	once  sync.Once
	value any
}

// Kinds that the context holds resources of, sorted.
func (c *Context) Kinds() []string { return slices.Sorted(maps.Keys(c.whole().resources)) }

// Resources of a kind, by region and uid.
func (c *Context) Resources(kind string) []Resource { return c.whole().resources[kind] }

// whole is the context without what stands beside it.
func (c *Context) whole() *Context {
	for c.under != nil {
		c = c.under
	}
	return c
}

// Resource finds one by kind, region and uid.
func (c *Context) Resource(kind, region, uid string) (*Resource, bool) {
	if r, ok := c.resource(kind, region, uid); ok || c.under == nil {
		return r, ok
	}
	return c.under.Resource(kind, region, uid)
}

func (c *Context) resource(kind, region, uid string) (*Resource, bool) {
	l := c.resources[kind]
	i, ok := slices.BinarySearchFunc(l, uid, func(r Resource, uid string) int {
		return cmp.Or(cmp.Compare(r.Region, region), cmp.Compare(r.UID, uid))
	})
	if !ok {
		return nil, false
	}
	return &l[i], true
}

// Answers of the ledger, sorted by key.
func (c *Context) Answers() []Answer { return c.whole().answers }

// Answer to one question; the zero Answer, with status Unasked, if nobody
// asked it.
func (c *Context) Answer(call, region, subject string) Answer {
	k := Key{Call: call, Scope: Scope{c.Provider, c.Account, region}, Subject: subject}
	if i, ok := c.byKey[k]; ok {
		return c.answers[i]
	}
	if c.under != nil {
		return c.under.Answer(call, region, subject)
	}
	return Answer{Key: k, Cause: NotCollected}
}

// With returns the context with further answers, for the end of a scan.
func (c *Context) With(as []Answer) *Context {
	var rs []Resource
	for _, l := range c.whole().resources {
		rs = append(rs, l...)
	}
	return NewContext(c.Provider, c.Account, c.TakenAt, rs, append(slices.Clone(c.Answers()), as...))
}
