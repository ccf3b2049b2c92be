package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws"
	"plumbline/internal/wire"
)

type scanCmd struct {
	AWS scanAWSCmd `cmd:"" name:"aws" help:"Scan one AWS account."`
	IBM scanIBMCmd `cmd:"" name:"ibm" help:"Scan one IBM Cloud account."`
}

type scanAWSCmd struct {
	judging
	Region     []string `help:"Only these regions; repeat it or separate with commas." placeholder:"REGION"`
	Profile    string   `help:"Profile of the shared AWS configuration to sign in with."`
	RoleARN    string   `name:"role-arn" help:"Role to assume first, arn:aws:iam::…:role/…" placeholder:"ARN"`
	ExternalID string   `name:"external-id" help:"External id that the role's trust policy demands."`
	NoUserData bool     `name:"no-user-data" help:"Leave user data unread: it is otherwise looked through for secrets, in memory."`
}

// Help shows how the command is used.
func (scanAWSCmd) Help() string {
	return `Credentials come from where the AWS command line takes them: environment, shared
configuration, SSO, container or instance. AWS_ENDPOINT_URL points the scan at an
AWS-compatible endpoint. Nothing is changed in the account.

User data is looked through for secrets, in memory; only their kind, place and a
keyed hash are kept. --no-user-data leaves it unread, and what rests on it is
then not assessed.

PLUMBLINE_REDACTION_KEY, 64 hexadecimal digits, makes the hashes of secrets
comparable between scans; without it every scan has a key of its own.

Exit status: 1 the scan could not be made; otherwise 2 a finding at or above
--fail-on; otherwise 3 not everything could be assessed; otherwise 0.

Examples:
  plumbline scan aws
  plumbline scan aws --role-arn arn:aws:iam::111122223333:role/plumbline --external-id 4f1c
  plumbline scan aws --region eu-west-1,eu-central-1 --output json > scan.json
  plumbline scan aws --record scan.ndjson && plumbline scan aws --replay scan.ndjson`
}

// Validate refuses what would have no effect: a flag that is taken and ignored
// makes a result look like another.
func (c *scanAWSCmd) Validate() error {
	switch {
	case c.Replay != "" && (len(c.Region) > 0 || c.Profile != "" || c.RoleARN != "" || c.NoUserData):
		return errors.New("--replay judges the whole recording and asks no cloud: leave out --region, --profile, --role-arn and --no-user-data")
	case c.ExternalID != "" && c.RoleARN == "":
		return errors.New("--external-id goes with --role-arn, which is missing")
	case slices.Contains(c.Region, ""):
		return errors.New("--region is empty: name a region, or leave the flag out to scan all")
	case c.Parallel < 1:
		return errors.New("--parallel must be at least 1")
	}
	return nil
}

// Run scans and prints.
func (c *scanAWSCmd) Run(ctx context.Context, s streams) error {
	return c.judge(ctx, s, aws.Provider, func(ctx context.Context, r *wire.Redactor) (cloud.Collector, error) {
		return aws.Connect(ctx, aws.Options{Regions: c.Region, Profile: c.Profile, RoleARN: c.RoleARN,
			ExternalID: c.ExternalID, Parallel: c.Parallel, Redactor: r, UserData: !c.NoUserData, Now: time.Now})
	})
}
