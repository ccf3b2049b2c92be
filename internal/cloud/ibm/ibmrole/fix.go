package ibmrole

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
		return "IBM Cloud does not accept the credentials in " + place(a) + ". The API key may have been deleted, disabled or expired, " +
			"or the trusted profile is not linked to this server any more: log in again."
	case snapshot.Throttled:
		return "The account was asked too often. Try again in some minutes, when fewer programs ask it."
	case snapshot.Unreachable, snapshot.CutOff:
		return "IBM Cloud could not be reached in " + place(a) + ", or the connection broke. Check that the server running Plumbline may open HTTPS connections " +
			"to IBM Cloud there, and whether a proxy or firewall stands in between."
	case snapshot.Unreadable:
		return "Something that is not IBM Cloud answered. Check PLUMBLINE_IBM_ENDPOINT, and whether a proxy stands in between."
	case snapshot.ServerError:
		return "IBM Cloud had a fault of its own in " + place(a) + ". Try again later; cloud.ibm.com/status says whether it is known."
	case snapshot.Interrupted:
		return "The test was stopped before the answer came. Try again."
	case snapshot.NotOptedIn, snapshot.NoCause, snapshot.OtherRefusal, snapshot.NotCollected, snapshot.OutOfScope, snapshot.Absent, snapshot.UnknownValue, snapshot.Pending:
	}
	return "Look the code up in the IBM Cloud documentation of " + a.Call + ", mend what it names, and try again."
}

// denied names the role that is missing. A policy that is there can be for
// other resources, and a context-based restriction overrules it.
func denied(a snapshot.Answer) string {
	for _, c := range Calls {
		switch {
		case c.Call != a.Call || c.Service == "":
		case c.Role == Operator:
			return fmt.Sprintf("No role of IBM Cloud's that only reads may call %s. The role %s on the service %s may, and it may delete API keys too, so that no template grants it. Grant it or a custom role, or leave it: %s",
				c.Call, c.Role, c.Service, notes[c.Service])
		case c.Service == ServiceEnterprise:
			return fmt.Sprintf("Grant the role %s on the service %s in the account that the enterprise belongs to, or leave it: %s", c.Role, c.Service, notes[c.Service])
		default:
			return fmt.Sprintf("Grant the role %s on %s, for every resource of it, to the access group that Plumbline is in. "+
				"If it is granted already, a context-based restriction forbids the call in %s.", c.Role, named(c.Service), place(a))
		}
	}
	return "Allow " + a.Call + " to the identity that Plumbline logs in with."
}

// named is a service as policies name it, or the type of resource.
func named(service string) string {
	if service == ServiceResources {
		return "the resource type " + service
	}
	return "the service " + service
}

func place(a snapshot.Answer) string {
	if a.Region == "" || a.Region == snapshot.Global {
		return "the account"
	}
	return a.Region
}
