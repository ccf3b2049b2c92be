package awsfact

import (
	"slices"

	"plumbline/internal/estate"
	"plumbline/internal/judge"
	"plumbline/internal/snapshot"
)

// Facts reads AWS's documents for a judge. It serves one goroutine.
type Facts struct{ reader Reader }

var _ judge.Sparing = (*Facts)(nil)

// New makes a reader of AWS's documents.
func New() *Facts { return new(Facts) }

// IsWorkload says whether documents of a kind are streamed.
func (*Facts) IsWorkload(kind string) bool { return kind == KindInstance }

// Beside says whether documents of a kind come with the page of their workload.
func (f *Facts) Beside(kind string) bool {
	return slices.ContainsFunc(chapters, func(p chapter) bool { return p.asked(f.reader.fields) && slices.Contains(p.beside, kind) })
}

// Only reads less: of an instance what bears on some fields. The rest stays
// unknown, and the documents beside it that tell of the rest are not wanted.
func (*Facts) Only(fields []string) judge.Facts {
	return &Facts{Reader{fields: append([]string{}, fields...)}}
}

// Workload reads one instance.
func (f *Facts) Workload(c *snapshot.Context, r *snapshot.Resource) (estate.Object, error) {
	w, err := f.reader.Workload(c, r)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// Objects reads the account and its regions.
func (*Facts) Objects(c *snapshot.Context) []estate.Object { return Objects(c) }

// Unseen names the places where a listing did not come whole.
func (*Facts) Unseen(c *snapshot.Context) []judge.Unseen { return Unseen(c) }

// Whole says whether everything of a kind in a region was listed to the end.
func (*Facts) Whole(c *snapshot.Context, kind estate.Kind, region string) bool {
	return Whole(c, kind, region)
}
