package awssim

import (
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plumbline/internal/cloud/sim"
)

// describeRegions lists the regions that are enabled for the account, or all
// of them if asked.
func (s *Server) describeRegions(c *caller, q url.Values) (*page, *refusal) {
	if err := only(q, "AllRegions", "DryRun", "RegionName.", "Filter."); err != nil {
		return nil, err
	}
	keep, err := regionFilter(q)
	if err != nil {
		return nil, err
	}
	p := c.reply("DescribeRegionsResponse", 4096)
	p.open("regionInfo")
	for _, r := range s.shuffledRegions(c.account.Regions) {
		if keep(r) {
			c.items++
			p.open("item")
			p.text("regionName", r.Name)
			p.text("regionEndpoint", "ec2."+r.Name+".amazonaws.com")
			p.text("optInStatus", r.OptIn)
			p.close("item")
		}
	}
	p.close("regionInfo")
	return p.finish(), nil
}

func (s *Server) shuffledRegions(rs []*sim.Region) []*sim.Region {
	seed := s.newWalk()
	if seed == 0 {
		return rs
	}
	rs = slices.Clone(rs)
	rand.New(rand.NewPCG(seed, 2)).Shuffle(len(rs), func(a, b int) { rs[a], rs[b] = rs[b], rs[a] })
	return rs
}

// regionFilter knows AllRegions, RegionName.n and the filter opt-in-status.
func regionFilter(q url.Values) (func(*sim.Region) bool, *refusal) {
	var names, statuses []string
	for name, v := range q {
		switch {
		case strings.HasPrefix(name, "RegionName."):
			names = append(names, v[0])
		case strings.HasPrefix(name, "Filter.") && strings.HasSuffix(name, ".Name") && v[0] != "opt-in-status":
			return nil, badRequest("InvalidParameterValue", "The filter '"+v[0]+"' is invalid")
		case strings.HasPrefix(name, "Filter.") && strings.Contains(name, ".Value."):
			statuses = append(statuses, v[0])
		}
	}
	all := q.Get("AllRegions") == "true"
	return func(r *sim.Region) bool {
		return (all || r.Enabled()) && (names == nil || slices.Contains(names, r.Name)) && (statuses == nil || slices.Contains(statuses, r.OptIn))
	}, nil
}

func (s *Server) getDefaults(c *caller, q url.Values) (*page, *refusal) {
	if err := only(q, "DryRun"); err != nil {
		return nil, err
	}
	d := c.region.Defaults()
	p := c.reply("GetInstanceMetadataDefaultsResponse", 1024)
	p.open("accountLevel")
	p.known("httpTokens", d.Tokens)
	p.number("httpPutResponseHopLimit", d.HopLimit)
	p.known("httpEndpoint", d.Endpoint)
	p.known("instanceMetadataTags", d.Tags)
	p.known("managedBy", d.ManagedBy)
	p.known("managedExceptionMessage", d.Exception)
	p.known("httpTokensEnforced", d.Enforced)
	p.close("accountLevel")
	return p.finish(), nil
}

// hopLimit reads a hop limit from 1 to 64, or -1 where that stands for no
// preference.
func hopLimit(v string, noPreference bool) (int, *refusal) {
	n, err := strconv.Atoi(v)
	if err == nil && (n >= 1 && n <= 64 || noPreference && n == -1) {
		return max(n, 0), nil
	}
	return 0, badRequest("InvalidParameterValue", "A value of '"+v+"' is not valid for HttpPutResponseHopLimit. Specify a value from 1 to 64 and try again.")
}
