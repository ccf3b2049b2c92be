package owner_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plumbline/internal/owner"
)

func text(s string) *string { return &s }

func known(pairs ...string) owner.Tags {
	t := owner.Tags{Known: true, Of: map[string]*string{}}
	for i := 0; i < len(pairs); i += 2 {
		t.Of[pairs[i]] = &pairs[i+1]
	}
	return t
}

// web is a workload as conditions see it.
func web() owner.Subject {
	return owner.Subject{Provider: "aws", Account: "111122223333", AccountName: "payments-prod", Groups: []string{"Payments", "PCI"}, Region: "eu-west-1", Kind: "workload",
		Name: "web-7", UID: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc", Tags: known("team", "payments", "env", "")}
}

func TestAConditionIsMetWhereAllOfItHolds(t *testing.T) {
	t.Parallel()
	tag := func(s string) owner.Condition { return owner.Condition{Tag: owner.ParseTag(s)} }
	for name, c := range map[string]struct {
		when owner.Condition
		want owner.Match
	}{
		"a tag and its value":              {tag("team=payments"), owner.Yes},
		"a tag by its key":                 {tag("team"), owner.Yes},
		"a tag that is empty":              {tag("env="), owner.Yes},
		"letters of tags count as written": {tag("Team=payments"), owner.No},
		"another value":                    {tag("team=search"), owner.No},
		"no such tag":                      {tag("owner"), owner.No},
		"the account's id":                 {owner.Condition{Account: "111122223333"}, owner.Yes},
		"the account's name":               {owner.Condition{Account: "Payments-Prod"}, owner.Yes},
		"another account":                  {owner.Condition{Account: "444455556666"}, owner.No},
		"a group of accounts":              {owner.Condition{Group: "pci"}, owner.Yes},
		"another group":                    {owner.Condition{Group: "PC"}, owner.No},
		"the cloud":                        {owner.Condition{Provider: "aws"}, owner.Yes},
		"another cloud":                    {owner.Condition{Provider: "gcp"}, owner.No},
		"the region":                       {owner.Condition{Region: "eu-west-1"}, owner.Yes},
		"another region":                   {owner.Condition{Region: "eu-west-2"}, owner.No},
		"the kind":                         {owner.Condition{Kind: "workload"}, owner.Yes},
		"another kind":                     {owner.Condition{Kind: "template"}, owner.No},
		"a pattern of the name":            {owner.Condition{Name: "web-*"}, owner.Yes},
		"the name in full":                 {owner.Condition{Name: "web-7"}, owner.Yes},
		"a part of the name":               {owner.Condition{Name: "web"}, owner.No},
		"a pattern of the address":         {owner.Condition{UID: "arn:aws:ec2:*:instance/*"}, owner.Yes},
		"a dot is a dot":                   {owner.Condition{Name: "web.7"}, owner.No},
		"two things":                       {owner.Condition{Tag: owner.ParseTag("team"), Region: "eu-west-1"}, owner.Yes},
		"two things, one of which is not":  {owner.Condition{Tag: owner.ParseTag("team"), Region: "eu-west-2"}, owner.No},
		"nothing":                          {owner.Condition{}, owner.No},
	} {
		s := web()
		if got := c.when.Match(&s); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// What is not known is no match, and is told.
func TestARuleThatCannotBeAskedIsPassedOverAndNamed(t *testing.T) {
	t.Parallel()
	l := owner.List{
		{When: owner.Condition{Region: "us-east-1", Tag: owner.ParseTag("team")}, To: owner.Owner{Name: "elsewhere"}},
		{When: owner.Condition{Tag: owner.ParseTag("team=payments")}, To: owner.Owner{Name: "payments"}},
		{When: owner.Condition{Tag: owner.ParseTag("pci")}, To: owner.Owner{Name: "security"}},
		{When: owner.Condition{Account: "payments-prod"}, To: owner.Owner{Name: "platform"}},
	}
	for name, c := range map[string]struct {
		tags owner.Tags
		want owner.Decision
	}{
		"tags are known":               {known("team", "payments"), owner.Decision{Rule: 2}},
		"tags are not known":           {owner.Tags{}, owner.Decision{Rule: 4, Passed: 2}},
		"the value is a secret":        {owner.Tags{Known: true, Of: map[string]*string{"team": nil}}, owner.Decision{Rule: 4, Passed: 2}},
		"a secret is a tag of its key": {owner.Tags{Known: true, Of: map[string]*string{"pci": nil}}, owner.Decision{Rule: 3}},
	} {
		s := web()
		s.Tags = c.tags
		if got := l.Decide(&s); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	s := web()
	s.Tags = owner.Tags{}
	if got := l[:3].Decide(&s); got != (owner.Decision{Passed: 2}) || !l.Owner(got).None() {
		t.Errorf("of a list that ends there: %+v", got)
	}
}

func TestAStarStandsForAnyText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"*", "", true}, {"*", "x", true}, {"", "", true}, {"", "x", false}, {"a*a", "a", false}, {"a*a", "aa", true}, {"a*b*c", "a-b-b-c", true},
		{"a*b*c", "a-c-b", false}, {"**", "x", true}, {"*web*", "my-web-1", true}, {"web*", "my-web", false}, {"*web", "web-1", false}, {"a?c", "abc", false}, {"[ab]", "a", false},
	} {
		if got := owner.Like(c.pattern, c.text); got != c.want {
			t.Errorf("%q is like %q: %t", c.text, c.pattern, got)
		}
	}
}

// A pattern holds for whatever its stars are filled with, and star by star is
// how the slow way says it.
func TestPatternsAgreeWithTheSlowWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern, s := rapid.StringMatching(`[ab*]{0,8}`).Draw(t, "pattern"), rapid.StringMatching(`[ab]{0,8}`).Draw(t, "text")
		if got, want := owner.Like(pattern, s), slowly(pattern, s); got != want {
			t.Fatalf("%q is like %q: %t, want %t", s, pattern, got, want)
		}
	})
}

