// Package sim makes up estates for simulated clouds, each with the answer that
// a true judgement of it must give.
//
// An estate is made from intent: a case such as "v1 allowed, running" is
// written down together with its answer, and everything that cannot matter is
// varied around it. The package never judges: no answer is worked out from the
// settings, and nothing of the rules, facts or collectors is imported, so that
// a fault there cannot hide here.
package sim

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"
)

// The answers that an expectation may give.
const (
	Fail          = "fail"
	Pass          = "pass"
	Unknown       = "unknown"
	NotApplicable = "not_applicable"
)

// The rules that estates carry answers for.
const (
	TokenRequired   = "AWS-IMDS-001"
	HopLimit        = "AWS-IMDS-002"
	DefaultTokens   = "AWS-IMDS-004"
	TokensEnforced  = "AWS-IMDS-005"
	IPv6Off         = "AWS-IMDS-013"
	NoSensitiveTags = "AWS-IMDS-014"
)

// The actions that a region may refuse.
const (
	DescribeInstances           = "DescribeInstances"
	GetInstanceMetadataDefaults = "GetInstanceMetadataDefaults"
)

// The opt-in statuses of a region.
const (
	NotRequired = "opt-in-not-required"
	OptedIn     = "opted-in"
	NotOptedIn  = "not-opted-in"
)

// An Estate is everything a simulated cloud holds. It is safe for concurrent
// use once it is served; its exported fields are read only from then on.
type Estate struct {
	Partition string
	Accounts  []*Account
	Step      int // how often the estate has evolved
	seed      uint64
	next      func(*Estate) *Estate
}

// An Account is one account with its regions and its ways in.
type Account struct {
	ID, Name   string
	AccessKey  string // of a user in the account
	SecretKey  string
	Role       string // ARN of the role that scanners assume
	ExternalID string // that AssumeRole must name
	Regions    []*Region
	Refuses    []string // calls that nobody may make, "iam:GetAccountSummary"
	IAM        *IAM
	Org        *Organisation // nil: it is in none
	OrgCase    string        // name of its case
	Trails     []Trail
	TrailCase  string // name of its case
	book       *trailBook
	grants     []grant
}

// A Region is one region of one account.
type Region struct {
	Account, Name string
	OptIn         string
	Case          string            // name of its case
	Want          map[string]string // answer per rule about the region itself
	Refuses       []string          // actions that nobody may call there, "DescribeInstances" or "ec2:DescribeInstances"

	Net       *Network // what packets meet
	fleet     *Fleet
	watch     *Watch
	forecasts []ForecastExpectation

	storage  *Storage   // as it was changed, nil if it was not
	net      *Network   // likewise
	changing sync.Mutex // one change of the network at a time
	mu       sync.RWMutex
	kind     string          // of the scenes that stand in it
	taken    map[string]bool // addresses, while the region is built
	defaults Defaults
	list     []Instance      // of an estate that is held whole
	lazy     *lazy           // of a large estate, made instance by instance
	changed  map[int]Options // options of a large estate that were modified
	changes  int             // of options, so far
}

// Defaults is what GetInstanceMetadataDefaults tells. An empty string or a
// zero hop limit is an element that the reply leaves out.
type Defaults struct {
	Tokens, Enforced, Endpoint, Tags string
	HopLimit                         int
	ManagedBy, Exception             string
}

// Options is the metadataOptions element. An empty string or a zero hop limit
// is an element that the reply leaves out.
type Options struct {
	State, Tokens, Endpoint, IPv6, Tags string
	HopLimit                            int
}

// An Instance is one instance, as its owner would describe it.
type Instance struct {
	ID, Reservation string
	Case            string            // name of the case it was made for
	Want            map[string]string // answer per rule
	State           string
	Options         *Options // nil: the reply has no such element
	Operator        string   // the service that runs it for the owner, "" if none
	Type, Image     string
	Platform        string // "windows" or ""
	Key, Profile    string // key pair and instance profile names, "" if none; a profile with its path, "team/web"
	Power           string // name of the power case of its profile
	UserData        string // name of the case of its user data
	Usage           string // name of the case of how its metadata service is used
	Care            string // name of the case of how it is cared for
	Zone, VPC       string
	Launched        time.Time
	Groups          []Group
	Interfaces      []Interface
	Tags            []Tag
	Volumes         []string
	Scene           *Scene // whose network it stands in, nil for the ordinary kind
	index           int
}

// A Group is a security group.
type Group struct{ ID, Name string }

// A Tag is a label on an instance.
type Tag struct{ Key, Value string }

// An Interface is one network interface of an instance.
type Interface struct {
	ID, Subnet, MAC, Private string
	Public, IPv6             string  // "" if none
	Groups                   []Group // that it wears, in no order
	Secondary                []Secondary
	MoreIPv6                 []string // beside IPv6
	Prefixes                 []string // IPv6 blocks that belong to it
	DenyAllIGW               bool     // denyAllIgwTraffic: nothing reaches it through an internet gateway
}

// A Secondary is a further private address of an interface, with its public
// one, "" if none.
type Secondary struct{ Private, Public string }

// Name is the value of the Name tag, "" if there is none.
func (i *Instance) Name() string {
	for _, t := range i.Tags {
		if t.Key == "Name" {
			return t.Value
		}
	}
	return ""
}

// An Expectation is the answer that a true judgement gives to one rule about
// one subject.
type Expectation struct{ Rule, UID, Outcome string }

// A Gap is a call that is refused in a region of an account, or, without a
// region, in the whole of it.
type Gap struct{ Account, Region, Action string }

// InstanceUID is the uid by which an instance is known.
func (e *Estate) InstanceUID(account, region, id string) string {
	return fmt.Sprintf("arn:%s:ec2:%s:%s:instance/%s", e.Partition, region, account, id)
}

// RegionUID is the uid by which a region of an account is known.
func (e *Estate) RegionUID(account, region string) string { return "aws:" + account + ":" + region }

// Expected lists the answers about everything that can be seen, sorted by rule
// and uid. Instances in a region where listing them is refused have none: they
// must not appear at all.
func (e *Estate) Expected() []Expectation {
	var out []Expectation
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			out = r.expect(e, out)
		}
	}
	slices.SortFunc(out, func(a, b Expectation) int {
		return cmp.Or(cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.UID, b.UID))
	})
	return out
}

// Gaps lists the refused calls by account, region and action. Regions that are
// not enabled are no gaps.
func (e *Estate) Gaps() []Gap {
	var out []Gap
	for _, a := range e.Accounts {
		for _, action := range a.Refuses {
			out = append(out, Gap{a.ID, "", action})
		}
		for _, r := range a.Regions {
			for _, action := range r.Refuses {
				out = append(out, Gap{a.ID, r.Name, action})
			}
		}
	}
	return out
}

// Account finds an account by id, nil if there is none.
func (e *Estate) Account(id string) *Account {
	for _, a := range e.Accounts {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// Region finds a region by name, nil if the account knows none of that name.
func (a *Account) Region(name string) *Region {
	for _, r := range a.Regions {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Refused says that nobody may make the call, "iam:GetAccountSummary".
func (a *Account) Refused(call string) bool { return slices.Contains(a.Refuses, call) }

// Next is the estate as a later scan would find it: some things mended, some
// newly wrong, some gone, some new. The estate itself is not changed.
func (e *Estate) Next() *Estate { return e.next(e) }
