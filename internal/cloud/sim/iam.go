package sim

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// IAM is what one account knows of identities. Its slices are read by List and
// changed by Change only, once the estate is served.
type IAM struct {
	mu sync.RWMutex

	Roles    []Role
	Policies []Policy // the owner's, and those of AWS that are in use
	Profiles []Profile
	Users    []User
	Groups   []UserGroup
	RootKeys int // access keys of the root user
	RootMFA  bool

	reportAsked int // how often the credential report was asked for
}

// A Role is an IAM role with the policies in it and on it.
type Role struct {
	Name, Path, ID string // path "/" or "/team/"
	Trust          string // JSON
	Inline         []Document
	Attached       []string // ARNs of managed policies
	Boundary       string   // ARN of one, "" for none
	Tags           []Tag
	Made, LastUsed time.Time
	LastRegion     string
	MaxSession     int // seconds; 0 is an hour
}

// A Document is a policy by name, in JSON.
type Document struct{ Name, JSON string }

// A Policy is a managed policy with its versions.
type Policy struct {
	Name, Path, ID, ARN string
	Versions            []Document // by version id, "v2" before "v1"
	Default             string     // id of the version in force
	Made                time.Time
}

// A Profile is an instance profile. It may be empty, and need not be called as
// its role is.
type Profile struct {
	Name, Path, ID string
	Role           string // name, "" for none
	Made           time.Time
}

// A User is a person or a program with long-lived keys.
type User struct {
	Name, Path, ID string
	Inline         []Document
	Attached       []string
	Groups         []string
	Boundary       string
	Made           time.Time
	Password       bool
	PasswordUsed   time.Time // zero: never
	MFA            bool
	Keys           []AccessKey // two at most
}

// An AccessKey is one key of a user.
type AccessKey struct {
	ID           string
	Active       bool
	Rotated      time.Time
	Used         time.Time // zero: never
	UsedRegion   string
	UsedServices string
}

// A UserGroup is a group of users.
type UserGroup struct {
	Name, Path, ID string
	Inline         []Document
	Attached       []string
	Made           time.Time
}

// View calls a function while nothing can change.
func (i *IAM) View(see func(*IAM)) {
	i.mu.RLock()
	defer i.mu.RUnlock()
	see(i)
}

// Change calls a function that may change it.
func (i *IAM) Change(change func(*IAM)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	change(i)
}

// Role finds a role by name, -1 if there is none. Names are alike in any case.
func (i *IAM) Role(name string) int {
	return slices.IndexFunc(i.Roles, func(r Role) bool { return strings.EqualFold(r.Name, name) })
}

// Policy finds a managed policy by ARN, -1 if there is none.
func (i *IAM) Policy(arn string) int {
	return slices.IndexFunc(i.Policies, func(p Policy) bool { return p.ARN == arn })
}

// Profile finds an instance profile by path and name, as the end of its ARN
// has them: "web" or "team/web". -1 is none.
func (i *IAM) Profile(pathAndName string) int {
	return slices.IndexFunc(i.Profiles, func(p Profile) bool { return strings.TrimPrefix(p.Path, "/")+p.Name == pathAndName })
}

// AskReport counts requests for a credential report and says how far it is:
// STARTED, INPROGRESS, then COMPLETE.
func (i *IAM) AskReport() string {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.reportAsked++
	return [...]string{"STARTED", "INPROGRESS", "COMPLETE"}[min(i.reportAsked, 3)-1]
}

// ReportReady says that the credential report can be fetched.
func (i *IAM) ReportReady() bool {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return i.reportAsked >= 3
}

// clone is a copy for another day, which may be changed apart. The report is
// there already: AWS keeps it for four hours.
func (i *IAM) clone() *IAM {
	i.mu.RLock()
	defer i.mu.RUnlock()
	return &IAM{
		Roles: slices.Clone(i.Roles), Policies: slices.Clone(i.Policies), Profiles: slices.Clone(i.Profiles), Users: slices.Clone(i.Users),
		Groups: slices.Clone(i.Groups), RootKeys: i.RootKeys, RootMFA: i.RootMFA, reportAsked: i.reportAsked,
	}
}

// The trust policies of roles.
const (
	trustEC2 = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	// Both names of the service, as documents for several partitions have them.
	trustChina    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","ec2.amazonaws.com.cn"]},"Action":"sts:AssumeRole"}]}`
	trustAnyone   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}`
	trustStranger = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com","AWS":"arn:aws:iam::999988887777:root"},"Action":["sts:AssumeRole","sts:TagSession"]}}`
	trustLambda   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","lambda.amazonaws.com"]},"Action":"sts:AssumeRole"}]}`
)

// policy joins statements to a policy of the version in use.
func policy(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

// quoted writes one word as a string and more as a list, as people do.
func quoted(words string) string {
	list := strings.Fields(words)
	if len(list) == 1 {
		return `"` + list[0] + `"`
	}
	return `["` + strings.Join(list, `","`) + `"]`
}

// allow and deny write a statement, deny about everything; actions and resources
// are split at blanks.
func allow(actions, resources string) string { return statement("Allow", actions, resources, "") }

func deny(actions string) string { return statement("Deny", actions, "*", "") }

// statement writes a statement with a condition, which is JSON or "".
func statement(effect, actions, resources, condition string) string {
	s := `{"Effect":"` + effect + `","Action":` + quoted(actions) + `,"Resource":` + quoted(resources)
	if condition != "" {
		s += `,"Condition":` + condition
	}
	return s + "}"
}

// Uses counts where a managed policy is attached, and where it is a boundary.
func (i *IAM) Uses(arn string) (attached, boundary int) {
	count := func(arns []string, bound string) {
		if slices.Contains(arns, arn) {
			attached++
		}
		if bound == arn {
			boundary++
		}
	}
	for _, r := range i.Roles {
		count(r.Attached, r.Boundary)
	}
	for _, u := range i.Users {
		count(u.Attached, u.Boundary)
	}
	for _, g := range i.Groups {
		count(g.Attached, "")
	}
	return attached, boundary
}
