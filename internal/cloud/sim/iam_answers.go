package sim

import (
	"slices"
	"strconv"
	"strings"
)

// CaseOf is the power case that a role of the account was made for; false for
// the roles that every account has.
func (a *Account) CaseOf(role string) (PowerCase, bool) {
	number, _, _ := strings.Cut(role, "-")
	n, err := strconv.Atoi(number)
	if err != nil || len(number) != 3 || n >= len(powerCases) {
		return PowerCase{}, false
	}
	return powerCases[n], true
}

// wholeServices are the cases in which a statement takes in every action of a
// service on everything, and nothing that binds takes it away again. Statements
// about all but some actions are none of these.
var wholeServices = []string{
	"AdministratorAccess", "everything, written by hand", "everything as *:*", "everything, the only statement not in a list",
	"everything, under the old version", "everything beside logs", "everything in the default version",
	"AdministratorAccess within a boundary as wide", "everything, if signed in with a second factor",
	"AdministratorAccess, trusted in two partitions", "AdministratorAccess, anyone may become it",
	"AdministratorAccess within PowerUserAccess", // all but IAM is left
	"AmazonS3FullAccess", "AdministratorAccess within AmazonS3FullAccess",
	"admin, v1 credentials denied", "admin, v1 credentials denied if told", "admin, v1 credentials denied for buckets only",
	"admin, v1 credentials denied below 1.0", "admin, bound to its network", "admin, bound to its VPC only", "admin, bound to its network and to tokens",
	"AdministratorAccess where the organisation denies iam", "AdministratorAccess in the account that policies do not bind",
	"AdministratorAccess where the organisation denies v1 credentials",
}

// WholeServices says whether the role takes in whole services: Yes, No, or
// Uncertain where a policy that decides cannot be read.
func (c *PowerCase) WholeServices() string {
	switch {
	case c.Level == UnknownPower:
		return Uncertain
	case slices.Contains(wholeServices, c.Name):
		return Yes
	}
	return No
}

// NoRole says whether no role stands behind the case's profile: Uncertain where
// the profile is gone.
func (c *PowerCase) NoRole() string {
	switch c.Shape {
	case "none", "without role":
		return Yes
	case "gone":
		return Uncertain
	}
	return No
}
