package listing

import "plumbline/internal/query"

// RuleFields are the keys of a query over the rules that hold here.
var RuleFields = query.Fields{
	{Key: "is", Type: query.Word, Words: []string{"asked", "off", "edited", "waiting", "failing", "nodata", "passing", "unread"},
		Help: "where the rule stands; off is not asked, edited was written anew or has parameters set, waiting has proposals that wait for a decision; failing, nodata and passing are by what the last scans told; unread was approved here and cannot be read by this version of the program"},
	{Key: "severity", Type: query.Word, Words: []string{"critical", "high", "medium", "low", "info"}, Help: "the rule's own severity"},
	{Key: "provider", Type: query.Word, Words: []string{"aws", "ibm", "gcp", "azure"}, Help: "the cloud; rules that hold on every cloud are among those of each"},
	{Key: "family", Type: query.Text, Help: "the part of the rule's id before its number, such as AWS-IMDS"},
	{Key: "origin", Type: query.Word, Words: []string{string(Shipped), string(Directory), string(Own)}, Help: "with Plumbline, from the directory of the service, or written here"},
	{Key: "kind", Type: query.Word, Words: []string{"workload", "template", "image", "principal", "credential", "network", "gate", "account", "account_region", "organisation", "host", "endpoint"},
		Help: "what the rule is asked of"},
	{Key: "rule", Type: query.Text, Help: "the rule's id, such as AWS-IMDS-001"},
}
