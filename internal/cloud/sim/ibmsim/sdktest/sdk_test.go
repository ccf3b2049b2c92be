// Package sdktest has IBM's SDKs read what the simulated IBM Cloud writes. It
// stands apart so that the simulator's own tests compile none of them.
package sdktest

import (
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud/sim/ibmestate"
	"plumbline/internal/cloud/sim/ibmsim"
)

// serve serves an estate, and gives its address with who is known to it.
func serve(t *testing.T, e *ibmestate.Estate, o ...ibmsim.Option) (*ibmsim.Server, string, core.Authenticator) {
	t.Helper()
	s := ibmsim.New(e, o...)
	ts := httptest.NewServer(s)
	t.Cleanup(ts.Close)
	return s, ts.URL, &core.IamAuthenticator{ApiKey: s.APIKey(""), URL: ts.URL}
}

func vpcIn(t *testing.T, url, region string, a core.Authenticator) *vpcv1.VpcV1 {
	t.Helper()
	v, err := vpcv1.NewVpcV1(&vpcv1.VpcV1Options{Authenticator: a, URL: url + "/" + region + "/v1", Version: core.StringPtr("2026-04-07")})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// missing lists the members that the SDK's documentation requires and that a
// decoded reply has not.
func missing(v reflect.Value, path string, out map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			missing(v.Elem(), path, out)
		}
	case reflect.Slice:
		for i := range v.Len() {
			missing(v.Index(i), path+"[]", out)
		}
	case reflect.Struct:
		if !strings.Contains(v.Type().PkgPath(), "IBM") {
			return
		}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			at := path + "." + f.Name
			x := v.Field(i)
			if nilable := x.Kind() == reflect.Pointer || x.Kind() == reflect.Interface || x.Kind() == reflect.Slice; nilable && x.IsNil() {
				if f.Tag.Get("validate") == "required" {
					out[at] = true
				}
				continue
			}
			missing(x, at, out)
		}
	}
}

// whole fails for each member that is required and missing.
func whole(t *testing.T, name string, v any) {
	t.Helper()
	out := map[string]bool{}
	missing(reflect.ValueOf(v), name, out)
	for at := range out {
		t.Errorf("%s is required and missing", at)
	}
}

// took gives the first of a call's answers, which must be one.
func took[T, R any](t *testing.T) func(T, R, error) T {
	return func(v T, _ R, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// every gives all items of a pager.
func every[T any](t *testing.T, name string, p interface{ GetAll() ([]T, error) }, err error) []T {
	t.Helper()
	if err != nil {
		t.Fatal(name, err)
	}
	all, err := p.GetAll()
	if err != nil {
		t.Fatal(name, err)
	}
	whole(t, name, all)
	return all
}

func estates() map[string]*ibmestate.Estate {
	return map[string]*ibmestate.Estate{
		"demo":    ibmestate.Demo(),
		"corners": ibmestate.Corners(),
		"fleet":   ibmestate.Generate(ibmestate.Intent{Seed: 4, Regions: 2, Instances: 2300}),
	}
}

func TestTheSDKReadsTheVPCService(t *testing.T) {
	t.Parallel()
	for name, e := range estates() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, url, a := serve(t, e)
			regions := took[*vpcv1.RegionCollection, *core.DetailedResponse](t)(vpcIn(t, url, "us-south", a).ListRegions(&vpcv1.ListRegionsOptions{}))
			whole(t, "regions", regions)
			for _, r := range regions.Regions {
				if *r.Endpoint != url+"/"+*r.Name {
					t.Error(*r.Endpoint)
				}
				readRegion(t, vpcIn(t, url, *r.Name, a), e.Accounts[0].Region(*r.Name))
			}
		})
	}
}

// mostInScenes is how many servers a region of scenes has at most; a fleet has
// more, of which some are enough.
const mostInScenes = 200

