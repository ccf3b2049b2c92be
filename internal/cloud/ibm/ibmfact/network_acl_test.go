package ibmfact_test

import (
	"slices"
	"testing"

	"plumbline/internal/estate"
)

// A rule of a list names its clients' ports from 1 on, and means all of them:
// what it denies is not left to a rule after it that names none.
func TestADenyLeavesNothingOfItsPort(t *testing.T) {
	t.Parallel()
	anyPort := []int{1, 65535}
	for name, c := range map[string]struct {
		deny doc
		left []int64 // the ports that TCP is let in to, from and to
	}{
		"one port":      {aclRule("inbound", "deny", "tcp", anyPort, []int{22, 22}), []int64{0, 21, 23, 65535}},
		"every port":    {aclRule("inbound", "deny", "tcp", anyPort, anyPort), nil},
		"some clients'": {aclRule("inbound", "deny", "tcp", []int{1024, 65535}, []int{22, 22}), []int64{0, 65535}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := site(t)
			w.acl(c.deny, allowAll("in"), allowAll("out"))
			var left []int64
			for _, r := range object[*estate.Gate](w, ":"+aclID).Rules.Items() {
				if r.Direction == "in" && r.Action == "allow" && r.Protocol == "tcp" {
					left = append(left, r.From, r.To)
				}
			}
			if !slices.Equal(left, c.left) {
				t.Errorf("%v, want %v", left, c.left)
			}
		})
	}
}
