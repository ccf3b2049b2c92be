package ibmevents

import "strings"

// A crn is what a Cloud Resource Name tells:
// crn:v1:cname:ctype:service:location:a/account:instance:type:resource.
type crn struct{ service, region, account, kind, id string }

func parse(s string) (c crn, ok bool) {
	parts := strings.SplitN(strings.TrimPrefix(s, "crn-"), ":", 10)
	if len(parts) < 9 || parts[0] != "crn" {
		return crn{}, false
	}
	c = crn{service: parts[4], region: regionOf(parts[5]), kind: parts[8]}
	c.account, _ = strings.CutPrefix(parts[6], "a/")
	if len(parts) == 10 {
		c.id = parts[9]
	}
	return c, true
}

// acts says that a name is made as those of servers are, whichever they are.
func (c crn) acts() bool {
	return c.service == "is" && (c.kind == "instance" || c.kind == "bare-metal-server")
}

// isServer says that a name tells which server it is.
func (c crn) isServer() bool {
	return c.acts() && len(c.id) <= longestID && of(letters+strings.ToUpper(letters)+digits+"_-", c.id) && c.region != ""
}

// longestID is how long the id of a server may be. Those of today have 41 signs:
// 0717_1e09281b-f177-46fb-baf1-bc152b2e391a.
const longestID = 100

// isAccount says that an id is made as those of accounts are.
func isAccount(id string) bool { return len(id) == 32 && of(digits+"abcdef", id) }

// regionOf is the region of a location, which may be a zone of it: us-south-1. A
// location that is no region gives "".
func regionOf(location string) string {
	if i := strings.LastIndexByte(location, '-'); i > 0 && isRegion(location[:i]) && of(digits, location[i+1:]) {
		return location[:i]
	}
	if isRegion(location) {
		return location
	}
	return ""
}

// isRegion says that a name is made as those of regions are: jp-osa, us-south.
func isRegion(name string) bool {
	a, b, ok := strings.Cut(name, "-")
	return ok && len(a) == 2 && len(b) >= 2 && len(b) <= 20 && of(letters, a) && of(letters, b[:1]) && of(letters+digits, b)
}

const letters, digits = "abcdefghijklmnopqrstuvwxyz", "0123456789"

// of says that a text has no other signs than these.
func of(signs, s string) bool { return s != "" && strings.Trim(s, signs) == "" }
