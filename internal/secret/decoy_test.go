package secret_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plumbline/internal/secret"
)

// decoys are harmless texts, by name.
func decoys(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("testdata/decoys/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, snippet := range strings.Split("\n"+string(b), "\n=== ")[1:] {
			name, text, _ := strings.Cut(snippet, "\n")
			all[filepath.Base(f)+": "+name] = text + "\n"
		}
	}
	return all
}

func TestHarmlessUserDataGiveNoFind(t *testing.T) {
	t.Parallel()
	all := decoys(t)
	if len(all) < 60 {
		t.Fatalf("%d decoys", len(all))
	}
	for name, text := range all {
		r := secret.Scan([]byte(base64.StdEncoding.EncodeToString([]byte(text))), secret.Options{})
		for _, f := range r.Finds {
			t.Errorf("%s: line %d %q is told as %s", name, f.Line, f.Secret, f.Kind)
		}
		if !r.Readable || r.Bytes != len(text) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
