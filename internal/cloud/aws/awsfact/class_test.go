package awsfact_test

import (
	"testing"
)

func TestClassIsWhatItTakesByTheOptionsInForce(t *testing.T) {
	t.Parallel()
	const (
		on, off            = `<httpEndpoint>enabled</httpEndpoint>`, `<httpEndpoint>disabled</httpEndpoint>`
		required, optional = `<httpTokens>required</httpTokens>`, `<httpTokens>optional</httpTokens>`
		pending            = `<state>pending</state>`
		one, two           = `<httpPutResponseHopLimit>1</httpPutResponseHopLimit>`, `<httpPutResponseHopLimit>2</httpPutResponseHopLimit>`
		running, stopped   = "running", "stopped"
		late, noState      = "? pending /metadataOptions/state", "? absent /metadataOptions/state"
	)
	for _, c := range []struct {
		about, state, options string
		class, containers     any
	}{
		{"the endpoint is off", running, inForce + off + optional + two, "off", false},
		{"tokens are optional", running, inForce + on + optional + one, "unauth_get", true},
		{"tokens are required, one hop", running, inForce + on + required + one, "session_token", false},
		{"tokens are required, two hops", running, inForce + on + required + two, "session_token", true},
		{"tokens are required and the hop limit is not told", running, inForce + on + required, "session_token", "? absent /metadataOptions/httpPutResponseHopLimit"},
		{"required tokens that are pending do not protect yet", running, pending + on + required + one, "unauth_get", true},
		{"and not while it stops either", "stopping", pending + on + required + one, "unauth_get", true},
		{"a stopped instance takes them up when it starts", stopped, pending + on + required + one, "session_token", false},
		{"an endpoint that is asked to be off may still answer", running, pending + off + required + one, late, late},
		{"on a stopped instance it is off when it starts", stopped, pending + off + optional, "off", false},
		{"tokens that are made optional leave it open at the latest when applied", running, pending + on + optional + one, "unauth_get", true},
		{"whether it is in force is not told, and tokens are optional", running, on + optional + one, "unauth_get", true},
		{"whether it is in force is not told, and tokens are required", running, on + required + one, noState, noState},
		{"whether it is in force is not told, and the endpoint is off", running, off + required, noState, noState},
		{"the endpoint is not told", running, inForce + required + two, "? absent /metadataOptions/httpEndpoint", "? absent /metadataOptions/httpEndpoint"},
		{"the endpoint is not told, but tokens stay on the host", running, inForce + required + one, "? absent /metadataOptions/httpEndpoint", false},
		{"tokens are not told", running, inForce + on + one, "? absent /metadataOptions/httpTokens", "? absent /metadataOptions/httpTokens"},
		{"tokens are not told, but two hops reach containers either way", running, inForce + on + two, "? absent /metadataOptions/httpTokens", true},
		{"tokens are not told and a change is pending", running, pending + on + one, "unauth_get", true},
		{"a word for the endpoint that AWS may add", running, inForce + `<httpEndpoint>half</httpEndpoint>` + optional, "? unknown_value half", "? unknown_value half"},
	} {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			m := workload(t, "<instanceState><name>"+c.state+"</name></instanceState><metadataOptions>"+c.options+"</metadataOptions>").Metadata
			if got := told(m.Class); got != c.class {
				t.Errorf("class is %v, want %v", got, c.class)
			}
			if got := told(m.Containers); got != c.containers {
				t.Errorf("containers are %v, want %v", got, c.containers)
			}
		})
	}
}
