package ibm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"plumbline/internal/cloud"
	"plumbline/internal/snapshot"
)

// A trouble is an error that is a sentence for a person: what happened, and
// what to do.
type trouble struct {
	sentence string
	err      error
}

// Error is the sentence.
func (t *trouble) Error() string { return t.sentence }

// Unwrap is the error behind it.
func (t *trouble) Unwrap() error { return t.err }

func say(err error, format string, args ...any) error {
	return &trouble{sentence: fmt.Sprintf(format, args...), err: err}
}

// where names what was asked.
func (c *Collector) where() string {
	if c.places.endpoint != "" {
		return "the endpoint " + c.places.endpoint
	}
	return "IBM Cloud"
}

func capital(s string) string {
	if s[0] >= 'a' && s[0] <= 'z' {
		return string(s[0]-'a'+'A') + s[1:]
	}
	return s
}

// notSetUp explains why the SDK does not take its configuration.
func notSetUp(err error) error {
	if err == nil {
		return nil
	}
	return say(err, "The configuration of IBM's SDK cannot be used: %s. Check the variables that begin with VPC_ and IAM_IDENTITY_, and the file ibm-credentials.env.",
		strings.TrimRight(cloud.Words(err.Error()), "."))
}

// noCredentials says what was looked for.
func noCredentials() error {
	return say(nil, "No IBM Cloud credentials were found. Set IBMCLOUD_API_KEY, or VPC_AUTH_TYPE with what belongs to it, "+
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
	case c.login.how == ofServer && (no.cause == snapshot.Unreachable || no.cause == snapshot.CutOff || no.cause == snapshot.Unreadable):
		return say(err, "No IBM Cloud credentials were found: no variable names any, and no metadata service of IBM Cloud answers here (%s). "+
			"Set IBMCLOUD_API_KEY, or run on a server with a trusted profile and the metadata service on.", no.message)
	case no.cause == snapshot.Unreachable, no.cause == snapshot.CutOff:
		return say(err, "%s cannot be reached: %s. Check the address, and whether a proxy or firewall stands in between.", capital(c.where()), no.message)
	case no.cause == snapshot.BadLogin, no.cause == snapshot.Denied:
		return say(err, "IBM Cloud does not accept %s (%s: %s). It may be mistyped, expired, locked or deleted: check it, or use another.", c.login.how, no.code, no.message)
	case no.cause == snapshot.Unreadable:
		return say(err, "%s answered with something that is not from IBM Cloud: %s. Check the address.", capital(c.where()), no.message)
	}
	return say(err, "%s gave no token (%s: %s). Try again later.", capital(c.where()), no.code, no.message)
}

func noSuchName(region string) error {
	return say(nil, "%q is not the name of a region. Regions are called like us-south or eu-de.", region)
}

func noSuchRegion(name string, there []string) error {
	return say(nil, "There is no region %q. This account's regions are %s.", name, strings.Join(slices.Sorted(slices.Values(there)), ", "))
}
