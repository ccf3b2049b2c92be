package awsrole

import (
	"fmt"

	"plumbline/internal/snapshot"
)

// Fix says what to do so that a question is answered next time, in a sentence
// or two; "" for an answer that came whole.
func Fix(a snapshot.Answer) string {
	if a.Whole() {
		return ""
	}
	switch a.Cause {
	case snapshot.Denied:
		return denied(a)
	case snapshot.BadLogin:
		return "AWS does not accept the credentials in " + place(a) + ". They may have expired or been deleted: sign in again. " +
			"In a region that was enabled a short while ago, try again in a few minutes."
	case snapshot.Throttled:
		return "The account was asked too often. Try again in some minutes, when fewer programs ask it."
	case snapshot.Unreachable, snapshot.CutOff:
		return "AWS could not be reached in " + place(a) + ", or the connection broke. Check that the server running Plumbline may open HTTPS connections to AWS there, " +
			"and whether a proxy or firewall stands in between."
	case snapshot.Unreadable:
		return "Something that is not AWS answered. Check AWS_ENDPOINT_URL, and whether a proxy stands in between."
	case snapshot.ServerError:
		return "AWS had a fault of its own in " + place(a) + ". Try again later; health.aws.amazon.com says whether it is known."
	case snapshot.NotOptedIn:
		return "The region " + a.Region + " is not enabled for this account. Enable it, or leave it out."
	case snapshot.Interrupted:
		return "The test was stopped before the answer came. Try again."
	case snapshot.NoCause, snapshot.OtherRefusal, snapshot.NotCollected, snapshot.OutOfScope, snapshot.Absent, snapshot.UnknownValue, snapshot.Pending:
	}
	return "Look the code up in the AWS documentation of " + a.Call + ", mend what it names, and try again."
}

// denied names the statement that is missing. A statement that is there can be
// overruled: by a deny, a permissions boundary or an organisation's policy.
func denied(a snapshot.Answer) string {
	for _, c := range Calls {
		if c.Action != a.Call || c.Sid == "" {
			continue
		}
		if c.Sid == SidOrganisation {
			return "Only the management account of the organisation and who it delegates this to may call " + a.Call + ". " +
				"Have it delegated to this account, or leave it: " + Notes[SidOrganisation]
		}
		return fmt.Sprintf("Allow %s on every resource (\"*\") in the statement %s of the role's policy. "+
			"If it is there already, a permissions boundary or a policy of your organisation forbids the call in %s.", a.Call, c.Sid, place(a))
	}
	return "Allow " + a.Call + " to the identity that Plumbline signs in with."
}

func place(a snapshot.Answer) string {
	if a.Region == "" || a.Region == snapshot.Global {
		return "the account"
	}
	return a.Region
}
