package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

// A simulator that a bench started ends with the bench, however that ends: its
// standard input does.
func TestASimulatorEndsWithWhoeverHoldsIt(t *testing.T) {
	t.Parallel()
	in, hold := io.Pipe()
	var out bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(t.Context(), []string{"sim", "aws", "--tied"}, streams{in, &out, io.Discard})
	}()
	if _, err := hold.Write([]byte("still here")); err != nil { // it reads, so it serves
		t.Fatal(err)
	}
	if err := hold.Close(); err != nil {
		t.Fatal(err)
	}
	if code := <-ended; code != exitOK || !strings.Contains(out.String(), "AWS_ENDPOINT_URL") {
		t.Errorf("status %d: %s", code, out.String())
	}
}
