package sim

import (
	"strconv"
	"time"
)

// The types of load balancers have the members of their APIs, under the very
// names that stand on the wire, unless the tag aws says otherwise.

// A LoadBalancer is one of the second kind: "application" or "network".
type LoadBalancer struct {
	LoadBalancerArn, LoadBalancerName, DNSName, Scheme, Type, IpAddressType, VpcId string
	CanonicalHostedZoneId                                                          string
	CreatedTime                                                                    time.Time
	State                                                                          *LoadBalancerState
	SecurityGroups                                                                 []string
	AvailabilityZones                                                              []BalancerZone
}

// A LoadBalancerState is "active", "provisioning", "failed" …
type LoadBalancerState struct{ Code, Reason string }

// A BalancerZone is a subnet in which a load balancer stands.
type BalancerZone struct {
	ZoneName, SubnetId    string
	LoadBalancerAddresses []BalancerAddress
}

// A BalancerAddress is a fixed address of a network load balancer.
type BalancerAddress struct{ IpAddress, AllocationId, PrivateIPv4Address, IPv6Address string }

// A Listener takes connections on a port.
type Listener struct {
	ListenerArn, LoadBalancerArn, Protocol, SslPolicy string
	Port                                              int
	Certificates                                      []Certificate
	DefaultActions                                    []Action
}

// A Certificate is one that a listener shows.
type Certificate struct{ CertificateArn string }

// An Action is what becomes of a request.
type Action struct {
	Type, TargetGroupArn string
	Order                *int
	ForwardConfig        *Forward
}

// A Forward spreads requests over target groups.
type Forward struct{ TargetGroups []TargetGroupTuple }

// A TargetGroupTuple is a target group and its share.
type TargetGroupTuple struct {
	TargetGroupArn string
	Weight         *int
}

// A ListenerRule is a condition under which other actions are taken.
type ListenerRule struct {
	RuleArn, Priority string
	IsDefault         bool
	Actions           []Action
	Conditions        []RuleCondition
	ListenerArn       string `aws:"-"`
}

// A RuleCondition is a property that a request must have.
type RuleCondition struct {
	Field            string
	Values           []string
	SourceIpConfig   *SourceCondition
	HttpHeaderConfig *HeaderCondition
}

// A SourceCondition is met by clients of some blocks.
type SourceCondition struct{ Values []string }

// A HeaderCondition is met by requests with a header.
type HeaderCondition struct {
	HttpHeaderName string
	Values         []string
}

// A TargetGroup is where requests go: instances or addresses.
type TargetGroup struct {
	TargetGroupArn, TargetGroupName, Protocol, ProtocolVersion, TargetType, IpAddressType, VpcId string
	HealthCheckProtocol, HealthCheckPort, HealthCheckPath                                        string
	HealthCheckEnabled                                                                           bool
	Port                                                                                         int
	HealthCheckIntervalSeconds, HealthCheckTimeoutSeconds, HealthyThresholdCount                 int
	UnhealthyThresholdCount                                                                      int
	LoadBalancerArns                                                                             []string
	Targets                                                                                      []TargetHealth `aws:"-"`
	PreservesClient                                                                              bool           `aws:"-"` // the attribute preserve_client_ip.enabled
	CrossZone                                                                                    string         `aws:"-"` // the attribute load_balancing.cross_zone.enabled
}

// Attributes are the settings of a target group that decide who reaches its
// targets. Not every kind of load balancer has all.
func (t *TargetGroup) Attributes() []Tag {
	out := []Tag{{"deregistration_delay.timeout_seconds", "300"}, {"load_balancing.cross_zone.enabled", t.CrossZone}, {"stickiness.enabled", "false"}}
	if t.Protocol != "HTTP" {
		out = append(out, Tag{"preserve_client_ip.enabled", strconv.FormatBool(t.PreservesClient)})
	}
	return out
}

// A TargetHealth is a target and how it does.
type TargetHealth struct {
	Target          Target
	HealthCheckPort string
	TargetHealth    Health
}

// A Target is an instance or an address, and a port of it.
type Target struct {
	Id, AvailabilityZone string
	Port                 int
}

// A Health is "healthy", "unhealthy", "unused", "draining" …
type Health struct{ State, Reason, Description string }

// A ClassicBalancer is a load balancer of the first kind.
type ClassicBalancer struct {
	LoadBalancerName, DNSName, Scheme string
	VpcId                             string `aws:"VPCId"`
	CanonicalHostedZoneName           string
	CreatedTime                       time.Time
	SecurityGroups, Subnets           []string
	AvailabilityZones                 []string
	SourceSecurityGroup               *SourceGroup
	HealthCheck                       *HealthCheck
	Instances                         []ClassicTarget
	ListenerDescriptions              []ClassicListenerDescription
}

// A SourceGroup is the group that a classic load balancer speaks from.
type SourceGroup struct{ OwnerAlias, GroupName string }

// A HealthCheck is how a classic load balancer asks its instances.
type HealthCheck struct {
	Target                                                  string
	Interval, Timeout, HealthyThreshold, UnhealthyThreshold int
}

// A ClassicTarget is an instance of a classic load balancer.
type ClassicTarget struct{ InstanceId string }

// A ClassicListenerDescription is a listener with its policies.
type ClassicListenerDescription struct {
	Listener    ClassicListener
	PolicyNames []string
}

// A ClassicListener maps a port of the load balancer to one of the instance.
type ClassicListener struct {
	Protocol, InstanceProtocol     string
	LoadBalancerPort, InstancePort int
	SSLCertificateId               string
}
