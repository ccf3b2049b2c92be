package owner

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of a list.
const (
	Most        = 200 // rules
	longestName = 80  // characters of an owner's name
	longestMail = 254
	longestText = 512 // of anything that a condition asks for
)

// providers and kinds are the words that conditions take.
var (
	providers = []string{"aws", "ibm", "gcp", "azure"}
	kinds     = []string{"workload", "template", "image", "principal", "credential", "network", "gate", "account", "account_region", "organisation", "host", "endpoint"}
)

// Providers are the words for clouds.
func Providers() []string { return slices.Clone(providers) }

// SubjectKinds are the words for what a finding is about.
func SubjectKinds() []string { return slices.Clone(kinds) }

// A Flaw is what is wrong with one part of a rule, and what to do about it.
type Flaw struct {
	Rule  int    // counted from 1; 0 where it is the list's
	Field string // as JSON names it: "owner.name"; "" where it is the rule's
	Text  string // a sentence
}

// Check finds everything that is wrong with a list; none where it can be kept.
func (l List) Check() []Flaw {
	var all []Flaw
	if len(l) > Most {
		all = append(all, Flaw{Text: fmt.Sprintf("There are %d rules; at most %d are kept. Join some of them with a pattern.", len(l), Most)})
	}
	first := map[string]int{} // by an owner's word
	for i := range l {
		n := i + 1
		for _, f := range l[i].Check() {
			f.Rule = n
			all = append(all, f)
		}
		w := l[i].To.Word()
		switch was := first[w]; {
		case was == 0:
			first[w] = n
		case l[was-1].To != l[i].To:
			all = append(all, Flaw{Rule: n, Field: "owner", Text: fmt.Sprintf("Rule %d writes this owner's name, kind or e-mail otherwise. Write them alike in both.", was)})
		}
	}
	return all
}

// Check finds what is wrong with one rule by itself.
func (r Rule) Check() []Flaw {
	all := r.When.check()
	for _, f := range r.To.Check() {
		f.Field = strings.TrimSuffix("owner."+f.Field, ".")
		all = append(all, f)
	}
	return all
}

func (c Condition) check() (all []Flaw) {
	add := func(field, format string, a ...any) {
		all = append(all, Flaw{Field: strings.TrimSuffix("when."+field, "."), Text: fmt.Sprintf(format, a...)})
	}
	if c.Empty() {
		add("", "The rule has no condition. To give its owner all that the rules above leave, set the address to *.")
	}
	texts := []struct{ field, text string }{{"account", c.Account}, {"account_group", c.Group}, {"region", c.Region}, {"name", c.Name}, {"uid", c.UID}}
	if c.Tag != nil {
		texts = append(texts, struct{ field, text string }{"tag", c.Tag.String()})
		if c.Tag.Key == "" {
			add("tag", "The tag has no key. Write key=value, or the key alone for any value.")
		}
	}
	for _, t := range texts {
		if text := unsound(t.text, longestText); text != "" {
			add(t.field, "%s", text)
		}
	}
	for _, t := range []struct{ field, text string }{{"account", c.Account}, {"account_group", c.Group}, {"region", c.Region}} {
		if strings.Contains(t.text, "*") {
			add(t.field, "A star is taken in names and addresses only. Write it in full.")
		}
	}
	if c.Provider != "" && !slices.Contains(providers, c.Provider) {
		add("provider", "There is no cloud %q. Take one of %s.", c.Provider, strings.Join(providers, ", "))
	}
	if c.Kind != "" && !slices.Contains(kinds, c.Kind) {
		add("kind", "There is no kind %q. Take one of %s.", c.Kind, strings.Join(kinds, ", "))
	}
	return all
}

// Check finds what is wrong with an owner.
func (o Owner) Check() (all []Flaw) {
	add := func(field, format string, a ...any) {
		all = append(all, Flaw{Field: field, Text: fmt.Sprintf(format, a...)})
	}
	text := unsound(o.Name, longestName)
	switch w := o.Word(); {
	case w == "":
		add("name", "The owner has no name. Write who is to mend what the rule matches.")
	case text != "":
		add("name", "%s", text)
	case w == "none" || w == "me":
		add("name", "%q means something else in filters. Choose another name.", o.Name)
	case strings.ContainsAny(o.Name, `"*`) || o.Name != strings.Join(strings.Fields(o.Name), " "):
		add("name", "The name holds a quotation mark, a star, or a space too many. Leave them out.")
	}
	if !slices.Contains(Kinds(), o.Kind) {
		add("kind", "An owner is a team, a person or a queue; %q is none of them.", string(o.Kind))
	}
	if o.Email != "" && !soundMail(o.Email) {
		add("email", "%q is no e-mail address. Write one such as payments@example.com, or none.", o.Email)
	}
	return all
}

func soundMail(s string) bool {
	name, host, ok := strings.Cut(s, "@")
	return ok && name != "" && strings.Contains(strings.Trim(host, "."), ".") && !strings.Contains(host, "@") &&
		!strings.ContainsFunc(s, unicode.IsSpace) && unsound(s, longestMail) == ""
}

// unsound says why a text is not kept: it would not be seen as it is.
func unsound(s string, longest int) string {
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unseen):
		return "This holds what is no text. Type it anew."
	case utf8.RuneCountInString(s) > longest:
		return fmt.Sprintf("This has %d characters; at most %d are kept.", utf8.RuneCountInString(s), longest)
	case s != strings.TrimSpace(s):
		return "This begins or ends with a space. Leave it out."
	}
	return ""
}

// unseen says of a letter that it is not seen, or turns others round.
func unseen(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
}
