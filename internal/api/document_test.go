package api

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestDocument holds the OpenAPI document as a file, so that a change of what
// programs rely on is seen as one.
func TestDocument(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	New(Config{Version: "1.2.3"}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.yaml", nil))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/openapi+yaml" {
		t.Fatalf("status %d, %s", w.Code, w.Header())
	}
	const golden = "testdata/openapi.yaml"
	if *update {
		if err := os.WriteFile(golden, w.Body.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Body.String(); got != string(want) {
		t.Errorf("the document differs from %s. If that is meant, run: go test ./internal/api -run TestDocument -update", golden)
	}
}
