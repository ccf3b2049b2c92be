package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ibm"
	"plumbline/internal/wire"
)

type scanIBMCmd struct {
	judging
	Region     []string `help:"Only these regions; repeat it or separate with commas." placeholder:"REGION"`
	Profile    string   `help:"Id of a trusted profile to become: with an API key, or of the server that this runs on." placeholder:"Profile-…"`
	Endpoint   string   `env:"PLUMBLINE_IBM_ENDPOINT" help:"Address to ask instead of IBM Cloud, for every service; a simulated one." placeholder:"URL"`
	NoUserData bool     `name:"no-user-data" help:"Leave the user data of instance templates unread: it is otherwise looked through for secrets, in memory."`
	eventsFlags
}

// Help shows how the command is used.
func (scanIBMCmd) Help() string {
	return `Credentials come from where IBM's tools take them: VPC_AUTH_TYPE, VPC_APIKEY and the
rest of the SDK's configuration, its credentials file, IBMCLOUD_API_KEY, or the
trusted profile of the server that this runs on. Nothing is changed in the account.

Best without a key that lives for long: run it on a virtual server that may become
a trusted profile. "plumbline permissions ibm" prints what to create.

--metadata-events takes audit events that you exported, and tells which servers use
their metadata service; --events-from and --events-until say which days they hold
whole. Nothing of an event is kept but who asked, on which day, and how often.

PLUMBLINE_REDACTION_KEY, 64 hexadecimal digits, makes the hashes of secrets
comparable between scans; without it every scan has a key of its own.

Exit status: 1 the scan could not be made; otherwise 2 a finding at or above
--fail-on; otherwise 3 not everything could be assessed; otherwise 0.

Examples:
  plumbline scan ibm
  IBMCLOUD_API_KEY="$(cat key)" plumbline scan ibm --region us-south,eu-de
  plumbline scan ibm --profile Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5
  plumbline scan ibm --metadata-events events/ --events-from 2026-10-20 --events-until 2026-11-20
  plumbline scan ibm --record scan.ndjson && plumbline scan ibm --replay scan.ndjson`
}

// Validate refuses what would have no effect.
func (c *scanIBMCmd) Validate() error {
	switch {
	case c.Replay != "" && (len(c.Region) > 0 || c.Profile != "" || c.NoUserData):
		return errors.New("--replay judges the whole recording and asks no cloud: leave out --region, --profile and --no-user-data")
	case c.Replay != "" && c.given():
		return errors.New("--replay judges the whole recording, with the events that it was made with: leave out --metadata-events and --events-…")
	case slices.Contains(c.Region, ""):
		return errors.New("--region is empty: name a region, or leave the flag out to scan all")
	case c.Parallel < 1:
		return errors.New("--parallel must be at least 1")
	}
	return c.eventsFlags.check()
}

// Run scans and prints.
func (c *scanIBMCmd) Run(ctx context.Context, s streams) error {
	return c.judge(ctx, s, ibm.Provider, func(ctx context.Context, r *wire.Redactor) (cloud.Collector, error) {
		col, err := ibm.Connect(ctx, ibm.Options{Regions: c.Region, ProfileID: c.Profile, Endpoint: c.Endpoint,
			Parallel: c.Parallel, Redactor: r, UserData: !c.NoUserData, Now: time.Now})
		if err != nil || len(c.MetadataEvents) == 0 {
			return col, err
		}
		return c.beside(ctx, col, s.err, time.Now())
	})
}
