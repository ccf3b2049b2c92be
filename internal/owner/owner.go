// Package owner says who owns what is found: an ordered list of rules, each a
// condition and an owner, of which the first that matches decides.
//
// It thinks only. What is not known of a subject, such as tags that no scan
// reads, never matches and is never passed over in silence: a Decision names
// the rule that could not be asked.
package owner

import "strings"

// A Kind is what an owner is.
type Kind string

// The kinds of owners.
const (
	Person Kind = "person"
	Team   Kind = "team"
	Queue  Kind = "queue" // of a ticket system, say
)

// Kinds lists all of them.
func Kinds() []Kind { return []Kind{Team, Person, Queue} }

// An Owner is somebody who is to mend something. The zero Owner is nobody.
type Owner struct {
	Name  string `json:"name"`
	Kind  Kind   `json:"kind"`
	Email string `json:"email,omitempty"` // where to write to; "" if nowhere
}

// None says that it is nobody.
func (o Owner) None() bool { return o == Owner{} }

// Word is the name as filters compare it, in small letters.
func (o Owner) Word() string { return Word(o.Name) }

// Word is a name as filters compare it: small letters, one space between words.
func Word(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

// A Rule gives to its owner whatever meets its condition.
type Rule struct {
	When Condition `json:"when"`
	To   Owner     `json:"owner"`
}

// A List is rules in their order: the first that matches decides.
type List []Rule

// A Condition is met where all that it says holds; what is "" says nothing.
type Condition struct {
	Tag *Tag `json:"tag,omitempty"`
	// Account is an account's id or its name here, Group a group of accounts,
	// whatever the case of their letters.
	Account string `json:"account,omitempty"`
	Group   string `json:"account_group,omitempty"`
	// Provider, Region and Kind are words: aws, eu-west-1, workload.
	Provider string `json:"provider,omitempty"`
	Region   string `json:"region,omitempty"`
	Kind     string `json:"kind,omitempty"`
	// Name and UID are patterns over what the resource is called and over its
	// address: a star stands for any text, every other letter for itself.
	Name string `json:"name,omitempty"`
	UID  string `json:"uid,omitempty"`
}

// A Tag is asked for by its key, and by its value unless that is nil. Letters
// count as they are written, as they do in the clouds.
type Tag struct {
	Key   string  `json:"key"`
	Value *string `json:"value,omitempty"`
}

// String is the tag as forms have it: key=value, or the key alone.
func (t Tag) String() string {
	if t.Value == nil {
		return t.Key
	}
	return t.Key + "=" + *t.Value
}

// ParseTag reads what String wrote; nil for "". A key that holds the sign = can
// not be written so.
func ParseTag(s string) *Tag {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	key, value, has := strings.Cut(s, "=")
	t := &Tag{Key: strings.TrimSpace(key)}
	if has {
		value = strings.TrimSpace(value)
		t.Value = &value
	}
	return t
}

// Empty says that the condition says nothing, and so would meet everything.
func (c Condition) Empty() bool { return c == Condition{} }

// Tags are those of a resource. The zero value is that nobody knows them.
type Tags struct {
	Known bool
	Of    map[string]*string // by key; nil where the value is a secret, which nobody keeps
}

// A Subject is what a finding is about, as far as conditions ask.
type Subject struct {
	Provider    string
	Account     string // the provider's own id
	AccountName string // what people here call it
	Groups      []string
	Region      string
	Kind        string
	Name, UID   string
	Tags        Tags
}

// Tidy is the list as it is kept: without spaces around texts, and with e-mail
// addresses and words in small letters.
func (l List) Tidy() List {
	out := make(List, len(l))
	for i, r := range l {
		out[i] = Rule{When: r.When.tidy(), To: r.To.Tidy()}
	}
	return out
}

// Tidy is the owner as it is kept.
func (o Owner) Tidy() Owner {
	return Owner{Name: strings.Join(strings.Fields(o.Name), " "), Kind: Kind(word(string(o.Kind))), Email: word(o.Email)}
}

func (c Condition) tidy() Condition {
	c.Account, c.Group, c.Name, c.UID = strings.TrimSpace(c.Account), strings.TrimSpace(c.Group), strings.TrimSpace(c.Name), strings.TrimSpace(c.UID)
	c.Provider, c.Region, c.Kind = word(c.Provider), word(c.Region), word(c.Kind)
	return c
}

func word(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
