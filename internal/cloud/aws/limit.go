package aws

import (
	"strings"

	"plumbline/internal/cloud/ask"
)

// paces by service. AWS counts by account, region and action, and tells the
// size of the bucket for EC2 alone: 100, and 20 a second (EC2 developer guide,
// request throttling). Half of it is left to whoever else asks. Those of the
// other services are far below what their users report.
var paces = map[string]ask.Pace{
	"ec2":           {Burst: 50, PerSecond: 10},
	"cloudwatch":    {Burst: 25, PerSecond: 10},
	"iam":           {Burst: 10, PerSecond: 5},
	"organizations": {Burst: 5, PerSecond: 2},
	"ssm":           {Burst: 50, PerSecond: 10},
}

var otherPace = ask.Pace{Burst: 20, PerSecond: 10}

// paceOf a call.
func paceOf(call string) ask.Pace {
	service, _, _ := strings.Cut(call, ":")
	if p, ok := paces[service]; ok {
		return p
	}
	return otherPace
}
