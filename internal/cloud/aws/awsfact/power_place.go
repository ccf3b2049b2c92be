package awsfact

import (
	"cmp"
	"slices"
	"strings"
)

// An arnPlace is where a resource may stand, as an ARN says it.
type arnPlace struct{ partition, region, account string }

// placeOf reads the place that a resource pattern speaks of. What the pattern
// leaves open is the identity's own partition and account, and a fresh region;
// of what it leaves open in part ("eu-*") one that nobody named. A pattern may
// end early, its last star standing for all that follows ("arn:aws:ec2:eu-west-1:*").
func placeOf(g glob, home arnPlace) arnPlace {
	parts := strings.SplitN(string(g), ":", 6)
	if parts[0] != "arn" {
		return home
	}
	said := func(i int, or string) string {
		if i >= len(parts) || parts[i] == "" || glob(parts[i]).matches(or) {
			return or
		}
		return glob(parts[i]).one()
	}
	return arnPlace{said(1, home.partition), said(3, home.region), said(4, home.account)}
}

// placesOf are the places that statements speak of, each once, home first.
func placesOf(home arnPlace, statements ...[]*statement) []arnPlace {
	out := []arnPlace{home}
	for _, list := range statements {
		for _, s := range list {
			for _, g := range s.resources {
				if p := placeOf(g, home); !slices.Contains(out, p) {
					out = append(out, p)
				}
			}
		}
	}
	slices.SortFunc(out[1:], func(a, b arnPlace) int {
		return cmp.Or(cmp.Compare(a.partition, b.partition), cmp.Compare(a.region, b.region), cmp.Compare(a.account, b.account))
	})
	return out
}

// idOf is how the ids of a type of EC2's things begin, which AWS makes up: a
// pattern "volume/vol-*" takes in every volume.
var idOf = map[string]string{
	"instance": "i", "volume": "vol", "snapshot": "snap", "image": "ami", "security-group": "sg", "security-group-rule": "sgr",
	"network-interface": "eni", "subnet": "subnet", "vpc": "vpc", "route-table": "rtb", "network-acl": "acl", "internet-gateway": "igw",
	"launch-template": "lt", "elastic-ip": "eipalloc", "natgateway": "nat", "vpc-endpoint": "vpce",
}

// wide says that a resource pattern takes in everything of a type in some
// place, whatever it is called: "*", "arn:aws:s3:::*", "arn:aws:rds:*:*:db:*".
// One that begins as a name does ("table/orders*", "build-*") is a choice of
// named things, however many those are.
func wide(g glob) bool {
	if g.free() {
		return true
	}
	parts := strings.SplitN(string(g), ":", 6)
	if last := parts[len(parts)-1]; len(parts) < 6 {
		return strings.HasSuffix(last, string(rune(anyRun))) // "arn:aws:s3*"
	}
	resource := parts[5]
	if glob(resource).free() {
		return true
	}
	if parts[2] == "s3" { // a bucket's name stands where others have a type
		return false
	}
	i := strings.IndexAny(resource, "/:")
	if i < 0 {
		return false
	}
	kind, name := resource[:i], resource[i+1:]
	if parts[2] == "ec2" && strings.HasSuffix(name, string([]byte{'-', anyRun})) && idOf[kind] == name[:len(name)-2] {
		return true
	}
	if i := strings.IndexAny(name, "/:"); i >= 0 { // "table/*/index/*": of every table
		name = name[:i]
	}
	return kind != "" && strings.IndexByte(kind, anyRun) < 0 && glob(name).free()
}
