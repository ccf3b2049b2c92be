package awsfact_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

const (
	roleARN    = "arn:aws:iam::" + account + ":role/team/web"
	profileARN = "arn:aws:iam::" + account + ":instance-profile/web"
	adminARN   = "arn:aws:iam::aws:policy/AdministratorAccess"
)

// A world is what IAM and Organizations tell of one account.
type world struct {
	t         testing.TB
	resources []snapshot.Resource
	answers   []snapshot.Answer
	answered  map[snapshot.Key]int
}

type object = map[string]any

// newWorld is an account that everything was asked of, in no organisation and
// with nothing in it.
func newWorld(t testing.TB) *world {
	w := &world{t: t, answered: map[snapshot.Key]int{}}
	for _, s := range []string{awsfact.SubjectRole, awsfact.SubjectUser, awsfact.SubjectGroup, awsfact.SubjectPolicy} {
		w.answer(awsfact.CallAuthorization, s, snapshot.Complete, "")
	}
	w.answer(awsfact.CallRoles, "", snapshot.Complete, "")
	w.answer(awsfact.CallProfiles, "", snapshot.Complete, "")
	w.answer(awsfact.CallOrganization, "", snapshot.Refused, "AWSOrganizationsNotInUseException")
	return w
}

// answer notes how a question ended; the last word counts.
func (w *world) answer(call, subject string, status snapshot.Status, code string) {
	a := snapshot.Answer{Key: snapshot.Key{Call: call, Scope: scope(snapshot.Global), Subject: subject}, Status: status, Code: code}
	if status != snapshot.Complete {
		a.Cause = awsfact.Meaning(code, 400)
	}
	if i, ok := w.answered[a.Key]; ok {
		w.answers[i] = a
		return
	}
	w.answered[a.Key] = len(w.answers)
	w.answers = append(w.answers, a)
}

func (w *world) add(kind, call, uid, name string, doc object) {
	w.t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		w.t.Fatal(err)
	}
	canonical, err := wire.CanonicalJSON(nil, text)
	if err != nil {
		w.t.Fatal(err)
	}
	r := snapshot.Resource{Kind: kind, Scope: scope(snapshot.Global), UID: uid, Name: name, Call: call, Doc: canonical}
	r.Seal()
	w.resources = append(w.resources, r)
}

func (w *world) context() *snapshot.Context {
	return snapshot.NewContext(awsfact.Provider, account, at, w.resources, w.answers)
}

// encoded is a policy as IAM sends it.
func encoded(policy string) string { return url.PathEscape(policy) }

// A role is what a test says of the role "web"; the rest is what IAM always
// sends.
type role struct {
	inline   []string // policies, JSON; they are called p1, p2 …
	attached []string // ARNs
	boundary string
	trust    string
	session  string // what the listing of roles says; "" if it does not name the role
	also     object // further members, or others in place of these
}

const trustEC2 = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

func inlines(policies []string) []object {
	out := []object{}
	for i, p := range policies {
		out = append(out, object{"PolicyName": "p" + string(rune('1'+i)), "PolicyDocument": encoded(p)})
	}
	return out
}

func attachments(arns []string) []object {
	out := []object{}
	for _, arn := range arns {
		out = append(out, object{"PolicyArn": arn, "PolicyName": arn[len("arn:aws:iam::"):]})
	}
	return out
}

func (w *world) role(r role) {
	w.t.Helper()
	if r.trust == "" {
		r.trust = trustEC2
	}
	doc := object{
		"Arn": roleARN, "RoleName": "web", "Path": "/team/",
		"AssumeRolePolicyDocument": encoded(r.trust), "RolePolicyList": inlines(r.inline), "AttachedManagedPolicies": attachments(r.attached),
	}
	if r.boundary != "" {
		doc["PermissionsBoundary"] = object{"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": r.boundary}
	}
	for k, v := range r.also {
		if doc[k] = v; v == nil {
			delete(doc, k)
		}
	}
	w.add(awsfact.KindRole, awsfact.CallAuthorization, roleARN, "web", doc)
	if r.session != "" {
		w.add(awsfact.KindRoleListing, awsfact.CallRoles, awsfact.RoleListingUID(roleARN), "web", object{"Arn": roleARN, "RoleName": "web", "MaxSessionDuration": r.session})
	}
}

