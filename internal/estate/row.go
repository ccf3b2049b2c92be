package estate

import "plumbline/internal/fact"

// A Row is a workload as lists show it: one word a fact, and "" or 0 for what
// is not known. It decides nothing.
type Row struct {
	Region, UID, ID, Name         string
	Type, State, Endpoint, Tokens string
	HopLimit                      int
	Internet, Power, IdentityName string
	Group                         string // uid of the group that launched it
	Tags                          []Tag
	TagsKnown                     bool // Tags are all of them
}

// Row makes the row of a workload.
func (w *Workload) Row() Row {
	hops, _ := w.Metadata.HopLimit.Get()
	return Row{
		Region: w.Region, UID: w.UID, ID: w.ID, Name: w.Name, Type: w.Type,
		State: word(w.State), Endpoint: word(w.Metadata.Endpoint), Tokens: word(w.Metadata.Tokens), HopLimit: int(hops),
		Internet: word(w.Exposure.Internet), Power: word(w.Identity.Power), IdentityName: word(w.Identity.Name),
		Group: w.Subject.Group, Tags: w.Tags.Items(), TagsKnown: w.Tags.Whole(),
	}
}

func word(f fact.Of[string]) string {
	v, _ := f.Get()
	return v
}
