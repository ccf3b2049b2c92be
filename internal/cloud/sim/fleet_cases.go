package sim

import "strings"

// A ForecastCase is what a launch says, which image it names and how the
// region is set, with what the next instance truly gets. The answers are
// written down, never worked out.
type ForecastCase struct {
	Name   string
	Region string // name of the region case that it is true in
	Says   string // what the launch sets: "tokens=required hop=2 endpoint=disabled"
	Image  string // "" unmarked, "v2.0", or "gone": in no listing

	Tokens, TokensBy     string // required, optional, unknown; template, account, image, service, unknown
	HopLimit             int    // 0 is unknown
	HopBy                string
	Endpoint, EndpointBy string
	Launches             string // yes, no, unknown
}

// forecast writes a case: "tokens by; hop by; endpoint by; launches".
func forecast(region, says, image, answer string) ForecastCase {
	f := strings.Fields(answer)
	c := ForecastCase{Region: region, Says: says, Image: image, Tokens: f[0], TokensBy: f[1], HopBy: f[3], Endpoint: f[4], EndpointBy: f[5], Launches: f[6]}
	c.HopLimit = map[string]int{"unknown": 0, "1": 1, "2": 2, "3": 3, "64": 64}[f[2]]
	c.Name = "launch says " + orNothing(says) + ", image " + orNothing(image) + ", region: " + region
	return c
}

func orNothing(v string) string {
	if v == "" {
		return "nothing"
	}
	return v
}

// ForecastCases returns every case, in a fixed order.
func ForecastCases() []ForecastCase { return forecastCases }

// The table of the EC2 user guide, "Order of precedence for instance metadata
// options", row by row, and then what enforcement makes of it. A launch that
// says nothing of an option takes the account's default, then the image's (v2.0
// is tokens required and a hop limit of 2), then the service's (optional, 1,
// enabled), each option by itself.
var forecastCases = []ForecastCase{
	forecast("nothing set", "", "", "optional service 1 service enabled service yes"),
	forecast("nothing set", "", "v2.0", "required image 2 image enabled service yes"),
	forecast("nothing set", "tokens=required", "", "required template 1 service enabled service yes"),
	forecast("nothing set", "tokens=required hop=3", "v2.0", "required template 3 template enabled service yes"),
	forecast("nothing set", "tokens=optional", "v2.0", "optional template 2 image enabled service yes"),
	forecast("nothing set", "endpoint=disabled", "", "optional service 1 service disabled template yes"),
	forecast("nothing set", "hop=2", "", "optional service 2 template enabled service yes"),
	forecast("nothing set", "", "gone", "unknown unknown unknown unknown enabled service yes"),
	forecast("nothing set", "tokens=required hop=1", "gone", "required template 1 template enabled service yes"),

	forecast("tokens required", "", "", "required account 2 account enabled service yes"),
	forecast("tokens required", "", "v2.0", "required account 2 account enabled service yes"),
	forecast("tokens required", "", "gone", "required account 2 account enabled service yes"),
	forecast("tokens required", "tokens=optional", "", "optional template 2 account enabled service yes"),
	forecast("tokens required", "tokens=required hop=1", "", "required template 1 template enabled service yes"),

	forecast("tokens required and enforced", "", "", "required account 1 account enabled account yes"),
	forecast("tokens required and enforced", "", "v2.0", "required account 1 account enabled account yes"),
	forecast("tokens required and enforced", "tokens=optional", "", "optional template 1 account enabled account no"),
	forecast("tokens required and enforced", "tokens=required hop=64", "", "required template 64 template enabled account yes"),

	forecast("by declarative policy", "", "", "required account 2 account enabled account yes"),
	forecast("by declarative policy", "tokens=optional hop=1", "v2.0", "optional template 1 template enabled account no"),

	forecast("tokens optional", "", "", "optional account 1 service enabled account yes"),
	forecast("tokens optional", "", "v2.0", "optional account 2 image enabled account yes"),
	forecast("tokens optional", "tokens=required", "", "required template 1 service enabled account yes"),

	forecast("required, enforcement off", "tokens=optional", "", "optional template 1 service enabled service yes"),
	forecast("required, enforcement off", "", "", "required account 1 service enabled service yes"),

	forecast("only the hop limit set", "", "", "optional service 64 account enabled service yes"),
	forecast("only the hop limit set", "", "v2.0", "required image 64 account enabled service yes"),
	forecast("only the hop limit set", "tokens=required hop=1", "", "required template 1 template enabled service yes"),

	forecast("tokens an unknown word", "", "", "unknown unknown 1 service enabled service yes"),
	forecast("tokens an unknown word", "tokens=required", "", "required template 1 service enabled service yes"),

	forecast("enforcement an unknown word", "", "", "required account 1 service enabled service yes"),
	forecast("enforcement an unknown word", "tokens=optional", "", "optional template 1 service enabled service unknown"),
}

// says are the options that a launch sets; nil where it sets none.
func says(words string) *TemplateOptions {
	if words == "" {
		return nil
	}
	o := &TemplateOptions{}
	for w := range strings.FieldsSeq(words) {
		name, v, _ := strings.Cut(w, "=")
		switch name {
		case "tokens":
			o.HttpTokens = v
		case "hop":
			n := map[string]int{"1": 1, "2": 2, "3": 3, "64": 64}[v]
			o.HttpPutResponseHopLimit = &n
		case "endpoint":
			o.HttpEndpoint = v
		default:
			panic("no such option: " + w)
		}
	}
	return o
}

// against are options that lead astray whoever reads the wrong version.
func against(c ForecastCase) string {
	if c.Tokens == "required" {
		return "tokens=optional hop=64"
	}
	return "tokens=required hop=1"
}
