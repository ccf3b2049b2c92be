package rulebook

import (
	"testing"
	"testing/fstest"
)

func TestATreeIsAFileSystem(t *testing.T) {
	t.Parallel()
	files := tree{"ORG-AWS-NET-001/own.yaml": "id: 1", "ORG-AWS-NET-002/other.yaml": "", "frameworks/ours.yaml": "id: ours"}
	if err := fstest.TestFS(files, "ORG-AWS-NET-001/own.yaml", "ORG-AWS-NET-002/other.yaml", "frameworks/ours.yaml"); err != nil {
		t.Error(err)
	}
	if err := fstest.TestFS(tree{}); err != nil {
		t.Error(err)
	}
}