func slowly(pattern, s string) bool {
	switch {
	case pattern == "":
		return s == ""
	case pattern[0] == '*':
		return slowly(pattern[1:], s) || s != "" && slowly(pattern, s[1:])
	}
	return s != "" && pattern[0] == s[0] && slowly(pattern[1:], s[1:])
}

func conditions() *rapid.Generator[owner.Condition] {
	return rapid.Custom(func(t *rapid.T) owner.Condition {
		pick := func(name string, of ...string) string { return rapid.SampledFrom(append(of, "")).Draw(t, name) }
		return owner.Condition{
			Tag: owner.ParseTag(pick("tag", "team", "team=payments", "team=search", "env=prod")), Account: pick("account", "1", "2"), Region: pick("region", "eu", "us"),
			Kind: pick("kind", "workload", "template"), Name: pick("name", "web*", "*"),
		}
	})
}

func subjects() *rapid.Generator[owner.Subject] {
	return rapid.Custom(func(t *rapid.T) owner.Subject {
		pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
		s := owner.Subject{Account: pick("account", "1", "2", "3"), Region: pick("region", "eu", "us"), Kind: pick("kind", "workload", "template"), Name: pick("name", "web-1", "db")}
		switch pick("tags", "unknown", "none", "team", "secret") {
		case "none":
			s.Tags = known()
		case "team":
			s.Tags = known("team", pick("team", "payments", "search"))
		case "secret":
			s.Tags = owner.Tags{Known: true, Of: map[string]*string{"team": nil}}
		}
		return s
	})
}

// The order decides: the first rule that matches, whatever stands below it.
func TestTheFirstMatchWins(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var l owner.List
		for _, c := range rapid.SliceOfN(conditions(), 0, 6).Draw(t, "conditions") {
			l = append(l, owner.Rule{When: c})
		}
		s := subjects().Draw(t, "subject")
		d := l.Decide(&s)
		for i := range l {
			m := l[i].When.Match(&s)
			switch n := i + 1; {
			case m == owner.Yes && (d.Rule == 0 || n < d.Rule):
				t.Fatalf("rule %d matches, and %d decides", n, d.Rule)
			case n == d.Rule && m != owner.Yes:
				t.Fatalf("rule %d decides and does not match", n)
			case m == owner.Unsure && (d.Rule == 0 || n < d.Rule) && (d.Passed == 0 || n < d.Passed):
				t.Fatalf("rule %d could not be asked, and %d is named", n, d.Passed)
			}
		}
		if d.Rule > 0 { // and what stands below it does not matter
			if got := l[:d.Rule].Decide(&s); got != d {
				t.Fatalf("without the rules below: %+v, want %+v", got, d)
			}
			moved := append(owner.List{l[d.Rule-1]}, l...)
			if got := moved.Decide(&s); got.Rule != 1 {
				t.Fatalf("the rule moved to the top does not decide: %+v", got)
			}
		}
	})
}

