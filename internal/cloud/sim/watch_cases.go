package sim

// A WatchCase is one way a region may be watched, with what is true of it.
type WatchCase struct {
	Name      string
	Detectors []bool // enabled, of each
	Analyzers []Analyzer
	Recorders []Recorder
	Alarms    []Alarm
	Filters   []MetricFilter
	Vaults    []Vault

	Detector, Analyzer, Recorder bool // one works
	MetaAlarm                    bool // one watches requests without a token
	ChangeAlarm                  bool // one that somebody is told of watches changes of security groups
}

const (
	changePattern = "{($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = AuthorizeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) || ($.eventName = RevokeSecurityGroupEgress) || ($.eventName = CreateSecurityGroup) || ($.eventName = DeleteSecurityGroup) || ($.eventName = CreateNetworkAcl) || ($.eventName = CreateNetworkAclEntry) || ($.eventName = DeleteNetworkAcl) || ($.eventName = DeleteNetworkAclEntry) || ($.eventName = ReplaceNetworkAclEntry) || ($.eventName = ReplaceNetworkAclAssociation)}"
	topic         = "arn:aws:sns:eu-west-1:111122223333:security"
	ownKey        = "arn:aws:kms:eu-west-1:111122223333:key/5d9bb8b4-6a1e-4f5a-9c57-0d3f6f0a1b2c"
)

// changeFilter counts changes of security groups.
var changeFilter = MetricFilter{"network-changes", "cloudtrail", changePattern, "Security", "NetworkChanges"}

// alarm is one that tells somebody.
func alarm(name, namespace, metric string) Alarm {
	return Alarm{Name: name, Namespace: namespace, Metric: metric, Actions: []string{topic}, ActionsEnabled: true, State: "OK"}
}

// WatchCases returns every case, in a fixed order.
func WatchCases() []WatchCase { return watchCases }

var watchCases = []WatchCase{
	{Name: "watched", Detectors: []bool{true}, Analyzers: []Analyzer{{Name: "account", Status: "ACTIVE", Type: "ACCOUNT"}}, Recorders: []Recorder{{Name: "default", Recording: true, Status: "SUCCESS"}},
		Alarms:  []Alarm{alarm("imds-v1", "AWS/EC2", "MetadataNoToken"), alarm("network-changes", "Security", "NetworkChanges")},
		Filters: []MetricFilter{changeFilter}, Vaults: []Vault{{Name: "main", Key: ownKey, Locked: true, Points: 12}},
		Detector: true, Analyzer: true, Recorder: true, MetaAlarm: true, ChangeAlarm: true},
	{Name: "nobody looks"},
	{Name: "everything switched off", Detectors: []bool{false}, Analyzers: []Analyzer{{Name: "old", Status: "DISABLED", Type: "ACCOUNT"}}, Recorders: []Recorder{{Name: "default", Status: "PENDING"}},
		Alarms:  []Alarm{{Name: "network-changes", Namespace: "Security", Metric: "NetworkChanges", State: "INSUFFICIENT_DATA"}, alarm("cpu", "AWS/EC2", "CPUUtilization")},
		Filters: []MetricFilter{changeFilter}, Vaults: []Vault{{Name: "Default", Points: 3}}},
	{Name: "watched by halves", Detectors: []bool{true}, Analyzers: []Analyzer{{Name: "unused", Status: "FAILED", Type: "ACCOUNT_UNUSED_ACCESS"}}, Recorders: []Recorder{{Name: "default", Recording: true, Status: "FAILURE"}},
		Alarms:  []Alarm{{Name: "imds", Of: []Metric{{"AWS/EC2", "MetadataNoTokenRejected"}, {"AWS/EC2", "CPUUtilization"}}, Actions: []string{topic}, ActionsEnabled: true, State: "OK"}, {Name: "changes", Namespace: "Security", Metric: "NetworkChanges", Actions: []string{topic}, State: "OK"}},
		Filters: []MetricFilter{changeFilter}, Vaults: []Vault{{Name: "locked", Locked: true}, {Name: "own-key", Key: ownKey}},
		Detector: true, Recorder: true, MetaAlarm: true},
	{Name: "alarms about something else", Detectors: []bool{true}, Analyzers: []Analyzer{{Name: "org", Status: "ACTIVE", Type: "ORGANIZATION"}},
		Alarms:   []Alarm{alarm("metadata", "Custom", "MetadataNoToken"), alarm("logins", "Security", "ConsoleLogins")},
		Filters:  []MetricFilter{{"logins", "cloudtrail", "{ $.eventName = ConsoleLogin }", "Security", "ConsoleLogins"}},
		Detector: true, Analyzer: true},
}

