package api

import (
	"context"

	"plumbline/internal/listing"
)

type facet struct {
	Key    string       `json:"key"`
	Values []facetValue `json:"values" doc:"The most frequent first."`
	More   int          `json:"more" doc:"How many values were left out."`
}

type facetValue struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

func facetOf(f listing.Facet) facet {
	return facet{f.Key, each(f.Values, func(v listing.FacetValue) facetValue { return facetValue(v) }), f.More}
}

type findingFacetsIn struct {
	FindingFilter
	Keys []string `query:"keys" required:"true" minItems:"1" maxItems:"20" example:"[\"severity\",\"provider\"]" doc:"Keys of the filter, parted by commas."`
}

func (s *server) findingFacets(ctx context.Context, in *findingFacetsIn) (*replied[list[facet]], error) {
	q, err := s.findingQuery(in.Q)
	if err != nil {
		return nil, err
	}
	if err := facetKeys(in.Keys, listing.FindingFields); err != nil {
		return nil, err
	}
	all, err := s.Reader.Facets(ctx, q, in.Keys)
	return reply(list[facet]{Query: q.String(), Items: each(all, facetOf)}), err
}

type workloadFacetsIn struct {
	WorkloadFilter
	Keys []string `query:"keys" required:"true" minItems:"1" maxItems:"20" example:"[\"tokens\",\"internet\"]" doc:"Keys of the filter, parted by commas."`
}

func (s *server) workloadFacets(ctx context.Context, in *workloadFacetsIn) (*replied[list[facet]], error) {
	q, err := s.workloadQuery(in.Q)
	if err != nil {
		return nil, err
	}
	if err := facetKeys(in.Keys, listing.WorkloadFields); err != nil {
		return nil, err
	}
	all, err := s.Reader.WorkloadFacets(ctx, q, in.Keys)
	return reply(list[facet]{Query: q.String(), Items: each(all, facetOf)}), err
}
