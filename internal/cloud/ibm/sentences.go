package ibm

import (
	"context"
	"errors"
	"slices"
	"strings"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
)

// where names what was asked.
func (c *Collector) where() string {
	if c.places.endpoint != "" {
		return "the endpoint " + c.places.endpoint
	}
	return "IBM Cloud"
}

// notSetUp explains why the SDK does not take its configuration.
func notSetUp(err error) error {
	if err == nil {
		return nil
	}
	return ask.Say(err, "The configuration of IBM's SDK cannot be used: %s. Check the variables that begin with VPC_ and IAM_IDENTITY_, and the file ibm-credentials.env.",
		strings.TrimRight(cloud.Words(err.Error()), "."))
}

// noCredentials says what was looked for.
func noCredentials() error {
	return ask.Say(nil, "No IBM Cloud credentials were found. Set IBMCLOUD_API_KEY, or VPC_AUTH_TYPE with what belongs to it, "+
		"or run on a server or in a cluster that has a trusted profile.")
}

// notAccepted explains why there is no token.
func (c *Collector) notAccepted(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var no *noToken
	if !errors.As(err, &no) {
		return err
	}
	switch {
	case c.login.how == ofServer && (no.Cause == snapshot.Unreachable || no.Cause == snapshot.CutOff || no.Cause == snapshot.Unreadable):
		return ask.Say(err, "No IBM Cloud credentials were found: no variable names any, and no metadata service of IBM Cloud answers here (%s). "+
			"Set IBMCLOUD_API_KEY, or run on a server with a trusted profile and the metadata service on.", no.Message)
	case no.Cause == snapshot.Unreachable, no.Cause == snapshot.CutOff:
		return ask.Say(err, "%s cannot be reached: %s. Check the address, and whether a proxy or firewall stands in between.", ask.Capital(c.where()), no.Message)
	case no.Cause == snapshot.BadLogin, no.Cause == snapshot.Denied:
		if l := c.login; l.profile != "" || l.how == ofServer {
			if err := l.notTrusted(err, no); err != nil {
				return err
			}
		}
		return ask.Say(err, "IBM Cloud does not accept %s (%s: %s). It may be mistyped, expired, locked or deleted: check it, or use another.", c.login.how, no.Code, no.Message)
	case no.Cause == snapshot.Unreadable:
		return ask.Say(err, "%s answered with something that is not from IBM Cloud: %s. Check the address.", ask.Capital(c.where()), no.Message)
	}
	return ask.Say(err, "%s gave no token (%s: %s). Try again later.", ask.Capital(c.where()), no.Code, no.Message)
}

// notTrusted explains why nobody becomes a trusted profile; nil where it did not
// come to that. IBM Cloud answers alike where the profile is not there and where
// it trusts somebody else.
func (l *login) notTrusted(err error, no *noToken) error {
	const look = "Look in Manage > Access (IAM) > Trusted profiles"
	profile := "the trusted profile " + l.profile
	if l.profile == "" {
		profile = "the trusted profile that it was created with"
	}
	switch {
	case l.how == ofContainer:
		return ask.Say(err, "IBM Cloud does not let this container become %s (%s: %s). %s: its id has to be this one, "+
			"and a compute resource of its trust relationship has to name this container's cluster, namespace and service account.", profile, no.Code, no.Message, look)
	case l.how == ofServer && !l.asked.accepted():
		return ask.Say(err, "The metadata service of this server gives no token (%s: %s). Switch it on in the settings of the server; "+
			"one that was created with it off has to be stopped and started afterwards.", no.Code, no.Message)
	case l.how == ofServer:
		return ask.Say(err, "IBM Cloud does not let this server become %s (%s: %s). %s: its id has to be this one, and its trust relationship has to link this server, "+
			"or to have a condition that it fits.", profile, no.Code, no.Message, look)
	case l.asked.accepted():
		return ask.Say(err, "IBM Cloud accepts %s, and does not let its owner become %s (%s: %s). %s: its id has to be this one, "+
			"and its trust relationship has to name the service ID or the user that the key belongs to.", l.how, profile, no.Code, no.Message, look)
	}
	return nil
}

func noSuchName(region string) error {
	return ask.Say(nil, "%q is not the name of a region. Regions are called like us-south or eu-de.", region)
}

func noSuchRegion(name string, there []string) error {
	return ask.Say(nil, "There is no region %q. This account's regions are %s.", name, strings.Join(slices.Sorted(slices.Values(there)), ", "))
}