func watchCaseNamed(name string) WatchCase {
	for _, c := range watchCases {
		if c.Name == name {
			return c
		}
	}
	panic("no such case of watching: " + name)
}

// watched makes what a case says, with ids that follow from a word.
func watched(c WatchCase, word string) *Watch {
	rng := seeded("watch of " + word)
	w := &Watch{Case: c.Name, Alarms: c.Alarms, Filters: c.Filters}
	for _, on := range c.Detectors {
		w.Detectors = append(w.Detectors, Detector{ID: hexID(rng, "") + hexID(rng, "")[:15], Enabled: on, Made: epoch})
	}
	for _, a := range c.Analyzers {
		a.Made = epoch
		w.Analyzers = append(w.Analyzers, a)
	}
	for _, r := range c.Recorders {
		r.Started = epoch
		w.Recorders = append(w.Recorders, r)
	}
	for _, v := range c.Vaults {
		v.Made = epoch
		w.Vaults = append(w.Vaults, v)
	}
	return w
}

// A TrailCase is one way an account's calls may be recorded. Good says that
// one trail records every management event in every region and is on;
// Validated that the files of all trails are signed.
type TrailCase struct {
	Name            string
	Trails          []Trail
	Good, Validated bool
}

// TrailCases returns every case, in a fixed order.
func TrailCases() []TrailCase { return trailCases }

var everyEvent = []Selector{{Reads: "All", Management: true}}

var trailCases = []TrailCase{
	{Name: "one good trail", Good: true, Validated: true, Trails: []Trail{{Name: "main", LogGroup: "cloudtrail", MultiRegion: true, Global: true, Validated: true, Logging: true, Selectors: everyEvent}}},
	{Name: "no trail", Validated: true},
	{Name: "a trail of one region, unsigned", Trails: []Trail{{Name: "local", Logging: true, Global: true, Selectors: everyEvent}}},
	{Name: "a trail that was stopped", Validated: true, Trails: []Trail{{Name: "main", MultiRegion: true, Global: true, Validated: true, Selectors: everyEvent}}},
	{Name: "writes only, beside a good one of the newer kind", Good: true, Trails: []Trail{
		{Name: "writes", MultiRegion: true, Global: true, Logging: true, Selectors: []Selector{{Reads: "WriteOnly", Management: true}}},
		{Name: "all", MultiRegion: true, Global: true, Validated: true, Logging: true, AdvancedCategories: []string{"Management", "Data"}}}},
	{Name: "data events only", Validated: true, Trails: []Trail{{Name: "objects", MultiRegion: true, Global: true, Validated: true, Logging: true, AdvancedCategories: []string{"Data"}}}},
	{Name: "reads only", Validated: true, Trails: []Trail{{Name: "reads", MultiRegion: true, Global: true, Validated: true, Logging: true, AdvancedCategories: []string{"Management"}, AdvancedReadOnly: "true"}}},
}

// A UsageCase is how an instance's metadata service was used without tokens,
// as CloudWatch tells: counts by hours before the end of what is asked for.
type UsageCase struct {
	Name     string
	NoToken  []Count
	Rejected []Count
	State    string // "" is all data; "none", "partial", "failed", or "paged": the rest is on a later page

	Sum, SumRejected int // truly, of 14 days and of 24 hours; -1 cannot be known
}

