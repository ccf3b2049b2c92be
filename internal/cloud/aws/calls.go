package aws

import "plumbline/internal/cloud/aws/awsrole"

// Calls lists every request that the collector may make, see awsrole.Calls.
var Calls = awsrole.Calls

// Policy is the least-privilege policy of the identity that scans.
func Policy() []byte { return awsrole.Policy() }
