package aws

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
)

// theAccount asks what belongs to no region: who may do what, what the
// organisation allows, and what is written down.
func (c *Collector) theAccount(ctx context.Context, sink cloud.Sink) error {
	r := c.round(sink, snapshot.Global)
	tasks := []ask.Task{r.credentialReport}
	for _, l := range identityListings {
		tasks = append(tasks, r.asked(l))
	}
	return ask.All(ctx, r.tried.AtATime(), append(tasks, r.organisation, r.trails))
}

var identityListings = []listing{
	authorization(awsfact.SubjectRole, types.EntityTypeRole),
	authorization(awsfact.SubjectPolicy, types.EntityTypeLocalManagedPolicy, types.EntityTypeAWSManagedPolicy),
	authorization(awsfact.SubjectUser, types.EntityTypeUser),
	authorization(awsfact.SubjectGroup, types.EntityTypeGroup),
	{call: awsfact.CallRoles, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.iam.ListRoles(ctx, &iam.ListRolesInput{MaxItems: api.size(1000), Marker: token})
		if err != nil {
			return nil, err
		}
		return out.Marker, nil
	}},
	{call: awsfact.CallProfiles, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.iam.ListInstanceProfiles(ctx, &iam.ListInstanceProfilesInput{MaxItems: api.size(1000), Marker: token})
		if err != nil {
			return nil, err
		}
		return out.Marker, nil
	}},
	single(awsfact.CallAccountSummary, func(ctx context.Context, api *clients) error {
		_, err := api.iam.GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
		return err
	}),
}

// authorization asks for one kind of principal at a time: an answer tells of
// one kind, so that it is known which came whole.
func authorization(subject string, of ...types.EntityType) listing {
	return listing{call: awsfact.CallAuthorization, subject: subject, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.iam.GetAccountAuthorizationDetails(ctx, &iam.GetAccountAuthorizationDetailsInput{Filter: of, MaxItems: api.size(1000), Marker: token})
		if err != nil {
			return nil, err
		}
		return out.Marker, nil
	}}
}

// mostLooks at whether the credential report is ready are taken. IAM makes it
// in seconds.
const mostLooks = 20

// credentialReport has a report made, unless one is younger than four hours,
// and fetches it.
func (r *round) credentialReport(ctx context.Context) error {
	looks := 0
	err := r.list(ctx, listing{
		call: awsfact.CallMakeReport,
		send: func(ctx context.Context, api *clients, _ *string) (*string, error) {
			if looks > 0 {
				if err := rest(ctx, r.options.poll); err != nil {
					return nil, err
				}
			}
			looks++
			out, err := api.iam.GenerateCredentialReport(ctx, &iam.GenerateCredentialReportInput{})
			if err != nil {
				return nil, err
			}
			if out.State == types.ReportStateTypeComplete || looks == mostLooks {
				return nil, nil
			}
			return more(looks), nil
		},
	})
	if err != nil {
		return err
	}
	l := single(awsfact.CallCredentialReport, func(ctx context.Context, api *clients) error {
		_, err := api.iam.GetCredentialReport(ctx, &iam.GetCredentialReportInput{})
		return err
	})
	if r.trial() { // that it may be fetched is all that matters
		l.nothing = []string{"ReportInProgress", "ReportNotPresent", "ReportExpired"}
	}
	return r.list(ctx, l)
}

// rest waits, unless ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
