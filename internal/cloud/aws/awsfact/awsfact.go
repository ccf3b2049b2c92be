// Package awsfact reads what AWS answered: documents become the estate's
// workloads and regions, error codes become causes, and every place that could
// not be looked at becomes a gap.
//
// It never asks AWS and imports none of its SDK. It never guesses: a member
// that is absent, or has a value that this version does not know, is unknown,
// and each exception from that says why AWS leaves the member out.
package awsfact

// Provider is the name of this cloud in a snapshot.Scope.
const Provider = "aws"
