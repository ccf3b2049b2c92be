package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// newIAM is what every account knows of identities before any instance has
// one: the scanner's role, a role of AWS's own, and a few users.
func newIAM(a *Account) *IAM {
	i := &IAM{RootMFA: true}
	i.Roles = []Role{
		{Name: "plumbline-scanner", Path: "/", ID: "AROA" + word16(a.ID+"scanner"), Made: epoch, Attached: []string{awsPolicyARN("ViewOnlyAccess")},
			Trust: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + a.ID + `:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"` + a.ExternalID + `"}}}]}`},
		{Name: "AWSServiceRoleForAutoScaling", Path: "/aws-service-role/autoscaling.amazonaws.com/", ID: "AROA" + word16(a.ID+"scaling"), Made: epoch,
			Attached: []string{serviceRolePolicy.ARN},
			Trust:    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"autoscaling.amazonaws.com"},"Action":"sts:AssumeRole"}]}`},
	}
	i.Policies = []Policy{awsPolicy("ViewOnlyAccess"), serviceRolePolicy}
	i.Groups = []UserGroup{{Name: "developers", Path: "/", ID: "AGPA" + word16(a.ID+"developers"), Made: epoch, Attached: []string{awsPolicyARN("ViewOnlyAccess")},
		Inline: []Document{{"own-keys", policy(allow("iam:ListAccessKeys", "arn:aws:iam::"+a.ID+":user/${aws:username}"))}}}}
	i.Users = users(a)
	return i
}

// serviceRolePolicy is what AWS gives its own role for Auto Scaling.
var serviceRolePolicy = Policy{
	Name: "AutoScalingServiceRolePolicy", Path: "/aws-service-role/", ID: "ANPA" + word16("AutoScalingServiceRolePolicy"), Default: "v1", Made: epoch.AddDate(-7, 0, 0),
	ARN: "arn:aws:iam::aws:policy/aws-service-role/AutoScalingServiceRolePolicy",
	Versions: []Document{{"v1", policy(allow("ec2:CreateFleet ec2:RunInstances ec2:TerminateInstances ec2:Describe*", "*"),
		statement("Allow", "iam:PassRole", "*", `{"StringLike":{"iam:PassedToService":"ec2.amazonaws.com*"}}`))}},
}

// users are a person, a program with an old key and a new one, and somebody who
// left.
func users(a *Account) []User {
	id := func(name string) string { return word16(a.ID + name) }
	return []User{
		{Name: "anna", Path: "/people/", ID: "AIDA" + id("anna"), Made: epoch, Password: true, PasswordUsed: epoch.AddDate(1, 5, 0), MFA: true, Groups: []string{"developers"}},
		{Name: "deploy", Path: "/", ID: "AIDA" + id("deploy"), Made: epoch, Inline: []Document{{"deploy", policy(allow("s3:PutObject", "arn:aws:s3:::releases/*"))}}, Keys: []AccessKey{
			{ID: "AKIA" + id("deploy1"), Active: true, Rotated: epoch, Used: epoch.AddDate(1, 6, 0), UsedRegion: "eu-west-1", UsedServices: "s3"},
			{ID: "AKIA" + id("deploy2"), Active: true, Rotated: epoch.AddDate(1, 7, 0)}}},
		{Name: "left-company", Path: "/people/", ID: "AIDA" + id("left"), Made: epoch, Attached: []string{awsPolicyARN("ViewOnlyAccess")}, Password: true, Keys: []AccessKey{
			{ID: "AKIA" + id("left1"), Rotated: epoch}}},
	}
}

// give makes the role and the profile of a case under a name, and returns what
// instances name: the end of the profile's ARN, "" for none.
func (i *IAM) give(a *Account, name string, c PowerCase) string {
	path := c.Path
	if path == "" {
		path = "/"
	}
	p := Profile{Name: name, Path: path, ID: "AIPA" + word16(a.ID+name), Role: name, Made: epoch}
	switch c.Shape {
	case "none":
		return ""
	case "gone":
		return strings.TrimPrefix(path, "/") + name
	case "without role":
		p.Role = ""
	case "renamed":
		p.Name = "profile-of-" + name
	}
	if p.Role != "" {
		i.Roles = append(i.Roles, i.role(a, name, path, c))
	}
	i.Profiles = append(i.Profiles, p)
	return strings.TrimPrefix(path, "/") + p.Name
}

func (i *IAM) role(a *Account, name, path string, c PowerCase) Role {
	r := Role{Name: name, Path: path, ID: "AROA" + word16(a.ID+name), Trust: c.Trust, Inline: c.Inline, Made: epoch, LastUsed: epoch.AddDate(1, 2, 3), LastRegion: "eu-west-1", Tags: []Tag{{"owner", "platform"}}}
	if r.Trust == "" {
		r.Trust = trustEC2
	}
	for _, n := range c.Attached {
		r.Attached = append(r.Attached, i.managed(a, n))
	}
	for _, p := range c.Own {
		r.Attached = append(r.Attached, i.own(a, p))
	}
	for _, p := range c.Bounds {
		i.own(a, p)
	}
	if c.Missing {
		r.Attached = append(r.Attached, "arn:aws:iam::"+a.ID+":policy/in-no-listing")
	}
	if c.Boundary != "" {
		r.Boundary = i.managed(a, c.Boundary)
	}
	return r
}

// managed is the ARN of a policy by name. Those of AWS are listed once they
// are in use.
func (i *IAM) managed(a *Account, name string) string {
	if !isAWSPolicy(name) {
		return "arn:aws:iam::" + a.ID + ":policy/" + name
	}
	arn := awsPolicyARN(name)
	if i.Policy(arn) < 0 {
		i.Policies = append(i.Policies, awsPolicy(name))
	}
	return arn
}

func (i *IAM) own(a *Account, p Policy) string {
	p.ARN, p.ID, p.Made = "arn:aws:iam::"+a.ID+":policy/"+p.Name, "ANPA"+word16(a.ID+p.Name), epoch
	if i.Policy(p.ARN) < 0 {
		i.Policies = append(i.Policies, p)
	}
	return p.ARN
}

// A grant is a case with the profile that stands for it in an account.
type grant struct{ power, profile string }

// grantAll gives an account a role of every case that is true in it.
func (a *Account) grantAll() []grant {
	org := orgCaseNamed(a.OrgCase)
	var out []grant
	for n, c := range powerCases {
		fits := c.Org == org.Name || c.Org == "" && (!org.Cuts || c.Level == None && c.Shape != "" || c.Name == "nothing at all")
		if fits {
			out = append(out, grant{c.Name, a.IAM.give(a, fmt.Sprintf("%03d-%s", n, slug(c.Name)), c)})
		}
	}
	return out
}

// slug makes a name of IAM from words: letters, digits and dashes, 50 at most.
func slug(words string) string {
	b := []byte(strings.ToLower(words))
	for i, c := range b {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			b[i] = '-'
		}
	}
	if len(b) > 50 {
		b = b[:50]
	}
	return strings.Trim(string(b), "-")
}

// powerByName finds a case.
var powerByName = func() map[string]*PowerCase {
	m := map[string]*PowerCase{}
	for i := range powerCases {
		m[powerCases[i].Name] = &powerCases[i]
	}
	return m
}()

func powerCaseNamed(name string) *PowerCase {
	c := powerByName[name]
	if c == nil {
		panic("no such power case: " + name)
	}
	return c
}

// A PowerExpectation is what the identity of an instance truly may do.
type PowerExpectation struct {
	UID, Case string
	Profile   string // ARN, "" for none
	Role      string // ARN, "" for none or where it cannot be known
	Level     string // at most
	Least     string // for certain; "" is not said
	By        []string
	DeniesV1  bool // of the role, see PowerCase
	Perimeter bool
	Broad     bool
}

// ExpectedPower lists it for every instance that can be seen, by uid.
func (e *Estate) ExpectedPower() []PowerExpectation {
	var out []PowerExpectation
	e.visible(func(a *Account, r *Region, i *Instance) {
		c := powerCaseNamed(i.Power)
		x := PowerExpectation{UID: e.InstanceUID(a.ID, r.Name, i.ID), Case: c.Name, Level: c.Level, Least: c.Least, By: c.By, DeniesV1: c.DeniesV1, Perimeter: c.Perimeter, Broad: c.Broad}
		if orgCaseNamed(a.OrgCase).Unsure && c.Level != None {
			x.Least = ""
		}
		if i.Profile != "" {
			x.Profile = "arn:" + e.Partition + ":iam::" + a.ID + ":instance-profile/" + i.Profile
			x.Role = a.roleBehind(i.Profile)
		}
		out = append(out, x)
	})
	return sortedByUID(out, func(x PowerExpectation) string { return x.UID })
}

// roleBehind is the ARN of the role in a profile, "" if there is none.
func (a *Account) roleBehind(profile string) (arn string) {
	a.IAM.View(func(i *IAM) {
		n := i.Profile(profile)
		if n < 0 || i.Profiles[n].Role == "" {
			return
		}
		r := i.Roles[i.Role(i.Profiles[n].Role)]
		arn = "arn:aws:iam::" + a.ID + ":role" + r.Path + r.Name
	})
	return arn
}

// visible calls a function for every instance that can be seen.
func (e *Estate) visible(see func(*Account, *Region, *Instance)) {
	for _, a := range e.Accounts {
		for _, r := range a.Regions {
			if !r.Enabled() || r.Refused(DescribeInstances) {
				continue
			}
			for n := range r.Len() {
				i := r.Instance(n)
				see(a, r, &i)
			}
		}
	}
}

func sortedByUID[T any](l []T, uid func(T) string) []T {
	slices.SortFunc(l, func(a, b T) int { return strings.Compare(uid(a), uid(b)) })
	return l
}

// An AccountExpectation is what is true of an account as a whole.
type AccountExpectation struct {
	Account        string
	RootKeys       int
	TrailCase      string
	GoodTrail      bool
	TrailsSigned   bool
	ReportedKeys   int // access keys of users, in the credential report
	OldestKeyMade  time.Time
	UsersWithNoMFA []string // who have a password
}

// ExpectedAccounts lists it by account.
func (e *Estate) ExpectedAccounts() []AccountExpectation {
	var out []AccountExpectation
	for _, a := range e.Accounts {
		c := trailCaseNamed(a.TrailCase)
		x := AccountExpectation{Account: a.ID, RootKeys: a.IAM.RootKeys, TrailCase: c.Name, GoodTrail: c.Good, TrailsSigned: c.Validated}
		for _, u := range a.IAM.Users {
			x.ReportedKeys += len(u.Keys)
			for _, k := range u.Keys {
				if x.OldestKeyMade.IsZero() || k.Rotated.Before(x.OldestKeyMade) {
					x.OldestKeyMade = k.Rotated
				}
			}
			if u.Password && !u.MFA {
				x.UsersWithNoMFA = append(x.UsersWithNoMFA, u.Name)
			}
		}
		out = append(out, x)
	}
	return out
}
