package postgres

import (
	"encoding/json"

	"plumbline/internal/estate"
	"plumbline/internal/wire"
)

// tagsDoc is the tags of a workload as its row keeps them: key to value, null
// for a secret. It is nil where not all of them are known.
func tagsDoc(r *estate.Row) *string {
	if !r.TagsKnown {
		return nil
	}
	of := make(map[string]*string, len(r.Tags))
	for _, t := range r.Tags {
		of[clean(t.Key)] = nil
		if !wire.IsRedacted(t.Value) {
			value := clean(t.Value)
			of[clean(t.Key)] = &value
		}
	}
	doc, err := json.Marshal(of)
	if err != nil { // texts always can be written
		return nil
	}
	text := string(doc)
	return &text
}