func readRegion(t *testing.T, v *vpcv1.VpcV1, r *ibmestate.Region) {
	t.Helper()
	counts := map[string][2]int{}
	add := func(name string, got, want int) { counts[name] = [2]int{got, want} }

	pi, err := v.NewInstancesPager(&vpcv1.ListInstancesOptions{Limit: core.Int64Ptr(100)})
	instances := every[vpcv1.Instance](t, "instances", pi, err)
	add("instances", len(instances), r.Len())
	for i, x := range instances {
		s := r.Server(i)
		m := x.MetadataService
		if *x.CRN != s.CRN || *m.Enabled != s.Metadata.Enabled || *m.Protocol != s.Metadata.Protocol || int(*m.ResponseHopLimit) != s.Metadata.HopLimit || *x.Status != s.Status || len(x.NetworkInterfaces) != len(s.Interfaces) {
			t.Fatal("instance ", i, ": ", *x.Name)
		}
		if i%97 == 0 || s.Default != nil && i%20 == 0 {
			ini := took[*vpcv1.InstanceInitialization, *core.DetailedResponse](t)(v.GetInstanceInitialization(&vpcv1.GetInstanceInitializationOptions{ID: x.ID}))
			whole(t, "initialization", ini)
			if (ini.DefaultTrustedProfile != nil) != (s.Default != nil) || s.Default != nil && *ini.DefaultTrustedProfile.Target.CRN != s.Default.Profile.CRN {
				t.Error("initialization of ", s.Name)
			}
		}
		if i%97 == 0 || s.Legacy && len(instances) < mostInScenes {
			readInterfaces(t, v, s)
		}
	}
	pb, err := v.NewBareMetalServersPager(&vpcv1.ListBareMetalServersOptions{})
	bare := every[vpcv1.BareMetalServer](t, "bare metal", pb, err)
	add("bare metal", len(bare), len(r.BareMetal))
	for _, x := range bare {
		whole(t, "bare metal initialization", took[*vpcv1.BareMetalServerInitialization, *core.DetailedResponse](t)(v.GetBareMetalServerInitialization(&vpcv1.GetBareMetalServerInitializationOptions{ID: x.ID})))
		readBareMetalInterfaces(t, v, r.FindBare(*x.ID))
	}
	pn, err := v.NewVirtualNetworkInterfacesPager(&vpcv1.ListVirtualNetworkInterfacesOptions{Limit: core.Int64Ptr(100)})
	add("VNIs", len(every[vpcv1.VirtualNetworkInterface](t, "VNIs", pn, err)), r.VNILen())

	pg, err := v.NewSecurityGroupsPager(&vpcv1.ListSecurityGroupsOptions{})
	groups := every[vpcv1.SecurityGroup](t, "security groups", pg, err)
	add("groups", len(groups), len(r.SecurityGroups))
	pa, err := v.NewNetworkAclsPager(&vpcv1.ListNetworkAclsOptions{})
	add("ACLs", len(every[vpcv1.NetworkACL](t, "ACLs", pa, err)), len(r.ACLs))
	pv, err := v.NewVpcsPager(&vpcv1.ListVpcsOptions{})
	vpcs := every[vpcv1.VPC](t, "VPCs", pv, err)
	add("VPCs", len(vpcs), len(r.VPCs))
	ps, err := v.NewSubnetsPager(&vpcv1.ListSubnetsOptions{})
	add("subnets", len(every[vpcv1.Subnet](t, "subnets", ps, err)), len(r.Subnets))
	pf, err := v.NewFloatingIpsPager(&vpcv1.ListFloatingIpsOptions{Limit: core.Int64Ptr(100)})
	add("floating IPs", len(every[vpcv1.FloatingIP](t, "floating IPs", pf, err)), r.FloatingLen())
	pp, err := v.NewPublicGatewaysPager(&vpcv1.ListPublicGatewaysOptions{})
	add("public gateways", len(every[vpcv1.PublicGateway](t, "public gateways", pp, err)), len(r.PublicGateways))
	pr, err := v.NewPublicAddressRangesPager(&vpcv1.ListPublicAddressRangesOptions{})
	add("ranges", len(every[vpcv1.PublicAddressRange](t, "ranges", pr, err)), len(r.PublicRanges))
	for i, x := range vpcs {
		pt, err := v.NewVPCRoutingTablesPager(&vpcv1.ListVPCRoutingTablesOptions{VPCID: x.ID})
		tables := every[vpcv1.RoutingTable](t, "routing tables", pt, err)
		add("tables", len(tables), len(r.VPCs[i].Tables))
		for k, y := range tables {
			pe, err := v.NewVPCRoutingTableRoutesPager(&vpcv1.ListVPCRoutingTableRoutesOptions{VPCID: x.ID, RoutingTableID: y.ID})
			add("routes of "+*y.Name, len(every[vpcv1.Route](t, "routes", pe, err)), len(r.VPCs[i].Tables[k].Routes))
		}
	}
	readThings(t, v, r, add)
	for name, c := range counts {
		if c[0] != c[1] {
			t.Errorf("%s: %d %s, there are %d", r.Name, c[0], name, c[1])
		}
	}
}

