package ibm

import (
	"cmp"
	"net/url"
	"regexp"
	"strings"

	"plumbline/internal/cloud/ask"
)

// places are where IBM Cloud's services are asked. Tokens go nowhere else.
type places struct {
	endpoint string // instead of IBM Cloud, for all of them; "" for IBM Cloud
	network  string // what stands between a region and ".iaas.cloud.ibm.com": "", ".private"
	iam      string // IAM, as the environment may name it
	home     string // the region that is asked which regions there are
}

// defaultHome is where regions are listed if nothing else is configured: the
// SDK's own default.
const defaultHome = "us-south"

var regionName = regexp.MustCompile(`^[a-z]{2,}(-[a-z0-9]+)+$`)

// isRegion says that a name may be part of an address.
func isRegion(name string) bool { return regionName.MatchString(name) && len(name) <= 40 }

// vpcHost is where VPC's API of a region is, publicly or from within IBM Cloud
// (VPC docs, "Service endpoints").
var vpcHost = regexp.MustCompile(`^https://([a-z0-9-]+)((?:\.[a-z]+)?)\.iaas\.cloud\.ibm\.com(?:/v1)?/?$`)

// iamHost is where IAM is.
var iamHost = regexp.MustCompile(`^https://(?:[a-z0-9-]+\.)*iam\.cloud\.ibm\.com/?$`)

// placesOf says where to ask. The addresses are those that the SDK's external
// configuration names, "" where it names none.
func placesOf(o Options, vpcURL, iamURL string) (places, error) {
	p := places{endpoint: strings.TrimRight(o.Endpoint, "/"), home: defaultHome}
	if p.endpoint != "" {
		return p, ask.CheckEndpoint("IBM Cloud", p.endpoint)
	}
	if vpcURL != "" {
		m := vpcHost.FindStringSubmatch(vpcURL)
		if m == nil {
			return p, ask.Say(nil, "VPC_URL names an address that is not IBM Cloud's, and the token is not sent there. "+
				"Give it as https://us-south.iaas.cloud.ibm.com/v1, or leave it out.")
		}
		p.home, p.network = m[1], m[2]
	}
	if iamURL != "" && !iamHost.MatchString(iamURL) {
		return p, ask.Say(nil, "IAM_IDENTITY_URL names an address that is not IBM Cloud's, and the token is not sent there. "+
			"Give it as https://iam.cloud.ibm.com, or leave it out.")
	}
	p.iam = strings.TrimRight(iamURL, "/")
	return p, nil
}

// region is the address of VPC's API in a region, without its version.
func (p *places) region(name string) string {
	if p.endpoint != "" {
		return p.endpoint + "/" + name
	}
	return "https://" + name + p.network + ".iaas.cloud.ibm.com"
}

// believed says that a region may be asked whose listing names the endpoint:
// it is the one that we would ask, or the public one of a region that we ask
// from within IBM Cloud. Any other is not IBM Cloud's, as far as we know.
func (p *places) believed(name, endpoint string) bool {
	endpoint = strings.TrimRight(endpoint, "/")
	if p.endpoint == "" {
		return isRegion(name) && (endpoint == "" || endpoint == p.region(name) || endpoint == "https://"+name+".iaas.cloud.ibm.com")
	}
	said, err := url.Parse(endpoint)
	ours, _ := url.Parse(p.endpoint)
	return isRegion(name) && (endpoint == "" || err == nil && said.User == nil && said.Scheme == ours.Scheme && said.Host == ours.Host)
}

// token is where tokens are got.
func (p *places) token() string { return p.account(cmp.Or(p.iam, "https://iam.cloud.ibm.com")) }

// account is the address of a service that is asked for the account as a whole.
func (p *places) account(service string) string { return cmp.Or(p.endpoint, service) }
