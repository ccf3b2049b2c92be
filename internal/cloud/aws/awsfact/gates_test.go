package awsfact_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
)

// gatesOf are the gates of a scene by their ids, each in lines.
func gatesOf(t *testing.T, s *scene) map[string]string {
	t.Helper()
	m := map[string]string{}
	for _, o := range awsfact.Objects(s.context(t)) {
		g, ok := o.(*estate.Gate)
		if !ok {
			continue
		}
		lines := []string{g.Type + " default=" + word(g.Default) + " used=" + word(g.Used)}
		for _, r := range g.Rules.Items() {
			l := fmt.Sprintf("%s %s %s %s %d-%d %s", r.ID, r.Direction, r.Action, r.Protocol, r.From, r.To, r.Peer)
			if r.AnyAddress {
				l += " anybody"
			}
			lines = append(lines, l)
		}
		for _, why := range g.Rules.Gaps() {
			lines = append(lines, "gap "+string(why.Cause))
		}
		m[g.ID] = strings.Join(lines, "\n")
	}
	return m
}

func TestGroupsAndACLsAreGates(t *testing.T) {
	t.Parallel()
	plain := func(s *scene) {}
	for _, c := range []struct {
		name, id string
		change   func(*scene)
		group    doc
		want     string
	}{
		{"a group's rules, with their ids", "sg-1", func(s *scene) {
			s.add(awsfact.KindGroupRule, doc{"securityGroupRuleId": "sgr-7", "groupId": "sg-1", "isEgress": "false", "ipProtocol": "tcp", "fromPort": "22", "toPort": "22", "cidrIpv4": "0.0.0.0/0"})
		}, sg("sg-1", "tcp 22-22 0.0.0.0/0 10.0.0.0/8"), `security_group default=false used=unknown
sgr-7 in allow tcp 22-22 0.0.0.0/0 anybody
 in allow tcp 22-22 10.0.0.0/8
 out allow all 0-65535 0.0.0.0/0 anybody
 out allow all 0-65535 ::/0 anybody`},
		{"the default group", "sg-1", func(s *scene) { s.more[awsfact.KindGroup][0]["groupName"] = "default" }, sg("sg-1", "-1 * sg-1"), `security_group default=true used=unknown
 in allow all 0-65535 sg-1
 out allow all 0-65535 0.0.0.0/0 anybody
 out allow all 0-65535 ::/0 anybody`},
		{"a rule of a protocol that nobody knows is a gap", "sg-1", plain, sg("sg-1", "hyper 22-22 0.0.0.0/0"), `security_group default=false used=unknown
 out allow all 0-65535 0.0.0.0/0 anybody
 out allow all 0-65535 ::/0 anybody
gap unknown_value`},
		{"a prefix list that could not be read may hold anybody", "sg-1", both(listOf("pl-1", "0.0.0.0/0"), func(s *scene) { s.refused = []string{awsfact.CallPrefixEntries} }), sg("sg-1", "tcp 22-22 pl-1"), `security_group default=false used=unknown
 in allow tcp 22-22 pl-1
 out allow all 0-65535 0.0.0.0/0 anybody
 out allow all 0-65535 ::/0 anybody
gap denied`},
		{"a prefix list that holds anybody", "sg-1", listOf("pl-1", "0.0.0.0/0"), sg("sg-1", "tcp 22-22 pl-1"), `security_group default=false used=unknown
 in allow tcp 22-22 pl-1 anybody
 out allow all 0-65535 0.0.0.0/0 anybody
 out allow all 0-65535 ::/0 anybody`},
		{"what an ACL's entries still decide", "acl-1", func(s *scene) {
			s.acl = acl("acl-1", "subnet-a", in(90, "deny 6 22-22 0.0.0.0/0"), in(100, "allow 6 0-65535 0.0.0.0/0"), in(110, "allow 6 80-80 0.0.0.0/0"))
		}, sg("sg-1"), `network_acl default=false used=true
90 in deny tcp 22-22 0.0.0.0/0 anybody
100 in allow tcp 0-21 0.0.0.0/0 anybody
100 in allow tcp 23-65535 0.0.0.0/0 anybody
32767 in deny udp 0-65535 0.0.0.0/0 anybody
32767 in deny icmp 0-0 0.0.0.0/0 anybody
32767 in deny 0, 2-5, 7-16, 18-255 0-0 0.0.0.0/0 anybody
32768 in deny all 0-65535 ::/0 anybody
32767 out deny all 0-65535 0.0.0.0/0 anybody
32768 out deny all 0-65535 ::/0 anybody`},
		{"an entry that nobody can read hides what it may decide", "acl-1", func(s *scene) {
			s.acl = acl("acl-1", "", in(90, "ponder 6 22-22 0.0.0.0/0"), in(100, "allow 6 22-23 0.0.0.0/0"))
			s.acl["entrySet"] = s.acl["entrySet"].(list)[:2]
		}, sg("sg-1"), `network_acl default=false used=false
100 in allow tcp 23-23 0.0.0.0/0 anybody
gap unknown_value`},
		{"an ACL without entries told", "acl-1", func(s *scene) { delete(s.acl, "entrySet"); delete(s.acl, "default") }, sg("sg-1"), `network_acl default=unknown used=true
gap absent`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(c.group)
			c.change(s)
			if got := gatesOf(t, s)[c.id]; got != c.want {
				t.Errorf("want\n%s\ngot\n%s", c.want, got)
			}
		})
	}
}

func TestAnotherAccountsGatesAreItsOwn(t *testing.T) {
	t.Parallel()
	s := newScene(sg("sg-1"))
	s.acl["ownerId"] = "444455556666"
	var ids []string
	for id := range gatesOf(t, s) {
		ids = append(ids, id)
	}
	if !slices.Equal(ids, []string{"sg-1"}) {
		t.Errorf("want the account's own group alone, got %q", ids)
	}
}