func readThings(t *testing.T, v *vpcv1.VpcV1, r *ibmestate.Region, add func(string, int, int)) {
	t.Helper()
	templates := took[*vpcv1.InstanceTemplateCollection, *core.DetailedResponse](t)(v.ListInstanceTemplates(&vpcv1.ListInstanceTemplatesOptions{}))
	whole(t, "templates", templates)
	add("templates", len(templates.Templates), len(r.Templates))
	pg, err := v.NewInstanceGroupsPager(&vpcv1.ListInstanceGroupsOptions{})
	add("instance groups", len(every[vpcv1.InstanceGroup](t, "instance groups", pg, err)), len(r.InstanceGroups))
	pi, err := v.NewImagesPager(&vpcv1.ListImagesOptions{})
	add("images", len(every[vpcv1.Image](t, "images", pi, err)), len(r.Images))
	pk, err := v.NewKeysPager(&vpcv1.ListKeysOptions{})
	add("keys", len(every[vpcv1.Key](t, "keys", pk, err)), len(r.Keys))
	pl, err := v.NewLoadBalancersPager(&vpcv1.ListLoadBalancersOptions{})
	balancers := every[vpcv1.LoadBalancer](t, "load balancers", pl, err)
	add("load balancers", len(balancers), len(r.LoadBalancers))
	for i, l := range balancers {
		readListeners(t, v, r.LoadBalancers[i])
		pools := took[*vpcv1.LoadBalancerPoolCollection, *core.DetailedResponse](t)(v.ListLoadBalancerPools(&vpcv1.ListLoadBalancerPoolsOptions{LoadBalancerID: l.ID}))
		whole(t, "pools", pools)
		for _, p := range pools.Pools {
			m := took[*vpcv1.LoadBalancerPoolMemberCollection, *core.DetailedResponse](t)(v.ListLoadBalancerPoolMembers(&vpcv1.ListLoadBalancerPoolMembersOptions{LoadBalancerID: l.ID, PoolID: p.ID}))
			whole(t, "members", m)
			add("members of "+*p.Name, len(m.Members), len(p.Members))
		}
	}
	pv, err := v.NewVPNGatewaysPager(&vpcv1.ListVPNGatewaysOptions{})
	add("VPN gateways", len(every[vpcv1.VPNGatewayIntf](t, "VPN gateways", pv, err)), len(r.VPNGateways))
	ps, err := v.NewVPNServersPager(&vpcv1.ListVPNServersOptions{})
	add("VPN servers", len(every[vpcv1.VPNServer](t, "VPN servers", ps, err)), len(r.VPNServers))
	pe, err := v.NewEndpointGatewaysPager(&vpcv1.ListEndpointGatewaysOptions{})
	add("endpoint gateways", len(every[vpcv1.EndpointGateway](t, "endpoint gateways", pe, err)), len(r.EndpointGateways))
	pf, err := v.NewFlowLogCollectorsPager(&vpcv1.ListFlowLogCollectorsOptions{})
	add("flow logs", len(every[vpcv1.FlowLogCollector](t, "flow logs", pf, err)), len(r.FlowLogs))
	pb, err := v.NewBackupPoliciesPager(&vpcv1.ListBackupPoliciesOptions{})
	add("backup policies", len(every[vpcv1.BackupPolicyIntf](t, "backup policies", pb, err)), len(r.BackupPolicies))
}

func TestWhatIsMissingIsSeen(t *testing.T) {
	t.Parallel()
	out := map[string]bool{}
	missing(reflect.ValueOf([]vpcv1.VPC{{Dns: &vpcv1.Vpcdns{}, ID: core.StringPtr("x")}}), "VPC", out)
	if !out["VPC[].Name"] || !out["VPC[].Dns.EnableHub"] || out["VPC[].ID"] {
		t.Error(out)
	}
}
