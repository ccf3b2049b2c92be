package pages

import "plumbline/web/parts"

// A SignIn is the page on which somebody signs in.
type SignIn struct {
	Host    string // as the browser calls us
	Email   string // as typed before
	Back    string // address to go to afterwards
	Problem string // why it did not work, "" the first time
	Note    string // why the page is shown, "" if it was asked for
}

// A Pick is something to choose among others.
type Pick struct {
	Value, Text, Sub string
	On               bool
}

// A Shown secret is seen once: it stands on one page and is kept nowhere.
type Shown struct{ Title, Text, Label, Secret string }

// A Profile is a person's page about themselves.
type Profile struct {
	Frame       parts.Frame
	Name, Email string
	Notice      *Notice
	Shown       *Shown
	Roles       []string
	Sessions    []SessionRow
	Tokens      []TokenRow
	Scopes      []Pick
	Days        []Pick
	TokenName   string // as typed before
}

// A SessionRow is one session of a person.
type SessionRow struct {
	ID, Agent, Remote, Created, Seen string
	Own                              bool
}

// A TokenRow is one token of a person.
type TokenRow struct {
	ID, Name, Prefix, Scopes, Ends, Used string
	Live                                 bool
}

// Persons is the list of all persons.
type Persons struct {
	Frame       parts.Frame
	Tabs        []Link
	Notice      *Notice
	Shown       *Shown
	List        []PersonRow
	Roles       []Pick
	Over        []Pick
	Email, Name string // as typed before
}

// A PersonRow is one person in the list.
type PersonRow struct {
	Href, Name, Email, SignedIn string
	Roles                       []string
	Disabled, Own               bool
}

// A PersonDetail is the page of one person, for whoever manages people.
type PersonDetail struct {
	Frame       parts.Frame
	Tabs        []Link
	Notice      *Notice
	Shown       *Shown
	Path        string // of this page
	Name, Email string
	Facts       []parts.Fact
	Grants      []GrantRow
	Roles       []Pick
	Over        []Pick
	Disabled    bool
	Own         bool // it is the one who asks
}

// A GrantRow is a role that a person has.
type GrantRow struct{ ID, Role, Over string }

// AccountGroups is the list of groups of accounts, with a form for a new one.
type AccountGroups struct {
	Frame    parts.Frame
	Tabs     []Link
	Notice   *Notice
	List     []GroupRow
	Accounts []Pick
	Name     string // as typed before
}

// A GroupRow is one group of accounts.
type GroupRow struct{ Href, Name, Accounts, People string }

// An AccountGroup is the page of one group.
type AccountGroup struct {
	Frame    parts.Frame
	Tabs     []Link
	Notice   *Notice
	Path     string // of this page
	Title    string
	Name     string
	Accounts []Pick
	People   string
	InUse    bool
}

// An AuditLog is a page of the audit log.
type AuditLog struct {
	Frame   parts.Frame
	Tabs    []Link
	Notice  *Notice
	Chain   Notice
	Check   string // address that checks the whole chain, "" if that was done
	Who     []Pick
	Actions []Pick
	Rows    []AuditRow
	Before  string // line that the page begins below, "" for the newest
	Newest  string // address of the newest lines, "" if these are they
	Older   string // address of older lines, "" at the end
	Clear   string // address without filter, "" if there is none
}

// An AuditRow is one line of the log.
type AuditRow struct {
	Seq, At, Who, Token, Action, Object, Remote string
	Detail                                      []string
}
