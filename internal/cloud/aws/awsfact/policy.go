package awsfact

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// The versions of the policy language. A policy that names none is of 2008
// (IAM user guide, "IAM JSON policy elements: Version").
const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

// A policy is a policy document with the place where it stands.
//
// What of it could not be read is not left out: more says that there may be
// grants that were not read, less that there may be denials.
type policy struct {
	name       string // as its owner calls it, or its ARN
	from       *fact.Origin
	path       string // JSON pointer of the document in from
	statements []*statement
	more, less *fact.Reason
}

// A statement is one statement of a policy.
type statement struct {
	policy     *policy
	sid        string
	number     int // from 1
	allow      bool
	actions    []glob
	notAction  bool // all but actions
	resources  []glob
	notRes     bool // all but resources
	conditions []condition
	principal  *principalPart

	actionWords, resourceWords []string // as they are written
}

// A condition is one line of a condition block. Operator and key are in small
// letters: IAM takes them in any case.
type condition struct {
	op, key string
	values  []string
}

// label is the statement's Sid, or its place.
func (s *statement) label() string {
	if s.sid != "" {
		return s.sid
	}
	return "#" + strconv.Itoa(s.number)
}

// about says that the statement speaks of an action, in small letters, on a
// resource. Its conditions are another matter, see holds.
func (s *statement) about(action, resource string) bool {
	return s.ofAction(action) && s.ofResource(resource)
}

func (s *statement) ofAction(action string) bool { return anyMatches(s.actions, action) != s.notAction }

func (s *statement) ofResource(resource string) bool {
	return anyMatches(s.resources, resource) != s.notRes
}

// A grammar says which policies are read: those of identities and
// organisations name resources, those of trust name principals.
type grammar int

const (
	identityPolicy grammar = iota
	trustPolicy
)

// hiddenPolicy is a policy of which nothing could be read: it may allow
// anything, and deny anything.
func hiddenPolicy(name string, why *fact.Reason, from *fact.Origin) *policy {
	return &policy{name: name, from: from, more: why, less: why}
}

// readPolicy reads a document as IAM sends it: URL-encoded (RFC 3986, see
// GetAccountAuthorizationDetails), or as it is, as Organizations does. What
// cannot be read is unknown, never empty. account is whose identities it
// decides about.
func readPolicy(s source, text, name, path, account string, g grammar) *policy {
	p := &policy{name: name, from: s.from, path: path}
	why := func(err error) *fact.Reason {
		return s.why(snapshot.Unreadable, name+": "+err.Error())
	}
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		plain, err := url.PathUnescape(text)
		if err != nil {
			p.more, p.less = why(err), why(err)
			return p
		}
		text = plain
	}
	o, err := readPolicyJSON(text)
	if err != nil {
		p.more, p.less = why(err), why(err)
		return p
	}
	list, version, err := statementsOf(o)
	if err != nil {
		p.more, p.less = why(err), why(err)
		return p
	}
	for i, v := range list {
		st := &statement{policy: p, number: i + 1}
		if err := st.read(v, language{version, account}, g); err != nil {
			p.hide(v, why(fmt.Errorf("statement %d: %w", i+1, err)))
			continue
		}
		p.statements = append(p.statements, st)
	}
	return p
}

// hide notes a statement that could not be read. One that only allows takes
// nothing away.
func (p *policy) hide(v any, why *fact.Reason) {
	effect := any(nil)
	if o, ok := v.(polObject); ok {
		effect, _ = o.get("Effect")
	}
	if effect != "Deny" {
		p.more = why
	}
	if effect != "Allow" {
		p.less = why
	}
}

// statementsOf checks what stands around the statements. An element that this
// version does not know may change what all the others mean.
func statementsOf(o polObject) (list []any, version string, err error) {
	version = version2008
	for _, m := range o {
		switch m.name {
		case "Version":
			v, ok := m.value.(string)
			if !ok || v != version2008 && v != version2012 {
				return nil, "", fmt.Errorf("the version %v of the policy language", m.value)
			}
			version = v
		case "Id":
		case "Statement":
			switch v := m.value.(type) {
			case polObject:
				list = []any{v}
			case []any:
				list = v
			default:
				return nil, "", errors.New("its Statement is no statement")
			}
		default:
			return nil, "", fmt.Errorf("an element %s", m.name)
		}
	}
	if list == nil {
		return nil, "", errors.New("no Statement")
	}
	return list, version, nil
}

func (s *statement) read(v any, in language, g grammar) error {
	o, ok := v.(polObject)
	if !ok {
		return errors.New("not an object")
	}
	for _, m := range o {
		if err := s.element(m, in, g); err != nil {
			return err
		}
	}
	return s.complete(o, g)
}