// A group has the tags that all its workloads have.
func TestAGroupHasWhatItsWorkloadsHaveInCommon(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of   []owner.Tags
		want owner.Tags
	}{
		"no workload":             {nil, owner.Tags{}},
		"one":                     {[]owner.Tags{known("a", "1")}, known("a", "1")},
		"alike":                   {[]owner.Tags{known("a", "1", "b", "2"), known("a", "1", "b", "3")}, known("a", "1")},
		"one is not known":        {[]owner.Tags{known("a", "1"), {}}, owner.Tags{}},
		"a secret in one of them": {[]owner.Tags{known("a", "1"), {Known: true, Of: map[string]*string{"a": nil}}}, owner.Tags{Known: true, Of: map[string]*string{"a": nil}}},
	} {
		if d := cmp.Diff(c.want, owner.Common(c.of)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestAListIsKeptWithoutFlawsOnly(t *testing.T) {
	t.Parallel()
	team := owner.Owner{Name: "payments", Kind: owner.Team, Email: "pay@example.com"}
	all := owner.Condition{UID: "*"}
	for name, c := range map[string]struct {
		l    owner.List
		want []string // rule, field
	}{
		"none":                      {nil, nil},
		"one":                       {owner.List{{all, team}}, nil},
		"no condition":              {owner.List{{owner.Condition{}, team}}, []string{"1 when"}},
		"a tag without a key":       {owner.List{{owner.Condition{Tag: &owner.Tag{Value: text("x")}}, team}}, []string{"1 when.tag"}},
		"a star in an account":      {owner.List{{owner.Condition{Account: "pay*"}, team}}, []string{"1 when.account"}},
		"words of no list":          {owner.List{{owner.Condition{Provider: "oracle", Kind: "car"}, team}}, []string{"1 when.provider", "1 when.kind"}},
		"letters that are not seen": {owner.List{{owner.Condition{Name: "a\u202eb"}, team}}, []string{"1 when.name"}},
		"no owner":                  {owner.List{{all, owner.Owner{}}}, []string{"1 owner.name", "1 owner.kind"}},
		"a word of filters":         {owner.List{{all, owner.Owner{Name: "None", Kind: owner.Team}}}, []string{"1 owner.name"}},
		"no address":                {owner.List{{all, owner.Owner{Name: "a", Kind: owner.Person, Email: "a at b"}}}, []string{"1 owner.email"}},
		"one name for two":          {owner.List{{all, team}, {all, owner.Owner{Name: "Payments", Kind: owner.Queue}}}, []string{"2 owner"}},
	} {
		var got []string
		for _, f := range c.l.Check() {
			got = append(got, strings.TrimSpace(string(rune('0'+f.Rule))+" "+f.Field))
			if !strings.HasSuffix(f.Text, ".") {
				t.Errorf("%s: %q is no sentence", name, f.Text)
			}
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	long := make(owner.List, owner.Most+1)
	for i := range long {
		long[i] = owner.Rule{When: all, To: team}
	}
	if got := long.Check(); len(got) != 1 || got[0].Rule != 0 {
		t.Errorf("a list that is too long: %+v", got)
	}
}

// What a program writes is what it reads, and what a form writes too.
func TestRulesAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := owner.Rule{When: conditions().Draw(t, "condition"), To: owner.Owner{Name: "a", Kind: owner.Team}}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var again owner.Rule
		if err := json.Unmarshal(b, &again); err != nil || !cmp.Equal(r, again) {
			t.Fatalf("%s is read as %+v (%v)", b, again, err)
		}
		if r.When.Tag != nil && !cmp.Equal(owner.ParseTag(r.When.Tag.String()), r.When.Tag) {
			t.Fatalf("%s is read otherwise", r.When.Tag)
		}
	})
}

func TestAListIsTidiedAndSaidInWords(t *testing.T) {
	t.Parallel()
	got := owner.List{{owner.Condition{Tag: owner.ParseTag(" team = payments "), Region: " EU-West-1", Kind: "account_region", Name: " web-* "}, owner.Owner{Name: " Pay  ments ", Kind: "Team", Email: "Pay@Example.com "}}}.Tidy()
	want := owner.List{{owner.Condition{Tag: &owner.Tag{Key: "team", Value: text("payments")}, Region: "eu-west-1", Kind: "account_region", Name: "web-*"}, owner.Owner{Name: "Pay ments", Kind: owner.Team, Email: "pay@example.com"}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if s := got[0].When.String(); s != "tag team=payments, region eu-west-1, kind account region, name web-*" {
		t.Error(s)
	}
}
