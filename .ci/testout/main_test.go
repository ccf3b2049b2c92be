package main

import (
	"strings"
	"testing"
)

const events = `{"Action":"output","Package":"p/a","Test":"TestLoud","Output":"    a_test.go:3: chatter\n"}
{"Action":"pass","Package":"p/a","Test":"TestLoud"}
{"Action":"output","Package":"p/a","Test":"TestNo","Output":"=== RUN   TestNo\n"}
{"Action":"output","Package":"p/a","Test":"TestNo","Output":"    a_test.go:9: No database here.\n"}
{"Action":"output","Package":"p/a","Test":"TestNo","Output":"--- SKIP: TestNo (0.00s)\n"}
{"Action":"skip","Package":"p/a","Test":"TestNo"}
{"Action":"output","Package":"p/a","Output":"PASS\n"}
{"Action":"output","Package":"p/a","Output":"ok  \tp/a\t0.1s\n"}
{"Action":"pass","Package":"p/a"}
{"Action":"output","Package":"p/none","Output":"?   \tp/none\t[no test files]\n"}
{"Action":"skip","Package":"p/none"}
`

const broken = `{"Action":"output","Package":"p/b","Test":"TestBad","Output":"    b_test.go:4: broken\n"}
{"Action":"fail","Package":"p/b","Test":"TestBad"}
{"Action":"output","Package":"p/b","Test":"TestCut","Output":"panic: oh\n"}
{"Action":"output","Package":"p/b","Output":"FAIL\tp/b\t0.1s\n"}
{"Action":"fail","Package":"p/b"}
`

func TestWhatIsShownAndWhatFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in     string
		forbid bool
		ok     bool
		shows  []string
		hides  []string
	}{
		"a skip is named with its reason":                     {events, false, true, []string{"ok  \tp/a", "p/a TestNo: a_test.go:9: No database here.", "1 in all"}, []string{"chatter", "RUN"}},
		"a skip fails where it is forbidden":                  {events, true, false, []string{"no test may be skipped"}, nil},
		"a package without tests is no skip":                  {`{"Action":"skip","Package":"p/none"}`, true, true, nil, []string{"Skipped"}},
		"a failure shows what was said, and what never ended": {broken, false, false, []string{"b_test.go:4: broken", "panic: oh", "FAIL\tp/b"}, nil},
		"a package that does not compile": {`{"Action":"build-output","ImportPath":"p/c","Output":"c.go:2: no\n"}
{"Action":"build-fail","ImportPath":"p/c"}`, false, false, []string{"c.go:2: no"}, nil},
		"what is not an event is passed on": {"pattern ./nowhere: no such directory", false, true, []string{"./nowhere"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			r := report{out: &out, output: map[test]*strings.Builder{}}
			if err := r.read(strings.NewReader(c.in)); err != nil {
				t.Fatal(err)
			}
			if ok := r.close(c.forbid); ok != c.ok {
				t.Errorf("ok is %t, want %t", ok, c.ok)
			}
			for _, s := range c.shows {
				if !strings.Contains(out.String(), s) {
					t.Errorf("%q is not shown in\n%s", s, out.String())
				}
			}
			for _, s := range c.hides {
				if strings.Contains(out.String(), s) {
					t.Errorf("%q is shown in\n%s", s, out.String())
				}
			}
		})
	}
}