// element reads one element of a statement. Names of elements are written as
// IAM writes them; one in another spelling is one that is not known.
func (s *statement) element(m polMember, in language, g grammar) error {
	bad := fmt.Errorf("its %s", m.name)
	ok := true
	switch m.name {
	case "Sid":
		s.sid, ok = m.value.(string)
	case "Effect":
		ok = m.value == "Allow" || m.value == "Deny"
		s.allow = m.value == "Allow"
	case "Action", "NotAction":
		s.notAction = m.name == "NotAction"
		ok = s.readActions(m.value)
	case "Resource", "NotResource":
		s.notRes = m.name == "NotResource"
		s.resourceWords, ok = polTexts(m.value)
		for _, w := range s.resourceWords {
			s.resources = append(s.resources, in.resourceGlob(w))
		}
	case "Condition":
		s.conditions, ok = readConditions(m.value)
	case "Principal", "NotPrincipal":
		s.principal, ok = readPrincipals(m.value, m.name == "NotPrincipal")
		ok = ok && g == trustPolicy
	default:
		return fmt.Errorf("an element %s", m.name)
	}
	if !ok {
		return bad
	}
	return nil
}

// readActions reads action patterns. Each names a service before a colon, but
// for the one that is a star alone.
func (s *statement) readActions(v any) bool {
	words, ok := polTexts(v)
	if !ok {
		return false
	}
	for _, w := range words {
		if !strings.Contains(w, ":") && strings.Trim(w, "*") != "" || w == "" {
			return false
		}
		if strings.Trim(w, "*") == "" {
			s.actions = append(s.actions, actionGlob("*"))
			continue
		}
		s.actions = append(s.actions, actionGlob(w))
	}
	s.actionWords = words
	return true
}

// complete says what a statement lacks, or has too much of.
func (s *statement) complete(o polObject, g grammar) error {
	has := func(name string) bool { _, ok := o.get(name); return ok }
	one := func(a, b string) bool { return has(a) != has(b) }
	switch {
	case !has("Effect"):
		return errors.New("no Effect")
	case !one("Action", "NotAction"):
		return errors.New("not one of Action and NotAction")
	case g == identityPolicy && !one("Resource", "NotResource"):
		return errors.New("not one of Resource and NotResource")
	case g == trustPolicy && !one("Principal", "NotPrincipal"):
		return errors.New("not one of Principal and NotPrincipal")
	case s.notAction && len(s.actions) == 0, s.notRes && len(s.resources) == 0:
		return errors.New("all but nothing")
	}
	return nil
}

func readConditions(v any) ([]condition, bool) {
	ops, ok := v.(polObject)
	if !ok {
		return nil, false
	}
	out := []condition{}
	for _, op := range ops {
		keys, ok := op.value.(polObject)
		if !ok {
			return nil, false
		}
		for _, k := range keys {
			values, ok := polScalars(k.value)
			if !ok {
				return nil, false
			}
			out = append(out, condition{strings.ToLower(op.name), strings.ToLower(k.name), values})
		}
	}
	return out, true
}

// A truth is how a condition stands: met, not met, or open because it rests on
// what only the request tells.
type truth int

const (
	met truth = iota
	open
	unmet
)

// holds says how a statement's conditions stand for a request: all of them
// have to be met.
func (s *statement) holds(r request) truth {
	worst := met
	for i := range s.conditions {
		worst = max(worst, s.conditions[i].holds(r))
	}
	return worst
}

// passedTo is the one key that a request here has a value for: the service
// that a role is handed to, see primitives.
const passedTo = "iam:passedtoservice"

func (c *condition) holds(r request) truth {
	if c.key != passedTo || r.passedTo == "" {
		return open
	}
	op, _ := strings.CutSuffix(c.op, "ifexists")
	op = strings.TrimPrefix(strings.TrimPrefix(op, "foranyvalue:"), "forallvalues:")
	found := false
	switch op {
	case "stringequals", "stringnotequals":
		found = slices.Contains(c.values, r.passedTo)
	case "stringequalsignorecase", "stringnotequalsignorecase":
		found = slices.ContainsFunc(c.values, func(v string) bool { return strings.EqualFold(v, r.passedTo) })
	case "stringlike", "stringnotlike":
		found = slices.ContainsFunc(c.values, func(v string) bool { return language{version2012, ""}.resourceGlob(v).matches(r.passedTo) })
	default:
		return open
	}
	if found == strings.Contains(op, "not") {
		return unmet
	}
	return met
}
