package listing

import "plumbline/internal/query"

// FindingFields are the keys of a query over findings.
var FindingFields = query.Fields{
	{Key: "is", Type: query.Word, Words: []string{"open", "lost", "nodata", "resolved", "gone", "closed", "new", "reopened", "overdue"},
		Help: "where the finding stands; open fails, lost failed and can no longer be told, nodata cannot be told, closed is resolved or gone; new and reopened since the last scan"},
	{Key: "outcome", Type: query.Word, Words: []string{"fail", "nodata"}, Help: "what the rule says now"},
	{Key: "severity", Type: query.Word, Words: []string{"critical", "high", "medium", "low", "info"}, Help: "the rule's own severity"},
	{Key: "provider", Type: query.Word, Words: []string{"aws", "ibm", "gcp", "azure"}, Help: "the cloud"},
	{Key: "account", Type: query.Text, Help: "the account's id or name"},
	{Key: "region", Type: query.Text, Help: "the region"},
	{Key: "rule", Type: query.Text, Help: "the rule's id, such as AWS-IMDS-001"},
	{Key: "family", Type: query.Text, Help: "the part of the rule's id before its number, such as AWS-IMDS"},
	{Key: "resource", Type: query.Text, Help: "the resource's id, name or uid"},
	{Key: "kind", Type: query.Word, Words: []string{"workload", "template", "image", "principal", "credential", "network", "gate", "account", "account_region", "organisation", "host", "endpoint"},
		Help: "what the resource is"},
	{Key: "risk", Type: query.Number, Help: "0 to 100, higher is worse"},
	{Key: "first-seen", Type: query.Time, Help: "when it was first seen; <7d is within the last seven days"},
	{Key: "updated", Type: query.Time, Help: "when it last moved; >12w is more than twelve weeks ago, <2026-11-01 before that day"},
	{Key: "due", Type: query.Time, Ahead: true, Help: "when it is due; <7d is within the next seven days, what is overdue left out"},
	{Key: "scan", Type: query.Number, Help: "the scan that last moved it"},
	{Key: "owner", Type: query.Text, Help: "the name of who owns it; none is what nobody owns, me what belongs to your e-mail address"},
	{Key: "changed", Type: query.Word, Words: []string{"new", "reopened", "fixed", "gone", "lost", "retired"}, Help: "what the last finished scan of its account did to it"},
}

// WorkloadFields are the keys of a query over the inventory.
var WorkloadFields = query.Fields{
	{Key: "provider", Type: query.Word, Words: []string{"aws", "ibm", "gcp", "azure"}, Help: "the cloud"},
	{Key: "account", Type: query.Text, Help: "the account's id or name"},
	{Key: "region", Type: query.Text, Help: "the region"},
	{Key: "resource", Type: query.Text, Help: "its id, name or uid"},
	{Key: "type", Type: query.Text, Help: "instance, or what else it is"},
	{Key: "state", Type: query.Text, Help: "running, stopped and so on; unknown where it could not be told"},
	{Key: "endpoint", Type: query.Word, Words: []string{"enabled", "disabled", "unknown"}, Help: "the metadata service"},
	{Key: "tokens", Type: query.Word, Words: []string{"required", "optional", "unknown"}, Help: "metadata tokens"},
	{Key: "hop-limit", Type: query.Number, Help: "hops that a token's reply may travel"},
	{Key: "internet", Type: query.Word, Words: []string{"reachable", "restricted", "via_lb", "internal", "isolated", "unknown"}, Help: "how it can be reached from the internet"},
	{Key: "power", Type: query.Word, Words: []string{"admin", "escalation", "write", "data_read", "read", "limited", "none", "unknown"}, Help: "what its identity may do"},
	{Key: "group", Type: query.Text, Help: "the Auto Scaling group that launched it, by name or ARN"},
	{Key: "has", Type: query.Word, Words: []string{"findings", "nodata"}, Help: "open findings, or judgements that could not be made"},
}
