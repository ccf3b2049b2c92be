package estate

import "plumbline/internal/fact"

// An AccountRegion is one region of an account.
type AccountRegion struct {
	Subject
	OptIn     fact.Of[string] // opt-in-not-required, opted-in, not-opted-in
	Defaults  MetadataDefaults
	BlockMode fact.Of[string] // of public access to its networks: off, block-ingress, block-bidirectional
	Paths     fact.Of[bool]   // a network of it has a gateway to the internet that a route leads to
	Storage   Storage
	Watch     Watch
	Vaults    fact.List[Vault]
	// BackupPolicy says that a backup policy is in force and has a plan. Whether the
	// plan is switched on, and whether any volume carries the policy's tags, is not
	// asked: nothing need be backed up by it.
	BackupPolicy fact.Of[bool]
}

// Storage is how a region guards disks and what is made of them.
type Storage struct {
	EncryptedByDefault fact.Of[bool]
	Unencrypted        fact.Of[int64]  // volumes
	PublicSnapshots    fact.Of[int64]  // that anybody may restore
	SnapshotBlock      fact.Of[string] // unblocked, block-new-sharing, block-all-sharing
	ImageBlock         fact.Of[string] // unblocked, block-new-sharing
	SerialConsole      fact.Of[bool]   // access is enabled
}

// Watch is what would notice misuse in a region.
type Watch struct {
	Detector  fact.Of[bool] // threat detection is on
	Analyzer  fact.Of[bool] // an analyzer of access from outside is active
	Recorder  fact.Of[bool] // configuration changes are recorded
	MetaAlarm fact.Of[bool] // an alarm watches requests without a token
}

// A Vault holds backups.
type Vault struct {
	Name   string
	Own    fact.Of[bool] // encrypted with a key of the owner's own
	Locked fact.Of[bool] // nothing in it can be deleted early
}

// MetadataDefaults is what a new workload of a region gets where its launch
// says nothing. "no-preference" means that the account expresses none.
type MetadataDefaults struct {
	Tokens    fact.Of[string] // required, optional, no-preference
	Enforced  fact.Of[string] // enabled, disabled, no-preference
	Endpoint  fact.Of[string] // enabled, disabled, no-preference
	Tags      fact.Of[string] // enabled, disabled, no-preference
	HopLimit  fact.Of[int64]  // 1 to 64; -1 is no preference
	ManagedBy fact.Of[string] // account, declarative-policy
}

// An Account is one account with the questions that were asked about it.
type Account struct {
	Subject
	Questions fact.List[Question]
	RootKeys  fact.Of[int64] // access keys of the account's root user
	Trails    fact.List[Trail]
	// ChangeAlarm says that somebody is told when a security group or a network
	// ACL is changed.
	ChangeAlarm fact.Of[bool]
	Guardrail   Guardrail
	Scans       Scans
	Sessions    Sessions
	CreateKeys  fact.Of[bool]   // any member may create API keys or service ids
	MFA         fact.Of[string] // what a second factor is asked of: see the words below
	EventsKept  fact.Of[bool]   // audit events of services without a region, and of each region that was asked, are written to a target that takes them
}

// Sessions are the limits of how long a sign-in lasts, in seconds; 0 where the
// account sets none.
type Sessions struct {
	Seconds fact.Of[int64] // of a session as a whole
	Idle    fact.Of[int64] // of one in which nothing is done
	System  fact.Of[int64] // of an access token
}

// The words of Account.MFA.
const (
	MFANone     = "none"          // of nobody
	MFANonFed   = "non_federated" // of users that no directory of the owner's signs in
	MFAAll      = "all"           // of every user
	MFAAllEmail = "all_email"     // of every user, by mail at least
	MFAAllTOTP  = "all_totp"      // of every user, by a code at least
	MFAAllKey   = "all_key"       // of every user, by a security key
)

// Scans is how an account was looked at before, where a record of it is kept.
type Scans struct {
	Before fact.Of[bool]  // an earlier scan was finished, and its record is kept; false where none is kept
	Pause  fact.Of[int64] // whole days from the last of them to this one, from beginning to beginning
}

// A Trail is a record of what was done in an account.
type Trail struct {
	Name       string
	Regions    fact.Of[bool] // all regions
	Global     fact.Of[bool] // services without a region too
	Logging    fact.Of[bool] // now
	Management fact.Of[bool] // every management event, reads and writes
	Validated  fact.Of[bool] // its files are signed
}

// Guardrail is what an organisation imposes on an account's metadata service.
type Guardrail struct {
	Member   fact.Of[bool]   // the account belongs to an organisation
	Manager  fact.Of[bool]   // it is the one that control policies do not bind
	Tokens   fact.Of[string] // by declarative policy: required, optional, no-preference
	Enforced fact.Of[string] // by declarative policy: enabled, disabled, no-preference
	Launch   fact.Of[bool]   // a control policy denies launches that do not require tokens
	Modify   fact.Of[bool]   // a control policy denies making tokens optional
	Regions  fact.Of[bool]   // the account itself enforces tokens in every enabled region
}

// A Question is one line of the coverage ledger, as a rule sees it.
type Question struct {
	Call, Region, Status, Cause, Code string

	From *fact.Origin // the answer, a refusal if it is not whole; nil where nobody asked
}