// profile is the instance profile "web" that holds the role.
func (w *world) profile() {
	w.t.Helper()
	w.add(awsfact.KindProfile, awsfact.CallProfiles, profileARN, "web",
		object{"Arn": profileARN, "InstanceProfileName": "web", "Path": "/", "Roles": []object{{"Arn": roleARN, "RoleName": "web"}}})
}

// managed is a managed policy with one version.
func (w *world) managed(arn, policy string) {
	w.t.Helper()
	w.add(awsfact.KindPolicy, awsfact.CallAuthorization, arn, "named", object{
		"Arn": arn, "PolicyName": "named", "DefaultVersionId": "v2",
		"PolicyVersionList": []object{{"VersionId": "v1", "IsDefaultVersion": "false", "Document": encoded(allow("*", "*"))}, {"VersionId": "v2", "IsDefaultVersion": "true", "Document": encoded(policy)}},
	})
}

// organise puts the account under a root and a unit, with the policies given
// for root, unit and account, each by its JSON.
func (w *world) organise(root, unit, own []string) {
	w.t.Helper()
	const organisation = "arn:aws:organizations::999988887777:organization/o-1"
	w.answer(awsfact.CallOrganization, "", snapshot.Complete, "")
	w.add(awsfact.KindOrganization, awsfact.CallOrganization, organisation, "o-1", object{"Arn": organisation, "Id": "o-1", "MasterAccountId": "999988887777"})
	w.parent(account, "ou-1", "ORGANIZATIONAL_UNIT")
	w.parent("ou-1", "r-1", "ROOT")
	n := 0
	for _, at := range []struct {
		id       string
		policies []string
	}{{"r-1", root}, {"ou-1", unit}, {account, own}} {
		w.answer(awsfact.CallPoliciesForTarget, at.id, snapshot.Complete, "")
		for _, p := range at.policies {
			n++
			w.control(at.id, "p-"+string(rune('a'+n)), p)
		}
	}
}

func (w *world) parent(child, id, kind string) {
	w.answer(awsfact.CallParents, child, snapshot.Complete, "")
	w.add(awsfact.KindOrganizationParent, awsfact.CallParents, "parent-of/"+child, id, object{"^": object{awsfact.AboutChild: child}, "Id": id, "Type": kind})
}

func (w *world) control(target, id, policy string) {
	w.add(awsfact.KindPolicyTarget, awsfact.CallPoliciesForTarget, "policies-of/"+target+"/"+id, id,
		object{"^": object{awsfact.AboutTarget: target}, "Id": id, "Name": id, "Type": "SERVICE_CONTROL_POLICY"})
	w.answer(awsfact.CallControlPolicy, id, snapshot.Complete, "")
	w.add(awsfact.KindControlPolicy, awsfact.CallControlPolicy, "arn:"+id, id,
		object{"Content": policy, "PolicySummary": object{"Arn": "arn:" + id, "Id": id, "Name": id, "Type": "SERVICE_CONTROL_POLICY"}})
}

// identity is what an instance with the profile "web" is told to be.
func (w *world) identity() estate.Identity {
	w.t.Helper()
	return identityIn(w.t, w.context())
}

func identityIn(t testing.TB, c *snapshot.Context) estate.Identity {
	t.Helper()
	got, err := new(awsfact.Reader).Workload(c, instance(t, "<iamInstanceProfile><arn>"+profileARN+"</arn></iamInstanceProfile>"))
	if err != nil {
		t.Fatal(err)
	}
	return got.Identity
}

// principal is the role or user with a name, as rules see it.
func (w *world) principal(name string) *estate.Principal {
	w.t.Helper()
	for _, o := range awsfact.Objects(w.context()) {
		if p, ok := o.(*estate.Principal); ok && p.Name == name {
			return p
		}
	}
	w.t.Fatalf("there is no principal %s", name)
	return nil
}

// allow and deny write a policy with one statement.
func allow(action, resource string) string { return statement("Allow", action, resource, "") }
func deny(action, resource string) string  { return statement("Deny", action, resource, "") }

// statement writes a policy with one statement; what begins with ! is all but.
func statement(effect, action, resource, condition string) string {
	s := object{"Effect": effect}
	put := func(name, v string) {
		if v != "" && v[0] == '!' {
			name, v = "Not"+name, v[1:]
		}
		s[name] = v
	}
	put("Action", action)
	put("Resource", resource)
	if condition != "" {
		s["Condition"] = json.RawMessage(condition)
	}
	b, err := json.Marshal(object{"Version": "2012-10-17", "Statement": s})
	if err != nil {
		panic(err)
	}
	return string(b)
}
