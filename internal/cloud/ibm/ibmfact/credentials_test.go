package ibmfact_test

import (
	"testing"

	"plumbline/internal/cloud/ibm/ibmfact"
	"plumbline/internal/estate"
	"plumbline/internal/snapshot"
)

func keyUID(id string) string {
	return "crn:v1:bluemix:public:iam-identity::a/" + account + "::apikey:" + id
}

// activity says how an API key was used; nil is a reply that does not say.
func (w *world) activity(key string, used doc) {
	d := doc{"id": key, "^": doc{"apikey": keyUID(key)}}
	if used != nil {
		d["activity"] = used
	}
	w.add(ibmfact.KindKeyActivity, ibmfact.CallAPIKey, snapshotGlobal, "", d)
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                 string
		change               func(doc)
		age, active, expires any
	}{
		{"as it is", func(doc) {}, int64(113), true, false},
		{"disabled", func(d doc) { d["disabled"] = true }, int64(113), false, false},
		{"it ends", func(d doc) { d["expires_at"] = "2027-01-01T00:00+0000" }, int64(113), true, true},
		{"it has ended", func(d doc) { d["expires_at"] = "2026-01-01T00:00+0000" }, int64(113), false, true},
		{"a time that nobody can read", func(d doc) { d["created_at"] = "soon" }, "? unknown_value soon", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.things()
			w.change(":apikey:ApiKey-1", c.change)
			k := object[*estate.Credential](w, ":ApiKey-1")
			if told(k.Age) != c.age || told(k.Idle) != int64(10) || told(k.Active) != c.active || told(k.Expires) != c.expires || k.Owner != "iam-ServiceId-1" {
				t.Errorf("age %v, idle %v, active %v, expires %v, of %s", told(k.Age), told(k.Idle), told(k.Active), told(k.Expires), k.Owner)
			}
		})
	}
}

// A key that was made 113 days ago.
func TestWhenAnAPIKeyWasUsed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(doc)
		refuse bool
		idle   any
	}{
		{"ten days ago", func(doc) {}, false, int64(10)},
		{"as IAM spells other times", func(d doc) { d["activity"] = doc{"last_authn": "2026-11-20T10:00:00.000Z", "authn_count": 1} }, false, int64(1)},
		{"never", func(d doc) { d["activity"] = doc{"authn_count": 0} }, false, int64(113)},
		{"never, with an empty time", func(d doc) { d["activity"] = doc{"last_authn": "", "authn_count": 0} }, false, int64(113)},
		{"often, and not when", func(d doc) { d["activity"] = doc{"authn_count": 7} }, false, "? unknown_value 7"},
		{"neither when nor how often", func(d doc) { d["activity"] = doc{} }, false, "? absent /activity/authn_count"},
		{"a reply without activity", func(d doc) { delete(d, "activity") }, false, "? absent /activity/authn_count"},
		{"a time that nobody can read", func(d doc) { d["activity"] = doc{"last_authn": "soon", "authn_count": 1} }, false, "? unknown_value soon"},
		{"refused", func(doc) {}, true, "? denied not_authorized"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.things()
			w.change("/activity", c.change)
			if c.refuse {
				w.refuse(ibmfact.CallAPIKey)
			}
			k := object[*estate.Credential](w, ":ApiKey-1")
			if told(k.Idle) != c.idle || told(k.Age) != int64(113) || told(k.Active) != true {
				t.Errorf("idle %v, want %v; age %v, active %v", told(k.Idle), c.idle, told(k.Age), told(k.Active))
			}
		})
	}
}

// What is refused of one key says nothing of the others.
func TestOneKeyMayBeRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.things()
	w.add(ibmfact.KindAPIKey, ibmfact.CallAPIKeys, snapshotGlobal, "", doc{"id": "ApiKey-2", "crn": keyUID("ApiKey-2"), "created_at": "2026-08-01T00:00+0000"})
	c := w.context()
	answers := c.Answers()
	for i := range answers {
		if answers[i].Subject == keyUID("ApiKey-2") {
			answers[i].Status, answers[i].Cause, answers[i].Code = snapshot.Refused, snapshot.Denied, "BXNIM0513E"
		}
	}
	idle := map[string]any{}
	for _, o := range ibmfact.New().Objects(snapshot.NewContext(c.Provider, c.Account, c.TakenAt, w.rs, answers)) {
		if k, ok := o.(*estate.Credential); ok {
			idle[k.ID] = told(k.Idle)
		}
	}
	if idle["ApiKey-1"] != int64(10) || idle["ApiKey-2"] != "? denied BXNIM0513E" {
		t.Errorf("%v", idle)
	}
}

// API keys are listed group by group: each has to be known, and to answer.
func TestAGroupOfServiceIDsMayHideKeys(t *testing.T) {
	t.Parallel()
	group := "crn:v1:bluemix:public:iam-identity::a/" + account + "::serviceid-group:g2"
	w := full(t)
	w.add(ibmfact.KindServiceGroup, ibmfact.CallServiceGroups, snapshotGlobal, "", doc{"id": "g2", "crn": group, "name": "pipelines"})
	c := w.context()
	f := ibmfact.New()
	if got := f.Unseen(c); len(got) != 0 || !f.Whole(c, estate.KindCredential, "") {
		t.Errorf("every group was listed: %+v", got)
	}
	answers := c.Answers()
	for i := range answers {
		if answers[i].Call == ibmfact.CallAPIKeys && answers[i].Subject == group {
			answers[i].Status, answers[i].Cause, answers[i].Code = snapshot.Refused, snapshot.Throttled, "too_many"
		}
	}
	c = snapshot.NewContext(c.Provider, c.Account, c.TakenAt, w.rs, answers)
	if got := f.Unseen(c); len(got) != 1 || got[0].Kind != estate.KindCredential || got[0].Why.Detail != "too_many" || f.Whole(c, estate.KindCredential, "") {
		t.Errorf("one group was not: %+v", got)
	}
}
