package ibmrole

import (
	"strings"
	"testing"
)

func TestEveryRoleSaysWhatItIsFor(t *testing.T) {
	t.Parallel()
	grants := Grants()
	for _, g := range grants {
		if !strings.Contains(g.Why(), "Without it") {
			t.Errorf("%s on %s says %q", g.Role, g.Service, g.Why())
		}
	}
	if len(grants) != len(whys) {
		t.Errorf("%d roles, and %d reasons", len(grants), len(whys))
	}
}
