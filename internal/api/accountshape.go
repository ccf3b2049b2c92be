package api

import (
	"time"

	"plumbline/internal/listing"
)

type account struct {
	ID       int64  `json:"id" doc:"Our own number, which other operations take."`
	Provider string `json:"provider" example:"aws" doc:"aws or ibm."`
	Account  string `json:"account" example:"111122223333" doc:"The provider's own id."`
	Name     string `json:"name" doc:"What people here call it; empty if nobody named it."`
	State    string `json:"state" enum:"found,connected,disconnected" doc:"found: scanned from the command line. connected: scanned by the service. disconnected: no longer scanned, its evidence is kept."`
	Login    login  `json:"login"`
	Every
	NextScanAt *time.Time `json:"next_scan_at" doc:"Null if none is planned."`
	JoinedAt   time.Time  `json:"joined_at"`
	LastScanAt *time.Time `json:"last_scan_at" doc:"Of the last finished scan. Null before the first: the counts say nothing yet."`
	TestedAt   *time.Time `json:"tested_at" doc:"When its permissions were last tested; null if never."`
	Checks     []check    `json:"checks" doc:"What that test said."`
	Groups     []string   `json:"groups" doc:"Groups of accounts that it stands in."`
	Workloads  int        `json:"workloads"`
	Open       int        `json:"open_findings" doc:"Findings that fail."`
	NoData     int        `json:"no_data" doc:"Judgements that could not be made."`
}

func accountOf(a listing.Account) account {
	return account{
		ID: a.ID, Provider: a.Provider, Account: a.External, Name: a.Name, State: a.State, Login: loginOf(a.Login), Every: Every{int(a.Every / time.Minute)},
		NextScanAt: moment(a.NextAt), JoinedAt: a.JoinedAt.UTC(), LastScanAt: moment(a.LastScanAt), TestedAt: moment(a.TestedAt),
		Checks: each(a.Test, checkOf), Groups: each(a.Groups, same), Workloads: a.Workloads, Open: a.Open, NoData: a.NoData,
	}
}

// A login holds references, no secret.
type login struct {
	RoleARN    string   `json:"role_arn,omitempty" maxLength:"2048" example:"arn:aws:iam::111122223333:role/plumbline" doc:"AWS: the role to assume."`
	ExternalID string   `json:"external_id,omitempty" maxLength:"1224" doc:"AWS: the external id that the role's trust policy asks for. It is no secret."`
	Profile    string   `json:"profile,omitempty" maxLength:"200" example:"Profile-9fd84246-7df4-4667-94e4-8ecde51d5ac5" doc:"IBM Cloud: id of the trusted profile to become; without one, the identity that Plumbline has there. AWS: a profile in the configuration of the machine that scans, which only the command line takes."`
	Regions    []string `json:"regions,omitempty" maxItems:"100" doc:"Regions to scan, as the cloud names them; all enabled ones if it is left out."`
	NoUserData bool     `json:"no_user_data,omitempty" doc:"User data (on IBM Cloud, of instance templates) is not looked through for secrets. Of what is looked through only kinds, places and keyed hashes of secrets are kept."`
}

func loginOf(l listing.Login) login { return login(l) }

func (l login) login() listing.Login { return listing.Login(l) }

// A check is one line of a permission test.
type check struct {
	Call    string   `json:"call" example:"ec2:DescribeInstances"`
	Region  string   `json:"region"`
	Status  string   `json:"status" example:"complete" doc:"complete or refused."`
	Cause   string   `json:"cause,omitempty" doc:"Why not, in one of our words."`
	Code    string   `json:"code,omitempty" doc:"The cloud's own."`
	Message string   `json:"message,omitempty" doc:"The cloud's own words, shortened."`
	Rules   []string `json:"rules" doc:"Rules that cannot be judged without it."`
	Fix     string   `json:"fix,omitempty" doc:"What to do."`
}

func checkOf(c listing.Check) check {
	return check{c.Call, c.Region, c.Status, c.Cause, c.Code, c.Message, each(c.Rules, same), c.Fix}
}
