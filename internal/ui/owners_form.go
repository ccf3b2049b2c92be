package ui

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/owner"
	"plumbline/internal/problem"
	"plumbline/web/pages"
)

// longestOwners is how long a form may be that carries a list of rules.
const longestOwners = 1 << 20

// draftText is a list as a page carries it.
func draftText(l owner.List) string {
	if len(l) == 0 {
		return "[]"
	}
	b, err := json.Marshal(l)
	if err != nil { // texts always can be written
		return "[]"
	}
	return string(b)
}

// draftIn reads what a page carried.
func draftIn(draft, version string) (owner.List, int64, error) {
	var l owner.List
	n, err := strconv.ParseInt(version, 10, 64)
	if err != nil || n < 0 || json.Unmarshal([]byte(draft), &l) != nil || len(l) > owner.Most+1 {
		return nil, 0, problem.New(problem.Invalid, "What the page carried of the rules cannot be read. Load the page again; nothing was saved.")
	}
	return l, n, nil
}

// A ruleForm is one rule as it was typed.
type ruleForm struct {
	number int // of the rule that is edited; 0 adds one
	rule   owner.Rule
	faults map[string]string // by field
	whole  string            // a fault of the rule as a whole
}

func newForm() ruleForm { return ruleForm{rule: owner.Rule{To: owner.Owner{Kind: owner.Team}}} }

func formOf(r owner.Rule) ruleForm { return ruleForm{rule: r} }

func ruleFormIn(v url.Values) ruleForm {
	n, err := strconv.Atoi(v.Get("rule"))
	if err != nil || n < 0 {
		n = 0
	}
	when := owner.Condition{Tag: owner.ParseTag(v.Get("tag")), Account: v.Get("account"), Group: v.Get("group"), Provider: v.Get("provider"),
		Region: v.Get("region"), Kind: v.Get("kind"), Name: v.Get("name"), UID: v.Get("uid")}
	l := owner.List{{When: when, To: ownerIn(v)}}.Tidy()
	return ruleForm{number: n, rule: l[0]}
}

// ownerIn reads who something is given to.
func ownerIn(v url.Values) owner.Owner {
	return owner.Owner{Name: v.Get("owner"), Kind: owner.Kind(v.Get("kind-of")), Email: v.Get("email")}.Tidy()
}

// ruleFields are the inputs of a form by the field of a flaw.
var ruleFields = map[string]string{
	"when.tag": "tag", "when.account": "account", "when.account_group": "group", "when.provider": "provider", "when.region": "region", "when.kind": "kind",
	"when.name": "name", "when.uid": "uid", "owner.name": "owner", "owner.kind": "kind-of", "owner.email": "email",
}

// check notes what is wrong with the rule, by itself and beside those of the
// list.
func (f *ruleForm) check(l owner.List) {
	f.faults = map[string]string{}
	note := func(flaws []owner.Flaw) {
		for _, flaw := range flaws {
			id := ruleFields[flaw.Field]
			f.faults[id] = strings.TrimSpace(f.faults[id] + " " + flaw.Text)
		}
	}
	note(f.rule.Check())
	if f.number > len(l) {
		f.faults[""] = "The list no longer has this rule. Load the page again."
	}
	if len(f.faults) == 0 && f.number == 0 && len(l) >= owner.Most {
		note(append(l, f.rule).Check()[:1])
	}
	f.whole = f.faults[""]
}

// page is the form as it is shown. open is the rule that is edited, 0 if one is
// added.
func (f *ruleForm) page(open int, known []owner.Owner) pages.OwnerForm {
	p := pages.OwnerForm{Title: "Add a rule", Button: "Add it to the end", Number: strconv.Itoa(open), Fault: f.whole}
	if open > 0 {
		p.Title, p.Button, p.Cancel = "Edit rule "+strconv.Itoa(open), "Put it into the list", true
	}
	when := f.rule.When
	tag := ""
	if when.Tag != nil {
		tag = when.Tag.String()
	}
	add := func(id, label, sample, hint, value string, options ...pages.Option) {
		p.Fields = append(p.Fields, pages.OwnerField{ID: id, Label: label, Sample: sample, Hint: hint,
			Field: pages.Field{Value: value, Fault: f.faults[id], Options: options}})
	}
	add("tag", "Tag", "team=payments", "Of the workload: key=value, or the key alone for any value. Letters count as written.", tag)
	add("account", "Account", "111122223333", "Its id, or its name here.", when.Account)
	add("group", "Account group", "", "Its name, whatever the case of its letters.", when.Group)
	add("region", "Region", "eu-west-1", "In full.", when.Region)
	add("name", "Name of the resource", "web-*", "A star stands for any text.", when.Name)
	add("uid", "Address of the resource", "arn:aws:ec2:*:instance/*", "A star stands for any text; * alone is everything.", when.UID)
	add("provider", "Cloud", "", "", when.Provider, choices(owner.Providers(), when.Provider, "Any cloud", estate.CloudName)...)
	add("kind", "Kind of resource", "", "", when.Kind, choices(owner.SubjectKinds(), when.Kind, "Any kind", func(s string) string { return sentenceName(strings.ReplaceAll(s, "_", " ")) })...)
	p.Owner = ownerFields(f.rule.To, known, f.faults)
	return p
}

// choices are the words of a closed list.
func choices(all []string, chosen, none string, say func(string) string) []pages.Option {
	out := []pages.Option{{Text: none, Chosen: chosen == ""}}
	for _, w := range all {
		out = append(out, pages.Option{Value: w, Text: say(w), Chosen: w == chosen})
	}
	return out
}

// ownerFields are the inputs that say who an owner is.
func ownerFields(to owner.Owner, known []owner.Owner, faults map[string]string) pages.OwnerFields {
	f := pages.OwnerFields{Name: pages.Field{Value: to.Name, Fault: faults["owner"]}, Kind: pages.Field{Fault: faults["kind-of"]},
		Email: pages.Field{Value: to.Email, Fault: faults["email"]}}
	for _, k := range owner.Kinds() {
		f.Kind.Options = append(f.Kind.Options, pages.Option{Value: string(k), Text: sentenceName(string(k)), Chosen: k == to.Kind})
	}
	for _, k := range known {
		f.Known = append(f.Known, k.Name)
	}
	return f
}
