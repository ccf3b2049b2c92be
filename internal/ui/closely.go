package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/enforce"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/finding"
	"plumbline/internal/inspect"
	"plumbline/internal/power"
	"plumbline/web/pages"
	"plumbline/web/parts"
)

// mostRows is how many lines of a list on a workload's page are shown. The rest
// stands in the API.
const mostRows = 25

// closely answers the four questions about a workload, and tells what each rule
// said. found are the addresses of its findings, by rule.
func (u *ui) closely(p *pages.Workload, rep *inspect.Report, found map[string]string) {
	w := rep.Workload
	p.Way = u.way(&rep.Path)
	p.Metadata = metadataOf(w)
	p.Next = nextOf(rep.Group)
	p.Reach, p.Openings, p.Ways = reachOf(w)
	p.Power, p.Becomings, p.Grants = powerOf(w)
	p.Hidden, p.Secrets = hiddenOf(w)
	p.Asked = u.askedOf(rep.Verdicts, found)
	if state, ok := w.State.Get(); ok {
		p.Facts[1].Parts = text(state)
	} else {
		p.Facts[1] = unclear("State", w.State.Why())
	}
	p.Facts = append(p.Facts, parts.Fact{Name: "As of", Parts: text(day(rep.TakenAt)), Sub: "the last finished scan"})
}

// known is a line of what is known: the value in words, or that it is not known
// and why.
func known[T any](name string, f fact.Of[T], words func(T) string) parts.Fact {
	v, ok := f.Get()
	if !ok {
		return unclear(name, f.Why())
	}
	return parts.Fact{Name: name, Parts: text(words(v))}
}

// unclear is a line of what is not known, and why.
func unclear(name string, why *fact.Reason) parts.Fact {
	return parts.Fact{Name: name, Tag: &parts.Tag{Icon: "eye", Text: "Not known"}, Sub: sentence(why.String())}
}

// wordsOf reads a table of words; a word that it lacks speaks for itself.
func wordsOf(table map[string]string) func(string) string {
	return func(s string) string { return cmp.Or(table[s], s) }
}

// yesNo says a truth in the words for each.
func yesNo(yes, no string) func(bool) string {
	return func(b bool) string {
		if b {
			return yes
		}
		return no
	}
}

