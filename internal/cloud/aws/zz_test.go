package aws

import (
	"context"
	"fmt"
	"testing"
	"time"
	"sort"
)

func TestZZ(t *testing.T) {
	l, o := simulated(t, twoPages())
	s := &taken{}
	from := time.Now()
	o.UserData = true
	if err := scan(context.Background(), connect(t, o), s); err != nil {
		t.Fatal(err)
	}
	fmt.Println(time.Since(from))
	n := map[string]int{}
	for _, c := range l.Calls() {
		n[fmt.Sprint(c.Name(), c.Status)]++
	}
	var ks []string
	for k := range n { ks = append(ks, k) }
	sort.Strings(ks)
	for _, k := range ks { fmt.Println(n[k], k) }
	for _, a := range s.answers {
		fmt.Printf("%8s %v %v %s %q %v %v a%d p%d i%d\n", a.EndedAt.Sub(a.AskedAt).Round(time.Millisecond), a.Call, a.Region, a.Subject, a.Code, a.Status, a.Message, a.Attempts, a.Pages, a.Items)
	}
}
