package path

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/power"
)

// A Provider is what one cloud's commands are, and which of its rules ask for a
// change. A function that is nil, or that returns "", has none to give.
type Provider struct {
	Tokens   func(*estate.Workload) string                    // requires session tokens
	HTTPS    func(*estate.Workload) string                    // has the service answer by HTTPS alone
	Endpoint func(*estate.Workload) string                    // switches the service off
	Close    func(*estate.Workload, []estate.GateRule) string // removes rules of gates
	Detach   func(*estate.Workload) string                    // takes the identity away
	Rules    func(kind string, w *estate.Workload) []string   // ids of rules that ask for a Fix of a kind
	Enter    string                                           // how administrators come in without an open port; a VPN where it is empty
}

// protocolChosen are the clouds whose metadata service answers by plain HTTP or by
// HTTPS, as the workload's owner has it.
var protocolChosen = map[string]bool{"ibm": true}

// Commands are the clouds that have some. A cloud adds its own here.
var Commands = map[string]Provider{
	"aws": {
		Tokens: func(w *estate.Workload) string {
			return command("aws ec2 modify-instance-metadata-options --region %s --instance-id %s --http-tokens required", w.Region, w.ID)
		},
		Endpoint: func(w *estate.Workload) string {
			return command("aws ec2 modify-instance-metadata-options --region %s --instance-id %s --http-endpoint disabled", w.Region, w.ID)
		},
		Close: awsClose,
		Detach: func(w *estate.Workload) string {
			return command("aws ec2 disassociate-iam-instance-profile --region %s --association-id $(aws ec2 describe-iam-instance-profile-associations --region %s "+
				"--filters Name=instance-id,Values=%s --query IamInstanceProfileAssociations[0].AssociationId --output text)", w.Region, w.Region, w.ID)
		},
		Rules: awsRules,
		Enter: "Session Manager or a VPN",
	},
	"ibm": {HTTPS: ibmHTTPS, Endpoint: ibmEndpoint, Close: ibmClose, Detach: ibmDetach, Rules: ibmRules},
}

// awsRules are those that fail on a workload of AWS with such a path.
func awsRules(kind string, w *estate.Workload) []string {
	switch kind {
	case CutTokens:
		return []string{"AWS-IMDS-001"}
	case CutExposure:
		return append(openRules(open(&w.Exposure), "AWS-NET-001", "AWS-NET-002", "AWS-NET-003"), "AWS-NET-006") // the general one last
	case CutIdentity:
		switch level, _ := w.Identity.AtLeast.Get(); power.Level(level) {
		case power.Admin:
			return []string{"AWS-IAM-001"}
		case power.Escalation:
			return []string{"AWS-IAM-002"}
		}
	}
	return nil
}

// openRules are those of the rules about SSH, remote desktops and all ports that
// openings are about.
func openRules(os []estate.Opening, ssh, rdp, all string) []string {
	var ids []string
	for _, about := range []struct {
		id       string
		from, to int64
	}{{ssh, 22, 22}, {rdp, 3389, 3389}, {all, 0, 65535}} {
		if slices.ContainsFunc(os, func(o estate.Opening) bool {
			return o.Protocol == "tcp" && o.Layer != "l7" && o.From <= about.from && about.to <= o.To
		}) {
			ids = append(ids, about.id)
		}
	}
	return ids
}

// awsClose gives a command for each rule, one on a line; none if one cannot be
// named, for the others alone would not close the way.
func awsClose(w *estate.Workload, rules []estate.GateRule) string {
	var lines []string
	for _, r := range rules {
		line := command("aws ec2 revoke-security-group-ingress --region %s --group-id %s --security-group-rule-ids %s", w.Region, last(r.Gate), r.ID)
		if line == "" {
			return ""
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// plain is a word that means itself to a shell and to a command line.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/+=@-]*$`)

// command fills words into a command; "" if one of them could be taken for
// something else.
func command(format string, words ...string) string {
	args := make([]any, len(words))
	for i, w := range words {
		if !plain.MatchString(w) {
			return ""
		}
		args[i] = w
	}
	return fmt.Sprintf(format, args...)
}