// gapsOf are the reasons why a list may not be whole, each once.
func gapsOf[T any](l fact.List[T]) (out []string) {
	for _, g := range l.Gaps() {
		if s := sentence(g.String()); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// cutList shows the first lines of a list, and says how many more there are.
func cutList[T any](all []T) (first []T, more string) {
	if n := len(all) - mostRows; n > 0 {
		return all[:mostRows], some(n, "more is", "more are") + " not shown here; the API lists all."
	}
	return all, ""
}

// lastPart is the last part of an ARN or of another long name.
func lastPart(name string) string {
	if i := strings.LastIndexAny(name, "/:"); i >= 0 && i+1 < len(name) {
		return name[i+1:]
	}
	return name
}

var (
	unknownState = pages.State{Tone: "q", Icon: "eye", Word: "Not known"}
	classAnswers = map[string]struct {
		state pages.State
		say   string
	}{
		estate.ClassOff:          {pages.State{Tone: "ok", Icon: "check", Word: "Off"}, "Nothing answers: no credentials can be read from it."},
		estate.ClassUnauthGet:    {pages.State{Tone: "err", Icon: "alert", Word: "A plain request is answered"}, "Whatever on it can be made to fetch an address can read the credentials of its identity."},
		estate.ClassStaticHeader: {pages.State{Tone: "err", Icon: "alert", Word: "A fixed header is enough"}, "A request with a header that is the same everywhere reads the credentials."},
		estate.ClassSessionToken: {pages.State{Tone: "ok", Icon: "check", Word: "A session token is needed"}, "A token has to be fetched first, by a PUT with a header of its own, which few programs can be made to send."},
		estate.ClassProcessBound: {pages.State{Tone: "ok", Icon: "check", Word: "Only certain processes are answered"}, "The service answers no other process of the workload."},
	}
	byWords = map[string]string{"template": "its template", "account": "the account's default", "image": "its image", "service": "the service's own default"}
)

const hopMeaning = "network hops that a token's reply may travel"

func metadataOf(w *estate.Workload) pages.Question {
	m := &w.Metadata
	hop := known("Hop limit", m.HopLimit, func(n int64) string { return fmt.Sprint(n) })
	if m.HopLimit.Known() {
		hop.Sub = hopMeaning
	}
	endpoint := known("Endpoint", m.Endpoint, func(s string) string { return s })
	q := pages.Question{Answer: &unknownState, Facts: []parts.Fact{
		known("Tokens", m.Tokens, func(s string) string { return s }),
		known("In force", m.Applied, yesNo("yes", "no: a change was asked for and is pending")),
		endpoint,
	}}
	if w.Provider == ibm {
		q.Facts = metadataOfIBM(m, endpoint)
	}
	q.Facts = append(q.Facts, hop,
		known("IPv6 address", m.IPv6, yesNo("answers too", "does not answer")),
		known("Tells tags", m.Tags, yesNo("yes, to every process", "no")),
		known("Containers", m.Containers, yesNo("those with a network of their own can read the credentials", "those with a network of their own cannot read the credentials")))
	if w.Provider != ibm { // which measures neither
		q.Facts = append(q.Facts,
			known("Without a token", w.Usage.NoToken, func(n int64) string { return times(n) + " answered in the last 14 days" }),
			known("Refused for it", w.Usage.Rejected, func(n int64) string { return times(n) + " in the last 24 hours" }))
	}
	if tokens, _ := m.Tokens.Get(); tokens == "optional" {
		q.Facts = append(q.Facts, parts.Fact{Name: "Requiring tokens", Parts: text(enforce.Say(&w.Usage))})
	}
	class, ok := m.Class.Get()
	if !ok {
		q.Say = "What it takes to read its credentials cannot be told. " + sentence(m.Class.Why().String())
		return q
	}
	a, ok := classAnswers[class]
	if !ok {
		q.Say = "What it takes to read its credentials is told in a word that this version does not know: " + class + "."
		return q
	}
	q.Answer, q.Say = &a.state, a.say
	return q
}

func times(n int64) string {
	if n == 0 {
		return "no request"
	}
	return some(int(n), "request", "requests")
}

// nextOf is what the next instance of a group gets, nil where there is no group.
func nextOf(t *estate.Template) *pages.Named {
	if t == nil {
		return nil
	}
	f := &t.Next
	return &pages.Named{
		Title: "What the next instance of its group gets",
		Lead:  "The group " + cmpOr(t.Name, cmpOr(t.ID, t.UID)) + " launched this one. A fix on this instance alone is lost with the next.",
		Facts: []parts.Fact{
			known("Launch", f.Launches, yesNo("goes through", "is refused: tokens are enforced, and these settings do not require them")),
			saidBy("Tokens", f.Tokens, f.TokensBy),
			saidBy("Endpoint", f.Endpoint, f.EndpointBy),
			saidBy("Hop limit", fact.Map(f.HopLimit, func(n int64) string { return fmt.Sprint(n) }), f.HopLimitBy),
			known("Public address", f.PublicIP, wordsOf(map[string]string{"subnet": "as the subnet has it"})),
			known("It may", f.Power, wordsOf(powerWords)),
		},
	}
}

// saidBy is a setting, and who decides it.
func saidBy(name string, f, by fact.Of[string]) parts.Fact {
	p := known(name, f, func(s string) string { return s })
	if who, ok := by.Get(); ok && f.Known() {
		p.Sub = "by " + cmp.Or(byWords[who], who)
	}
	return p
}

var powerWords = map[string]string{
	"admin": "do everything", "escalation": "give itself more rights", "write": "change things", "data_read": "read data",
	"read": "read settings", "limited": "do little", "none": "do nothing", "unknown": "not known",
}

var powerAnswers = map[power.Level]pages.State{
	power.Admin:      {Tone: "err", Icon: "alert", Word: "Everything in the account"},
	power.Escalation: {Tone: "err", Icon: "alert", Word: "Give itself more than it has"},
	power.Write:      {Tone: "err", Icon: "alert", Word: "Change data, security or network"},
	power.DataRead:   {Tone: "err", Icon: "alert", Word: "Read what is stored"},
	power.Read:       {Icon: "info", Word: "List and describe"},
	power.Limited:    {Tone: "ok", Icon: "check", Word: "Little"},
	power.None:       {Tone: "ok", Icon: "check", Word: "Nothing"},
}

var inferred = parts.Tag{Icon: "info", Text: "Condition taken to be met"}

func powerOf(w *estate.Workload) (pages.Question, []pages.Becoming, []pages.Grant) {
	i := &w.Identity
	q := pages.Question{Answer: powerAnswer(i.Power, i.AtLeast), Gaps: gapsOf(i.Grants)}
	var become []pages.Becoming
	if w.Provider == ibm {
		q.Facts, become = choosingFacts(i), becomingsOf(i)
		for _, g := range gapsOf(i.Profiles) {
			if !slices.Contains(q.Gaps, g) {
				q.Gaps = append(q.Gaps, g)
			}
		}
	} else {
		q.Facts = []parts.Fact{
			named("Identity", i.Name, "nothing is bound"),
			known("Bound by", i.Mechanism, wordsOf(map[string]string{"instance_profile": "an instance profile", "none": "nothing is bound"})),
			named("Role", i.Role, "no role stands behind it"),
			known("At most it may", i.Power, wordsOf(powerWords)),
			known("For certain it may", i.AtLeast, wordsOf(powerWords)),
		}
	}
	var all []pages.Grant
	for _, g := range i.Grants.Items() {
		row := pages.Grant{Level: sentenceName(cmp.Or(powerWords[g.Level], g.Level)), Action: g.Action, Resource: g.Resource, Why: sentence(g.Why), Policy: g.Policy, Statement: statementOf(w.Provider, g.Statement), Holder: g.Holder}
		if g.Inferred {
			row.Tag = &inferred
		}
		all = append(all, row)
	}
	all, q.More = cutList(all)
	return q, become, all
}

// statementOf says which part of a policy gives something: a statement, or on IBM
// Cloud the access group that the policy is given to.
func statementOf(provider, part string) string {
	switch {
	case part == "":
		return ""
	case provider == ibm:
		return "through the access group " + part
	}
	return "statement " + part
}

// powerAnswer says what an identity may do: for certain if that is known to be
// all, else how far it is known.
func powerAnswer(atMost, atLeast fact.Of[string]) *pages.State {
	most, known := atMost.Get()
	least, sure := atLeast.Get()
	a, ok := powerAnswers[power.Level(most)]
	switch {
	case known && ok && sure && least != most:
		a.Tone, a.Icon, a.Sub = "q", "eye", "at most; for certain it may "+cmp.Or(powerWords[least], least)
	case known && ok:
	case sure && power.Level(least).Rank() >= power.DataRead.Rank():
		a = powerAnswers[power.Level(least)]
		a.Sub = "at least; what else is not known"
	default:
		a = unknownState
	}
	return &a
}

// named is a line with a name that the provider gave.
func named(name string, f fact.Of[string], none string) parts.Fact {
	v, ok := f.Get()
	if !ok {
		return unclear(name, f.Why())
	}
	if v == "" {
		return parts.Fact{Name: name, Parts: text(none)}
	}
	return parts.Fact{Name: name, Parts: coded(v)}
}

// askedOf is what every rule said, failures first.
func (u *ui) askedOf(vs []finding.Verdict, found map[string]string) *pages.Asked {
	all := slices.Clone(vs)
	slices.SortStableFunc(all, func(a, b finding.Verdict) int {
		return cmp.Or(cmp.Compare(a.Outcome, b.Outcome), -cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.Rule, b.Rule))
	})
	a, n := &pages.Asked{}, map[finding.Outcome]int{}
	for _, v := range all {
		n[v.Outcome]++
		a.Rows = append(a.Rows, u.ruled(&v, found[v.Rule]))
	}
	a.Sum = fmt.Sprintf("%s fail, %s not assessed, %s pass", number(n[finding.Fail]), number(n[finding.Unknown]), number(n[finding.Pass]))
	if len(all) == 0 {
		a.Sum = "no rule of this version applies to it"
	}
	return a
}

func (u *ui) ruled(v *finding.Verdict, href string) pages.Outcome {
	o := pages.Outcome{Rule: v.Rule, Href: href, Severity: severity(v.Severity), Say: sentence(v.Say)}
	o.Title, _ = u.faultOf(v.Rule)
	r, ok := u.Rules.Rule(v.Rule)
	switch v.Outcome {
	case finding.Fail:
		o.Outcome = failing
	case finding.Pass:
		o.Outcome = parts.Tag{Tone: "pass", Icon: "check", Text: "Passes"}
	default:
		o.Outcome = notAssessed
		for i := range v.Reasons {
			if s := sentence(v.Reasons[i].String()); !strings.Contains(o.Say, s) {
				o.Say = strings.TrimSpace(o.Say + " " + s)
			}
		}
	}
	if v.Outcome != finding.Fail && ok {
		o.Title = cmp.Or(r.Title, o.Title)
	}
	return o
}
