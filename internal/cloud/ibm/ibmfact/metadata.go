package ibmfact

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

const metadataPath = "/metadata_service"

// The bounds of metadata_service.response_hop_limit in the VPC API.
const minHops, maxHops = 1, 64

// metadata reads how the server's metadata service is set. The VPC API sends
// all members for every server: one that is not there is not told.
//
// The service always wants a token, which is fetched by PUT with a header of its
// own and then sent along: Tokens is required by the service's nature, whatever
// the document says. It answers on IPv4 alone, for a VPC has nothing else, and
// it tells no user tags (the response of GET /metadata/v1/instance has none).
//
// What the document says is what was asked for. After the service was switched
// on for an instance that was created with it off, the instance has to be
// stopped and started before it answers (IBM Cloud VPC docs, "Configuring the
// instance metadata service"), and no call tells whether that was done. Applied
// is therefore true in the one sense that matters here: nothing is pending that
// the API knows of; a service that does not answer yet is taken to answer.
func (in *reading) metadata() {
	s, v := in.s, in.v.Get("metadata_service")
	enabled := s.truth(v.Get("enabled"), metadataPath+"/enabled")
	m := estate.Metadata{
		Endpoint: fact.Map(enabled, func(on bool) string {
			if on {
				return "enabled"
			}
			return "disabled"
		}),
		Tokens:   fact.Known("required", s.from, metadataPath),
		Protocol: s.word(v.Get("protocol"), metadataPath+"/protocol", "http", "https"),
		HopLimit: s.whole(v.Get("response_hop_limit"), metadataPath+"/response_hop_limit", minHops, maxHops),
		Applied:  fact.Known(true, s.from, metadataPath),
		IPv6:     fact.Known(false, s.from, metadataPath),
		Tags:     fact.Known(false, s.from, metadataPath),
		Class: fact.Map(enabled, func(on bool) string {
			if on {
				return estate.ClassSessionToken
			}
			return estate.ClassOff
		}),
	}
	if in.w.Type == typeBareMetal {
		m.HopLimit = fact.Unknown[int64](s.why(snapshot.Absent, "a bare metal server has no hop limit"), s.from, metadataPath)
	}
	m.Containers = containersReach(enabled, m.HopLimit)
	in.w.Metadata = m
}

// containersReach says that a container one hop away from its host is answered:
// the service is on, and its replies travel two hops. What is not known matters
// only where the rest leaves the question open.
func containersReach(enabled fact.Of[bool], hops fact.Of[int64]) fact.Of[bool] {
	far := fact.Map(hops, func(n int64) bool { return n > 1 })
	if on, known := enabled.Get(); known && !on {
		return enabled // off: nobody is answered
	}
	if is, known := far.Get(); known && !is || enabled.Known() {
		return far
	}
	return enabled
}
