package sdktest

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/vpc-go-sdk/vpcv1"
	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/sim/ibmestate"
)

// readInterfaces reads the network interfaces of a server: those of the older
// kind, or what its attachments look like to older clients.
func readInterfaces(t *testing.T, v *vpcv1.VpcV1, s *ibmestate.Server) {
	t.Helper()
	all := took[*vpcv1.NetworkInterfaceUnpaginatedCollection, *core.DetailedResponse](t)(v.ListInstanceNetworkInterfaces(&vpcv1.ListInstanceNetworkInterfacesOptions{InstanceID: &s.ID}))
	whole(t, "network interfaces", all)
	if len(all.NetworkInterfaces) != len(s.Interfaces) {
		t.Fatalf("%s: %d network interfaces, there are %d", s.Name, len(all.NetworkInterfaces), len(s.Interfaces))
	}
	for i, x := range all.NetworkInterfaces {
		n := s.Interfaces[i]
		if *x.ID != n.Attachment || *x.AllowIPSpoofing != n.Spoofing || *x.PrimaryIP.Address != n.Address || len(x.SecurityGroups) != len(n.Groups) || len(x.FloatingIps) != len(s.Region.FloatingOf(n)) {
			t.Errorf("%s: %+v", s.Name, x)
		}
	}
}

func readBareMetalInterfaces(t *testing.T, v *vpcv1.VpcV1, s *ibmestate.Server) {
	t.Helper()
	p, err := v.NewBareMetalServerNetworkInterfacesPager(&vpcv1.ListBareMetalServerNetworkInterfacesOptions{BareMetalServerID: &s.ID})
	all := every[vpcv1.BareMetalServerNetworkInterfaceIntf](t, "bare metal network interfaces", p, err)
	if len(all) != len(s.Interfaces) {
		t.Fatalf("%s: %d network interfaces, there are %d", s.Name, len(all), len(s.Interfaces))
	}
	for i := range all {
		x, n := all[i].(*vpcv1.BareMetalServerNetworkInterfaceByPci), s.Interfaces[i]
		if *x.ID != n.Attachment || *x.AllowIPSpoofing != n.Spoofing || *x.EnableInfrastructureNat == n.NoNAT || len(x.SecurityGroups) != len(n.Groups) || len(x.FloatingIps) != len(s.Region.FloatingOf(n)) {
			t.Errorf("%s: %+v", s.Name, x)
		}
	}
}

// readListeners reads the listeners of a load balancer, with what each of their
// policies does and asks about.
func readListeners(t *testing.T, v *vpcv1.VpcV1, l *ibmestate.LoadBalancer) {
	t.Helper()
	all := took[*vpcv1.LoadBalancerListenerCollection, *core.DetailedResponse](t)(v.ListLoadBalancerListeners(&vpcv1.ListLoadBalancerListenersOptions{LoadBalancerID: &l.ID}))
	whole(t, "listeners", all)
	for i, x := range l.Listeners {
		got := took[*vpcv1.LoadBalancerListenerPolicyCollection, *core.DetailedResponse](t)(v.ListLoadBalancerListenerPolicies(&vpcv1.ListLoadBalancerListenerPoliciesOptions{LoadBalancerID: &l.ID, ListenerID: &x.ID}))
		whole(t, "policies", got)
		if len(got.Policies) != len(x.Policies) || len(all.Listeners[i].Policies) != len(x.Policies) {
			t.Fatalf("%s: %d policies, there are %d", l.Name, len(got.Policies), len(x.Policies))
		}
		for k, p := range got.Policies {
			want := x.Policies[k]
			if *p.Action != want.Action || *all.Listeners[i].Policies[k].ID != want.ID || leadsTo(p.Target) != targetOf(want) {
				t.Errorf("%s: %s to %q, want %s to %q", l.Name, *p.Action, leadsTo(p.Target), want.Action, targetOf(want))
			}
			rules := took[*vpcv1.LoadBalancerListenerPolicyRuleCollection, *core.DetailedResponse](t)(v.ListLoadBalancerListenerPolicyRules(&vpcv1.ListLoadBalancerListenerPolicyRulesOptions{LoadBalancerID: &l.ID, ListenerID: &x.ID, PolicyID: p.ID}))
			whole(t, "rules", rules)
			if len(rules.Rules) != len(want.Rules) || *rules.Rules[0].ID != *p.Rules[0].ID || *rules.Rules[0].Type != want.Rules[0].Type {
				t.Errorf("%s: %+v", l.Name, rules.Rules)
			}
		}
	}
}

// leadsTo is what a policy's target names: a pool, a listener, or an address.
func leadsTo(to vpcv1.LoadBalancerListenerPolicyTargetIntf) string {
	x, _ := to.(*vpcv1.LoadBalancerListenerPolicyTarget)
	switch {
	case x == nil:
		return ""
	case x.Listener != nil:
		return *x.Listener.ID
	case x.URL != nil:
		return *x.URL
	default:
		return *x.ID
	}
}

func targetOf(p *ibmestate.ListenerPolicy) string {
	switch {
	case p.Pool != nil:
		return p.Pool.ID
	case p.Listener != nil:
		return p.Listener.ID
	default:
		return p.URL
	}
}

// The SDK makes another type of a security group's rule for each family of
// protocols. It knows none for "all", as older versions of the API write it, for
// the number of a protocol with a name, nor for what is newer than itself: those
// become the type above them.
func TestTheSDKReadsARuleOfEachProtocol(t *testing.T) {
	t.Parallel()
	_, url, a := serve(t, ibmestate.Corners())
	types := map[string]string{}
	for _, r := range took[*vpcv1.RegionCollection, *core.DetailedResponse](t)(vpcIn(t, url, "us-south", a).ListRegions(&vpcv1.ListRegionsOptions{})).Regions {
		p, err := vpcIn(t, url, *r.Name, a).NewSecurityGroupsPager(&vpcv1.ListSecurityGroupsOptions{})
		for _, g := range every[vpcv1.SecurityGroup](t, "security groups", p, err) {
			for _, rule := range g.Rules {
				protocol := *reflect.ValueOf(rule).Elem().FieldByName("Protocol").Interface().(*string)
				types[protocol] = fmt.Sprintf("%T", rule)
			}
		}
	}
	want := map[string]string{
		"all":          "*vpcv1.SecurityGroupRule",
		"quic_next":    "*vpcv1.SecurityGroupRule",
		"any":          "*vpcv1.SecurityGroupRuleProtocolAny",
		"icmp_tcp_udp": "*vpcv1.SecurityGroupRuleProtocolIcmptcpudp",
		"number_47":    "*vpcv1.SecurityGroupRule",
		"icmp":         "*vpcv1.SecurityGroupRuleSecurityGroupRuleProtocolIcmp",
		"tcp":          "*vpcv1.SecurityGroupRuleSecurityGroupRuleProtocolTcpudp",
		"udp":          "*vpcv1.SecurityGroupRuleSecurityGroupRuleProtocolTcpudp",
	}
	if d := cmp.Diff(want, types); d != "" {
		t.Errorf("types of rules (-want +got):\n%s", d)
	}
}
