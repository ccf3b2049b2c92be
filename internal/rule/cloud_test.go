package rule_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"plumbline/internal/estate"
	"plumbline/internal/rule"
)

// A rule whose id names no cloud is about every cloud, or about the one that it
// says; it is asked of nothing else, and its examples stand there.
func TestARuleSaysWhichCloudItIsAbout(t *testing.T) {
	t.Parallel()
	file := func(id, cloud string) fstest.MapFS {
		src := strings.Replace(sound, "AWS-TEST-001", id, 1)
		if cloud != "" {
			src = strings.Replace(src, "for: workload\n", "for: workload\ncloud: "+cloud+"\n", 1)
		}
		return fstest.MapFS{"it-holds.yaml": {Data: []byte(src)}}
	}
	for _, c := range []struct {
		id, cloud string
		provider  string
		at        string // where a subject of the rule stands
		aws, ibm  int    // how many rules are asked there
		wrong     string
	}{
		{id: "AWS-TEST-001", provider: "aws", at: "eu-west-1", aws: 1},
		{id: "IBM-TEST-001", provider: "ibm", at: "us-south", ibm: 1},
		{id: "XC-001", at: "eu-west-1", aws: 1, ibm: 1},
		{id: "XC-001", cloud: "aws", provider: "aws", at: "eu-west-1", aws: 1},
		{id: "XC-001", cloud: "ibm", provider: "ibm", at: "us-south", ibm: 1},
		{id: "ORG-XC-001", cloud: "ibm", provider: "ibm", at: "us-south", ibm: 1},
		{id: "XC-001", cloud: "ibn", wrong: "there is no cloud 'ibn'; did you mean 'ibm'?"},
		{id: "AWS-TEST-001", cloud: "aws", wrong: "the id AWS-TEST-001 names the cloud already"},
		{id: "AWS-TEST-001", cloud: "ibm", wrong: "the id AWS-TEST-001 names the cloud already"},
	} {
		set, err := rule.Load(file(c.id, c.cloud))
		if c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s, cloud %q: %v, want %q", c.id, c.cloud, err, c.wrong)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		r, _ := set.Rule(c.id)
		o := r.Blank().Head()
		if r.Provider != c.provider || o.Region != c.at {
			t.Errorf("%s, cloud %q: of %q, an example stands in %s", c.id, c.cloud, r.Provider, o.Region)
		}
		if aws, ibm := len(set.For(estate.KindWorkload, "aws")), len(set.For(estate.KindWorkload, "ibm")); aws != c.aws || ibm != c.ibm {
			t.Errorf("%s, cloud %q: %d rules are asked on AWS and %d on IBM Cloud", c.id, c.cloud, aws, ibm)
		}
	}
}

// A subject of IBM Cloud has the names that it would have there.
func TestASubjectIsOfTheRulesCloud(t *testing.T) {
	t.Parallel()
	set := loaded(t)
	for _, r := range set.Rules() {
		o, err := r.Subject(rule.Example{})
		if err != nil {
			t.Fatal(err)
		}
		h := o.Head()
		if r.Provider != "ibm" {
			if h.Provider == "ibm" {
				t.Errorf("%s: its subject is of IBM Cloud", r.ID)
			}
			continue
		}
		crn := strings.HasPrefix(h.UID, "crn:v1:bluemix:public:") && strings.HasSuffix(h.UID, ":"+h.ID) && strings.Contains(h.UID, "a/"+h.Account+":")
		place := strings.HasPrefix(h.UID, "ibm:"+h.Account) && (h.Kind == estate.KindAccount || h.Kind == estate.KindAccountRegion)
		if h.Provider != "ibm" || len(h.Account) != 32 || !crn && !place {
			t.Errorf("%s: its subject is %+v", r.ID, *h)
		}
		if p, is := o.(*estate.Principal); is && p.Type != "trusted_profile" {
			t.Errorf("%s: its principal is a %s", r.ID, p.Type)
		}
		if c, is := o.(*estate.Credential); is && c.Type != "api_key" {
			t.Errorf("%s: its credential is a %s", r.ID, c.Type)
		}
	}
}
