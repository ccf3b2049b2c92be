package rule

import (
	"sync"
	"testing"
)

// The race detector fails this test if CEL's lazily made catalogue is written,
// for a misspelt name, while another rule's list is read.
func TestRulesMayBeCompiledAtOnce(t *testing.T) {
	t.Parallel()
	for range 20 { // the catalogue is made once for each language
		l, err := newLanguage(kindOfName["workload"])
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for _, c := range []struct {
			src   string
			sound bool
		}{
			{`w.tags.all(t, t.sensitive)`, true},
			{`w.tags.exists(t, t.key == "a") && w.tags.all(t, t.sensitive)`, true},
			{`v.state == "running"`, false},
			{`w.stat == "running"`, false},
		} {
			wg.Go(func() {
				if _, bad := l.compile("pass", c.src); (bad == nil) != c.sound {
					t.Errorf("%s: complaints %v", c.src, bad)
				}
			})
		}
		wg.Wait()
	}
}
