package ibmfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
)

// Facts reads IBM Cloud's documents for a judge. It serves one goroutine.
type Facts struct{ reader Reader }

var _ judge.Finder = (*Facts)(nil)

// New makes a reader of IBM Cloud's documents.
func New() *Facts { return new(Facts) }

// IsWorkload says whether documents of a kind are streamed.
func (*Facts) IsWorkload(kind string) bool { return kind == KindInstance || kind == KindBareMetal }

// Beside says whether documents of a kind come with the page of their workload.
func (*Facts) Beside(kind string) bool {
	return kind == KindInitialization || kind == KindVNI || kind == KindInterface
}

// Workload reads one server.
func (f *Facts) Workload(c *snapshot.Context, r *snapshot.Resource) (estate.Object, error) {
	w, err := f.reader.Workload(c, r)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// Objects reads the account, its regions and what stands in them.
func (*Facts) Objects(c *snapshot.Context) []estate.Object { return Objects(c) }

// Unseen names the places where a listing did not come whole.
func (*Facts) Unseen(c *snapshot.Context) []judge.Unseen { return Unseen(c) }

// Whole says whether everything of a kind in a region was listed to the end.
func (*Facts) Whole(c *snapshot.Context, kind estate.Kind, region string) bool {
	return Whole(c, kind, region)
}

// Found says whether the lists that documents of a kind are asked for by came to
// their end.
func (*Facts) Found(c *snapshot.Context, kind, region string) bool { return Found(c, kind, region) }
