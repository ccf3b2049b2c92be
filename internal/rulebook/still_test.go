package rulebook

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Kubernetes mounts a ConfigMap as links to the files of a folder whose name
// begins with two dots, which another such link leads to.
func TestADirectoryThatKubernetesMountsIsReadOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const version = "..2026_11_22_12_00_00.1"
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	do(os.Mkdir(filepath.Join(dir, version), 0o700))
	do(os.WriteFile(filepath.Join(dir, version, "rule.yaml"), []byte("id: one"), 0o600))
	do(os.Symlink(version, filepath.Join(dir, "..data")))
	do(os.Symlink(filepath.Join("..data", "rule.yaml"), filepath.Join(dir, "rule.yaml")))
	copied, err := still("rules", os.DirFS(dir))
	do(err)
	files, err := fs.Glob(copied, "*")
	do(err)
	if diff := cmp.Diff([]string{"rule.yaml"}, files); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	text, err := fs.ReadFile(copied, "rule.yaml")
	do(err)
	if string(text) != "id: one" {
		t.Errorf("it holds %q", text)
	}
}
