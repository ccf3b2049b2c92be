package path

import (
	"slices"
	"strings"

	"plumbline/internal/estate"
	"plumbline/internal/power"
)

const bareMetal = "bare_metal_server"

// ibmHTTPS is a request of the VPC API: operations update_instance and
// update_bare_metal_server take a patch of metadata_service.
func ibmHTTPS(w *estate.Workload) string {
	servers := "instances"
	if w.Type == bareMetal {
		servers = "bare_metal_servers"
	}
	return command(`curl -fsS -X PATCH "https://%s.iaas.cloud.ibm.com/v1/%s/%s?version=2026-04-07&generation=2" `+
		`-H "Authorization: ${IAM_TOKEN:?Bearer and a token, from ibmcloud iam oauth-tokens}" -H 'Content-Type: application/merge-patch+json' `+
		`-d '{"metadata_service":{"protocol":"https"}}'`, w.Region, servers, w.ID)
}

func ibmEndpoint(w *estate.Workload) string {
	update := "instance-update"
	if w.Type == bareMetal {
		update = "bare-metal-server-update"
	}
	return command("ibmcloud target -r %s && ibmcloud is %s %s --metadata-service false", w.Region, update, w.ID)
}

// ibmClose gives a command for each rule, one on a line; none if one cannot be
// named, for the others alone would not close the way.
func ibmClose(w *estate.Workload, rules []estate.GateRule) string {
	lines := []string{command("ibmcloud target -r %s", w.Region)}
	for _, r := range rules {
		lines = append(lines, command("ibmcloud is security-group-rule-delete %s %s --force", last(r.Gate), r.ID))
	}
	return joined(lines)
}

// ibmDetach takes away every way by which the workload becomes a profile that may
// do harm: its links, and the claim rules that it fits, which others may fit too.
func ibmDetach(w *estate.Workload) string {
	if !w.Identity.Profiles.Whole() {
		return "" // another may be left
	}
	var lines []string
	for _, b := range w.Identity.Profiles.Items() {
		if most, known := b.Power.Get(); known && !harmful(most, w) {
			continue
		}
		format := "ibmcloud iam trusted-profile-link-delete %s %s --force"
		if b.Mechanism == estate.ByClaimRule {
			format = "ibmcloud iam trusted-profile-rule-delete %s %s --force"
		}
		if line := command(format, last(b.Principal), b.By); !slices.Contains(lines, line) {
			lines = append(lines, line) // a default profile is told by its link too
		}
	}
	return joined(lines)
}

// joined are lines of which none is missing.
func joined(lines []string) string {
	if slices.Contains(lines, "") {
		return ""
	}
	return strings.Join(lines, "\n")
}

// ibmRules are those that fail on a workload of IBM Cloud with such a path.
func ibmRules(kind string, w *estate.Workload) []string {
	switch kind {
	case CutHTTPS:
		if w.Type == bareMetal {
			return []string{"IBM-IMDS-005"}
		}
		return []string{"IBM-IMDS-002"}
	case CutExposure:
		return openRules(open(&w.Exposure), "IBM-NET-001", "IBM-NET-002", "IBM-NET-003")
	case CutIdentity:
		if level, _ := w.Identity.AtLeast.Get(); power.Level(level).Rank() >= power.Escalation.Rank() {
			return []string{"IBM-IAM-001"}
		}
	}
	return nil
}
