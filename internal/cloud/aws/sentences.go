package aws

import (
	"cmp"
	"context"
	"errors"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/snapshot"
)

// where names what was asked.
func (c *Collector) where() string {
	if e := cmp.Or(c.options.Endpoint, sdk.ToString(c.config.BaseEndpoint)); e != "" {
		return "the endpoint " + e
	}
	return "AWS in " + c.config.Region
}

// notLoaded explains why the configuration could not be read.
func (c *Collector) notLoaded(err error) error {
	var missing config.SharedConfigProfileNotExistError
	if errors.As(err, &missing) {
		return ask.Say(err, "There is no AWS profile %q. `aws configure list-profiles` shows those that exist.", missing.Profile)
	}
	return ask.Say(err, "The AWS configuration cannot be read: %s. Check the files in ~/.aws and the variables that begin with AWS_.", cloud.Words(lastWords(err)))
}

// noCredentials explains why the credential chain gave nothing.
func (c *Collector) noCredentials(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var api smithy.APIError
	if errors.As(err, &api) || c.options.Profile != "" {
		return ask.Say(err, "The AWS credentials could not be obtained: %s. Log in again, or check the profile.", cloud.Words(lastWords(err)))
	}
	return ask.Say(err, "No AWS credentials were found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "+
		"or run on a machine that has a role; `aws sts get-caller-identity` shows whether they work.")
}

// noRole explains why the role could not be assumed.
func (c *Collector) noRole(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r := refused(err, 1, httpStatus(err))
	if r.Cause != snapshot.Denied && r.Code != "ValidationError" {
		return c.notAccepted(ctx, r, err)
	}
	hint := "none was given"
	if c.options.ExternalID != "" {
		hint = "one was given"
	}
	return ask.Say(err, "The role %s could not be assumed (%s: %s). Check its name, that its trust policy names the identity that logs in, "+
		"that this identity may call sts:AssumeRole on it, and the external id: %s.", c.options.RoleARN, r.Code, r.Message, hint)
}

// notAccepted explains why STS did not answer.
func (c *Collector) notAccepted(ctx context.Context, r ask.Refusal, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	switch r.Cause {
	case snapshot.Unreachable, snapshot.CutOff:
		return ask.Say(err, "%s cannot be reached: %s. Check the address, the region %s, and whether a proxy or firewall stands in between.",
			ask.Capital(c.where()), r.Message, c.config.Region)
	case snapshot.BadLogin, snapshot.Denied:
		return ask.Say(err, "The AWS credentials are not accepted (%s: %s). They may be mistyped, expired or deleted: log in again, or set others.", r.Code, r.Message)
	case snapshot.Unreadable:
		return ask.Say(err, "%s answered with something that is not from AWS: %s. Check the address.", ask.Capital(c.where()), r.Message)
	}
	return ask.Say(err, "%s did not say whose account this is (%s: %s). Try again later.", ask.Capital(c.where()), r.Code, r.Message)
}

func httpStatus(err error) int {
	var reply interface{ HTTPStatusCode() int }
	if errors.As(err, &reply) {
		return reply.HTTPStatusCode()
	}
	return 0
}
