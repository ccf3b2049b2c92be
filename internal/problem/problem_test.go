package problem_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"plumbline/internal/problem"
)

func TestAProblemKeepsItsKindAndSentenceThroughWrapping(t *testing.T) {
	t.Parallel()
	p := problem.New(problem.NotFound, "There is no scan %d.", 7)
	err := fmt.Errorf("page: %w", p)
	if !problem.Is(err, problem.NotFound) || problem.Is(err, problem.Conflict) {
		t.Errorf("kind of %v is lost", err)
	}
	if want := "There is no scan 7."; p.Error() != want {
		t.Errorf("got %q, want %q", p, want)
	}
}

func TestAnyOtherErrorIsNoProblem(t *testing.T) {
	t.Parallel()
	for _, err := range []error{nil, io.EOF} {
		if k, ok := problem.KindOf(err); ok {
			t.Errorf("%v is of kind %q", err, k)
		}
	}
}

func TestAProblemRemembersItsCause(t *testing.T) {
	t.Parallel()
	if err := problem.New(problem.Invalid, "The file cannot be read: %w.", io.EOF); !errors.Is(err, io.EOF) {
		t.Errorf("%v does not lead to its cause", err)
	}
}
