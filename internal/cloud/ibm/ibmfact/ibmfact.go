// Package ibmfact reads what IBM Cloud answered: documents become the estate's
// workloads, networks, trusted profiles and accounts, error bodies become
// causes, and every place that could not be looked at becomes a gap.
//
// It never asks IBM Cloud and imports none of its SDK. It never guesses: a
// member that is absent, or has a value that this version does not know, is
// unknown, and each exception from that says why IBM leaves the member out.
package ibmfact

// Provider is the name of this cloud in a snapshot.Scope.
const Provider = "ibm"

// Version is the day of the VPC API that every request names (the query
// parameter "version"): what a reply means is fixed by it.
const Version = "2026-04-07"