// A Count is how many requests there were, so many hours ago.
type Count struct{ HoursAgo, N int }

// UsageCases returns every case, in a fixed order.
func UsageCases() []UsageCase { return usageCases }

var usageCases = []UsageCase{
	{Name: "never without a token", NoToken: daily(14), Rejected: []Count{{1, 0}}},
	{Name: "often without", NoToken: []Count{{1, 40}, {2, 2}, {30, 7}, {300, 11}}, Rejected: []Count{{1, 0}}, Sum: 60, SumRejected: 0},
	{Name: "once, ten days ago", NoToken: []Count{{1, 0}, {240, 1}}, Rejected: []Count{{1, 0}}, Sum: 1, SumRejected: 0},
	{Name: "only longer ago than is asked", NoToken: []Count{{1, 0}, {340, 90}}, Rejected: []Count{{1, 0}, {26, 5}}},
	{Name: "rejected today", NoToken: []Count{{1, 0}}, Rejected: []Count{{2, 3}, {20, 4}, {30, 100}}, Sum: 0, SumRejected: 7},
	{Name: "nothing was ever measured", State: "none", Sum: -1, SumRejected: -1},
	{Name: "part of the data", NoToken: []Count{{1, 0}, {100, 3}}, State: "partial", Sum: -1, SumRejected: -1},
	{Name: "the service failed", State: "failed", Sum: -1, SumRejected: -1},
	{Name: "the rest on another page", NoToken: []Count{{1, 5}, {100, 6}}, Rejected: []Count{{1, 1}, {3, 2}}, State: "paged", Sum: 11, SumRejected: 3},
}

// daily counts nothing, on each of the last days.
func daily(days int) (l []Count) {
	for n := range days {
		l = append(l, Count{1 + 24*n, 0})
	}
	return l
}

// A CareCase is how an instance is cared for: what Systems Manager and Backup
// know of it.
type CareCase struct {
	Name   string
	Agent  string // Online, ConnectionLost, Inactive; "" is not managed
	Patch  *Patch // nil: no patch was ever looked for
	Backup string // "", "instance", "volume"

	Compliant string // truly: yes, no, never (no patch was ever looked for)
}

// A Patch counts patches of an instance.
type Patch struct {
	Installed, Missing, Failed, Critical, Security, Other int
	Operation                                             string // Scan or Install
}

// CareCases returns every case, in a fixed order.
func CareCases() []CareCase { return careCases }

var careCases = []CareCase{
	{Name: "patched and backed up", Agent: "Online", Patch: &Patch{Installed: 210, Operation: "Install"}, Backup: "instance", Compliant: "yes"},
	{Name: "nobody cares", Compliant: "never"},
	{Name: "patches missing", Agent: "Online", Patch: &Patch{Installed: 180, Missing: 4, Critical: 1, Security: 3, Operation: "Scan"}, Backup: "volume", Compliant: "no"},
	{Name: "a patch failed", Agent: "Online", Patch: &Patch{Installed: 180, Failed: 1, Security: 1, Operation: "Install"}, Backup: "instance", Compliant: "no"},
	{Name: "never looked for patches", Agent: "Online", Compliant: "never"},
	{Name: "the agent is gone", Agent: "ConnectionLost", Patch: &Patch{Installed: 12, Operation: "Scan"}, Compliant: "yes"},
}

// silentCare are cases beside those that instances are furnished with in turn:
// of agents that fell silent, as that of a stopped instance does.
var silentCare = []CareCase{
	{Name: "silent, and nobody ever looked", Agent: "ConnectionLost", Compliant: "never"},
	{Name: "silent since patches were missing", Agent: "ConnectionLost", Patch: &Patch{Installed: 90, Missing: 2, Critical: 1, Security: 1, Operation: "Scan"}, Compliant: "no"},
	{Name: "silent since all was installed", Agent: "ConnectionLost", Patch: &Patch{Installed: 92, Operation: "Install"}, Compliant: "yes"},
}
