package rule

import (
	"plumbline/internal/estate"
	"plumbline/internal/fact"
)

// accountRegion is the table of the fields of an account's region.
var accountRegion = &kind{
	kind:   estate.KindAccountRegion,
	name:   "r",
	parent: []string{"account", "organisation"},
	doc:    "One region of an account, with what it gives to new workloads.",
	blank:  func() estate.Object { return new(estate.AccountRegion) },
	live: func(o estate.Object) {
		o.(*estate.AccountRegion).OptIn = fact.Sure("opt-in-not-required")
	},
	manager: func(o estate.Object) string {
		if by, _ := o.(*estate.AccountRegion).Defaults.ManagedBy.Get(); by == "declarative-policy" {
			return "a declarative policy of the organisation"
		}
		return ""
	},
	risk: noRisk,
	fields: head[*estate.AccountRegion](
		text("opt_in", "Whether the region is enabled for the account.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.OptIn },
			"opt-in-not-required", "opted-in", "not-opted-in"),
		text("defaults.tokens", "Whether a new workload's metadata service wants a session token.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.Tokens }, "required", "optional", "no-preference"),
		text("defaults.enforced", "Whether a launch that would not require tokens is refused.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.Enforced }, "enabled", "disabled", "no-preference"),
		text("defaults.endpoint", "Whether a new workload's metadata service answers at all.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.Endpoint }, "enabled", "disabled", "no-preference"),
		text("defaults.tags", "Whether a new workload's metadata service tells its tags.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.Tags }, "enabled", "disabled", "no-preference"),
		number("defaults.hop_limit", "A new workload's hop limit, 1 to 64; -1 is no preference.",
			func(r *estate.AccountRegion) *fact.Of[int64] { return &r.Defaults.HopLimit }),
		text("defaults.managed_by", "Who sets these defaults: the account, or the organisation by a declarative policy.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Defaults.ManagedBy }, "account", "declarative-policy"),
		text("block_mode", "Whether access from the internet to its networks is blocked for all of them at once.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.BlockMode }, "off", "block-ingress", "block-bidirectional"),
		yes("paths", "A network of it has a gateway to the internet that a route leads to.",
			func(r *estate.AccountRegion) *fact.Of[bool] { return &r.Paths }),
		yes("storage.encrypted_by_default", "A new volume, and the copy of a snapshot, is encrypted whatever its maker says.",
			func(r *estate.AccountRegion) *fact.Of[bool] { return &r.Storage.EncryptedByDefault }),
		number("storage.unencrypted", "How many volumes are not encrypted.",
			func(r *estate.AccountRegion) *fact.Of[int64] { return &r.Storage.Unencrypted }),
		number("storage.public_snapshots", "How many snapshots anybody may restore.",
			func(r *estate.AccountRegion) *fact.Of[int64] { return &r.Storage.PublicSnapshots }),
		text("storage.snapshot_block", "Whether snapshots can be shared with everybody.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Storage.SnapshotBlock }, "unblocked", "block-new-sharing", "block-all-sharing"),
		text("storage.image_block", "Whether images can be shared with everybody.",
			func(r *estate.AccountRegion) *fact.Of[string] { return &r.Storage.ImageBlock }, "unblocked", "block-new-sharing"),
		yes("storage.serial_console", "The serial console of instances can be used.",
			func(r *estate.AccountRegion) *fact.Of[bool] { return &r.Storage.SerialConsole }),
		yes("watch.detector", "Threat detection is on.",
			func(r *estate.AccountRegion) *fact.Of[bool] { return &r.Watch.Detector }),
		yes("watch.analyzer", "An analyzer of access from outside is active.",
			func(r *estate.AccountRegion) *fact.Of[bool] { return &r.Watch.Analyzer }),
		yes("watch.recorder", "Configuration changes are recorded, and the records are delivered.",
			func(r *estate.AccountRegion) *fact.Of[bool] { return &r.Watch.Recorder }),
		yes("watch.meta_alarm", "An alarm watches metadata requests without a token, and tells somebody.",
			func(r *estate.AccountRegion) *fact.Of[bool] { return &r.Watch.MetaAlarm }),
		list("vaults", "The vaults that hold backups.", "vault",
			func(r *estate.AccountRegion) *fact.List[estate.Vault] { return &r.Vaults },
			func(v *estate.Vault) any { return map[string]any{"name": v.Name} },
			plain("name", "Its name.", func(v *estate.Vault) *string { return &v.Name }),
			yes("own", "It is encrypted with a key of the owner's own.", func(v *estate.Vault) *fact.Of[bool] { return &v.Own }),
			yes("locked", "Nothing in it can be deleted early.", func(v *estate.Vault) *fact.Of[bool] { return &v.Locked }),
		),
		yes("backup_policy", "A backup policy that is in force has a plan. Whether the plan is switched on, and what the policy's tags choose, is not asked.",
			func(r *estate.AccountRegion) *fact.Of[bool] { return &r.BackupPolicy }),
	),
}
