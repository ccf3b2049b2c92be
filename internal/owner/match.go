package owner

import (
	"slices"
	"strings"
)

// A Match is whether a condition is met.
type Match int8

// The three answers. Unsure is that of a condition whose other parts hold, and
// which asks for a tag that is not known.
const (
	No Match = iota
	Yes
	Unsure
)

// A Decision is what a list says of a subject.
type Decision struct {
	Rule   int // counted from 1; 0 if none matches
	Passed int // the first rule before it that could not be asked; 0 if all could
}

// Decide gives the first rule that matches. A rule of which it cannot be told
// whether it does is passed over, and named.
func (l List) Decide(s *Subject) Decision {
	var d Decision
	for i := range l {
		switch l[i].When.Match(s) {
		case Yes:
			d.Rule = i + 1
			return d
		case Unsure:
			if d.Passed == 0 {
				d.Passed = i + 1
			}
		case No:
		}
	}
	return d
}

// Owner is who a decision of the list gives a subject to; nobody if no rule
// matched.
func (l List) Owner(d Decision) Owner {
	if d.Rule < 1 || d.Rule > len(l) {
		return Owner{}
	}
	return l[d.Rule-1].To
}

// AsksTags says that some rule needs the tags of subjects.
func (l List) AsksTags() bool {
	return slices.ContainsFunc(l, func(r Rule) bool { return r.When.Tag != nil })
}

// Match says whether the subject meets all that the condition says. An empty
// condition is met by nothing.
func (c Condition) Match(s *Subject) Match {
	same := func(want, is string) bool { return want == "" || want == is }
	switch {
	case c.Empty(),
		!same(c.Provider, s.Provider), !same(c.Region, s.Region), !same(c.Kind, s.Kind),
		c.Account != "" && !strings.EqualFold(c.Account, s.Account) && !strings.EqualFold(c.Account, s.AccountName),
		c.Group != "" && !slices.ContainsFunc(s.Groups, func(g string) bool { return strings.EqualFold(g, c.Group) }),
		c.Name != "" && !Like(c.Name, s.Name),
		c.UID != "" && !Like(c.UID, s.UID):
		return No
	case c.Tag != nil:
		return c.Tag.match(s.Tags)
	}
	return Yes
}

func (t *Tag) match(tags Tags) Match {
	if !tags.Known {
		return Unsure
	}
	value, has := tags.Of[t.Key]
	switch {
	case !has:
		return No
	case t.Value == nil:
		return Yes
	case value == nil: // it is there, and is a secret
		return Unsure
	case *value == *t.Value:
		return Yes
	}
	return No
}

// Like says whether a text is like a pattern, in which a star stands for any
// text, none included.
func Like(pattern, text string) bool {
	part, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, part)
	if !ok {
		return false
	}
	for {
		part, rest, star = strings.Cut(rest, "*")
		if !star {
			return strings.HasSuffix(text, part)
		}
		i := strings.Index(text, part) // as early as it can be leaves the most for what follows
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
}

// Common are the tags that all workloads of a group have, with the value where
// it is one and the same. They are known where those of each are.
func Common(all []Tags) Tags {
	if len(all) == 0 {
		return Tags{}
	}
	out := Tags{Known: true, Of: map[string]*string{}}
	for _, t := range all {
		if !t.Known {
			return Tags{}
		}
	}
	for key, value := range all[0].Of {
		if here, ok := shared(key, value, all[1:]); ok {
			out.Of[key] = here
		}
	}
	return out
}

// shared says whether all have the key with the same value. Where one is a
// secret, so is what they have in common.
func shared(key string, value *string, others []Tags) (*string, bool) {
	for _, t := range others {
		here, has := t.Of[key]
		switch {
		case !has:
			return nil, false
		case here == nil || value == nil:
			value = nil
		case *here != *value:
			return nil, false
		}
	}
	return value, true
}
