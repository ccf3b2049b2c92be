package postgres

import (
	"slices"
	"strings"

	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// words say each cause so that "in eu-west-1" may follow.
var words = map[snapshot.Cause]string{
	snapshot.Denied:       "was denied",
	snapshot.Throttled:    "was throttled until we gave up",
	snapshot.CutOff:       "was cut off",
	snapshot.Unreadable:   "gave a reply that is not the cloud's",
	snapshot.ServerError:  "failed at the cloud's side",
	snapshot.Unreachable:  "could not be reached",
	snapshot.NotOptedIn:   "was not asked, for the region is not enabled",
	snapshot.Interrupted:  "was interrupted",
	snapshot.BadLogin:     "was refused, for the credentials are not accepted",
	snapshot.OtherRefusal: "was refused",
	snapshot.NotCollected: "was not asked",
	snapshot.Absent:       "did not tell the value",
	snapshot.UnknownValue: "gave a value that this version does not know",
}

func sentenceOf(call, region string, cause snapshot.Cause, detail string) string {
	if call == "" {
		call = "The question"
	}
	w, ok := words[cause]
	if !ok {
		w = "was not answered"
	}
	s := call + " " + w
	if region != "" && region != snapshot.Global {
		s += " in " + region
	}
	if detail != "" {
		s += " (" + detail + ")"
	}
	return s + "."
}

func sentencesOf(rs []fact.Reason) []string {
	var all []string
	for _, r := range rs {
		all = append(all, sentenceOf(r.Call, r.Region, r.Cause, r.Detail))
	}
	return sorted(all)
}

func sorted(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// notListed is why a finding is out of sight where no refusal explains it.
const notListed = "The listing that would show it did not come whole."

func orNotListed(all []string) []string {
	if len(all) == 0 {
		return []string{notListed}
	}
	return all
}

// joined and split carry sentences as one text, for an array of arrays cannot.
func joined(all []string) string {
	return strings.ReplaceAll(clean(strings.Join(all, "\x1e")), "\n", " ")
}
