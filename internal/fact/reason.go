package fact

import "plumbline/internal/snapshot"

// causes in words that end "not known, because …".
var causes = map[snapshot.Cause]string{
	snapshot.Denied:       "the permission is missing",
	snapshot.Throttled:    "the cloud's rate limit outlasted the retries",
	snapshot.CutOff:       "the reply ended early, attempt after attempt",
	snapshot.Unreadable:   "the reply was not one of the cloud's",
	snapshot.ServerError:  "the cloud answered with an error of its own",
	snapshot.Unreachable:  "the endpoint could not be reached",
	snapshot.NotOptedIn:   "the region is not enabled for the account",
	snapshot.Interrupted:  "the scan was stopped before the end",
	snapshot.BadLogin:     "the credentials were not accepted",
	snapshot.OtherRefusal: "the cloud refused",
	snapshot.NotCollected: "not collected",
	snapshot.OutOfScope:   "it was left out of this scan",
	snapshot.Absent:       "the reply does not carry it",
	snapshot.Pending:      "a change was asked for and is not in force yet",
	snapshot.UnknownValue: "the reply carries a value that this version does not know",
}

// CauseText says a cause in words; an unknown cause speaks for itself.
func CauseText(c snapshot.Cause) string {
	if t, ok := causes[c]; ok {
		return t
	}
	return string(c)
}

// String says the reason in one line: the cause, the detail, and the call that
// should have told.
func (r *Reason) String() string {
	s := CauseText(r.Cause)
	if r.Detail != "" {
		s += " (" + r.Detail + ")"
	}
	if r.Call != "" {
		s += ": " + r.Call
		if r.Region != "" && r.Region != snapshot.Global {
			s += " in " + r.Region
		}
	}
	return s
}
