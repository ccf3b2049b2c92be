package scan

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/snapshot"
)

func TestTheLastAnswerToAQuestionIsKept(t *testing.T) {
	t.Parallel()
	a := func(call string, s snapshot.Status, items int) snapshot.Answer {
		return snapshot.Answer{Key: snapshot.Key{Call: call}, Status: s, Items: items}
	}
	var h held
	for _, told := range []snapshot.Answer{a("x:One", snapshot.Complete, 1), a("x:Two", snapshot.Complete, 1), a("x:One", snapshot.Partial, 2)} {
		if err := h.Answer(context.Background(), told); err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff([]snapshot.Answer{a("x:One", snapshot.Partial, 2), a("x:Two", snapshot.Complete, 1)}, h.answers); d != "" {
		t.Error(d)
	}
}
