package sdktest

import (
	"cmp"
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	gocmp "github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// A pager asks for one page, and tells the token of the next.
type pager[T any] func(ctx context.Context, token *string) ([]T, *string, error)

// pages reads all pages of a listing.
func pages[T any](t *testing.T, ask pager[T]) []T {
	t.Helper()
	var all []T
	var token *string
	for {
		l, next, err := ask(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l...)
		if aws.ToString(next) == "" {
			return all
		}
		token = next
	}
}

// A reader compares one listing of a region with what the estate holds.
type reader struct {
	t    *testing.T
	seen map[string]bool // members that some thing had
}

// as makes what the SDK must have read: the same members, by name, in the
// SDK's types.
func (r *reader) as(want reflect.Value, to reflect.Type) reflect.Value {
	if want.Kind() == reflect.Pointer {
		if want.IsNil() {
			return reflect.Zero(to)
		}
		return r.as(want.Elem(), to)
	}
	if want.IsZero() && (want.Kind() == reflect.String || want.Type() == reflect.TypeFor[time.Time]()) {
		return reflect.Zero(to)
	}
	if to.Kind() == reflect.Pointer {
		p := reflect.New(to.Elem())
		p.Elem().Set(r.as(want, to.Elem()))
		return p
	}
	out := reflect.New(to).Elem()
	switch {
	case want.Type() == reflect.TypeFor[time.Time]():
		out.Set(want)
	case want.Kind() == reflect.Struct:
		r.members(want, out)
	case want.Kind() == reflect.Slice:
		for i := range want.Len() {
			out = reflect.Append(out, r.as(want.Index(i), to.Elem()))
		}
	default:
		out.Set(want.Convert(to))
	}
	return out
}

func (r *reader) members(want, out reflect.Value) {
	for i := range want.NumField() {
		f := want.Type().Field(i)
		if f.Tag.Get("aws") == "-" {
			continue
		}
		to := out.FieldByName(cmp.Or(map[string]string{"ClassicBalancer.VpcId": "VPCId"}[want.Type().Name()+"."+f.Name], f.Name))
		if !to.IsValid() {
			r.t.Fatalf("the SDK's %s has no %s", out.Type(), f.Name)
		}
		name := want.Type().Name() + "." + f.Name
		r.seen[name] = r.seen[name] || !want.Field(i).IsZero()
		to.Set(r.as(want.Field(i), to.Type()))
	}
}

// reads compares what the SDK read with what the estate holds. Lists have no
// order.
func reads[W, G any](r *reader, what string, want []W, got []G) {
	r.t.Helper()
	made := make([]G, 0, len(want))
	for _, w := range want {
		made = append(made, r.as(reflect.ValueOf(w), reflect.TypeFor[G]()).Interface().(G))
	}
	if d := gocmp.Diff(plainly(r.t, made), plainly(r.t, got)); d != "" {
		r.t.Errorf("%s: %s", what, d)
	}
}

// plainly is a value as JSON has it, without what is empty, and with every list
// in an order of its own.
func plainly(t *testing.T, v any) any {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var x any
	if err := json.Unmarshal(b, &x); err != nil {
		t.Fatal(err)
	}
	return ordered(x)
}

func ordered(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, e := range x {
			if e = ordered(e); e != nil && e != "" {
				out[k] = e
			}
		}
		return out
	case []any:
		if len(x) == 0 {
			return nil
		}
		for k := range x {
			x[k] = ordered(x[k])
		}
		slices.SortFunc(x, func(a, b any) int { return cmp.Compare(text2(a), text2(b)) })
		return x
	default:
		return v
	}
}

func text2(v any) string {
	b, _ := json.Marshal(v) // maps, lists and scalars of JSON
	return string(b)
}

func TestSDKReadsTheNetwork(t *testing.T) {
	t.Parallel()
	r := &reader{t, map[string]bool{}}
	for name, e := range map[string]*sim.Estate{
		"scenes": sim.Generate(sim.Intent{Seed: 5, Scenes: sim.Scenes()}), "ordinary": sim.Generate(sim.Intent{Seed: 6, Plain: true, Regions: 2}), "demo": sim.Demo(), "large": sim.Big(400), "everything": everything(),
	} {
		l := serve(t, e, awssim.Options{Shuffle: 3, Signature: true})
		a := e.Accounts[0]
		for _, at := range a.Regions {
			if !at.Enabled() {
				continue
			}
			n, where := *at.Net, name+" "+at.Name+" "
			cfg := config(l, a, at.Name)
			c := ec2.NewFromConfig(cfg)
			r.roads(where, &n, c, at)
			r.filters(where, &n, c, at)
			r.things(where, &n, c, at)
			r.balancers(where, &n, cfg, at)
		}
	}
	for name, seen := range r.seen {
		if !seen && name != "Volume.Encrypted" { // only those that are not are asked for
			t.Errorf("nothing in any estate has a %s: it is not known to be read", name)
		}
	}
}

// try skips a listing that the region refuses.
func try(at *sim.Region, action string, f func()) {
	if !at.Refused(action) {
		f()
	}
}

// everything is a region with two things of each kind, and all that each of
// them may have.
func everything() *sim.Estate {
	e := sim.Generate(sim.Intent{Plain: true, Regions: 1, Instances: 1})
	n := &sim.Network{}
	fill(reflect.ValueOf(n).Elem(), "x")
	for k, l := range n.Listeners {
		l.LoadBalancerArn, n.Rules[k].ListenerArn = n.LoadBalancers[k].LoadBalancerArn, l.ListenerArn
		n.Volumes[k].Encrypted = false
	}
	e.Accounts[0].Regions[0].Net = n
	return e
}

// fill gives every member a value that no other has.
func fill(v reflect.Value, name string) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, len(name)%60, 0, time.UTC)))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				fill(v.Field(i), name+"-"+f.Name)
			}
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), name+"-1")
		fill(v.Index(1), name+"-2")
	case v.Kind() == reflect.String:
		v.SetString(name)
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	default:
		h := 0
		for _, c := range name {
			h = (h*31 + int(c)) % 60000
		}
		v.SetInt(int64(h))
	}
}

const few = 7 // on a page

func (r *reader) roads(where string, n *sim.Network, c *ec2.Client, at *sim.Region) {
	reads(r, where+"DescribeVpcs", n.VPCs, pages(r.t, func(ctx context.Context, token *string) ([]types.Vpc, *string, error) {
		out, err := c.DescribeVpcs(ctx, &ec2.DescribeVpcsInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.Vpc, *string) { return out.Vpcs, out.NextToken })
	}))
	reads(r, where+"DescribeSubnets", n.Subnets, pages(r.t, func(ctx context.Context, token *string) ([]types.Subnet, *string, error) {
		out, err := c.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.Subnet, *string) { return out.Subnets, out.NextToken })
	}))
	try(at, "DescribeRouteTables", func() {
		reads(r, where+"DescribeRouteTables", n.RouteTables, pages(r.t, func(ctx context.Context, token *string) ([]types.RouteTable, *string, error) {
			out, err := c.DescribeRouteTables(ctx, &ec2.DescribeRouteTablesInput{MaxResults: aws.Int32(few), NextToken: token})
			return got(out, err, func() ([]types.RouteTable, *string) { return out.RouteTables, out.NextToken })
		}))
	})
	reads(r, where+"DescribeInternetGateways", n.InternetGateways, pages(r.t, func(ctx context.Context, token *string) ([]types.InternetGateway, *string, error) {
		out, err := c.DescribeInternetGateways(ctx, &ec2.DescribeInternetGatewaysInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.InternetGateway, *string) { return out.InternetGateways, out.NextToken })
	}))
	reads(r, where+"DescribeEgressOnlyInternetGateways", n.EgressOnly, pages(r.t, func(ctx context.Context, token *string) ([]types.EgressOnlyInternetGateway, *string, error) {
		out, err := c.DescribeEgressOnlyInternetGateways(ctx, &ec2.DescribeEgressOnlyInternetGatewaysInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.EgressOnlyInternetGateway, *string) {
			return out.EgressOnlyInternetGateways, out.NextToken
		})
	}))
	reads(r, where+"DescribeNatGateways", n.NATs, pages(r.t, func(ctx context.Context, token *string) ([]types.NatGateway, *string, error) {
		out, err := c.DescribeNatGateways(ctx, &ec2.DescribeNatGatewaysInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.NatGateway, *string) { return out.NatGateways, out.NextToken })
	}))
	reads(r, where+"DescribeCarrierGateways", n.Carriers, pages(r.t, func(ctx context.Context, token *string) ([]types.CarrierGateway, *string, error) {
		out, err := c.DescribeCarrierGateways(ctx, &ec2.DescribeCarrierGatewaysInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.CarrierGateway, *string) { return out.CarrierGateways, out.NextToken })
	}))
}

// got gives what a page holds, unless the call failed.
func got[O, T any](_ O, err error, of func() ([]T, *string)) ([]T, *string, error) {
	if err != nil {
		return nil, nil, err
	}
	l, next := of()
	return l, next, nil
}

func (r *reader) filters(where string, n *sim.Network, c *ec2.Client, at *sim.Region) {
	try(at, "DescribeNetworkAcls", func() {
		reads(r, where+"DescribeNetworkAcls", n.ACLs, pages(r.t, func(ctx context.Context, token *string) ([]types.NetworkAcl, *string, error) {
			out, err := c.DescribeNetworkAcls(ctx, &ec2.DescribeNetworkAclsInput{MaxResults: aws.Int32(few), NextToken: token})
			return got(out, err, func() ([]types.NetworkAcl, *string) { return out.NetworkAcls, out.NextToken })
		}))
	})
	try(at, "DescribeSecurityGroups", func() {
		reads(r, where+"DescribeSecurityGroups", n.SecurityGroups, pages(r.t, func(ctx context.Context, token *string) ([]types.SecurityGroup, *string, error) {
			out, err := c.DescribeSecurityGroups(ctx, &ec2.DescribeSecurityGroupsInput{MaxResults: aws.Int32(few), NextToken: token})
			return got(out, err, func() ([]types.SecurityGroup, *string) { return out.SecurityGroups, out.NextToken })
		}))
	})
	try(at, "DescribeSecurityGroupRules", func() { r.rules(where, n, c, at) })
	reads(r, where+"DescribeSecurityGroupVpcAssociations", n.GroupAssociations, pages(r.t, func(ctx context.Context, token *string) ([]types.SecurityGroupVpcAssociation, *string, error) {
		out, err := c.DescribeSecurityGroupVpcAssociations(ctx, &ec2.DescribeSecurityGroupVpcAssociationsInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.SecurityGroupVpcAssociation, *string) {
			return out.SecurityGroupVpcAssociations, out.NextToken
		})
	}))
	try(at, "DescribeManagedPrefixLists", func() { r.lists(where, n, c) })
	try(at, "DescribeVpcBlockPublicAccessExclusions", func() { r.exclusions(where, n, c) })
	try(at, "DescribeVpcBlockPublicAccessOptions", func() {
		out, err := c.DescribeVpcBlockPublicAccessOptions(r.t.Context(), &ec2.DescribeVpcBlockPublicAccessOptionsInput{})
		if err != nil {
			r.t.Fatal(err)
		}
		reads(r, where+"DescribeVpcBlockPublicAccessOptions", []*sim.BlockPublicAccess{n.BlockPublicAccess}, []types.VpcBlockPublicAccessOptions{*out.VpcBlockPublicAccessOptions})
	})
}

func (r *reader) rules(where string, n *sim.Network, c *ec2.Client, at *sim.Region) {
	reads(r, where+"DescribeSecurityGroupRules", n.GroupRules(at.Name), pages(r.t, func(ctx context.Context, token *string) ([]types.SecurityGroupRule, *string, error) {
		out, err := c.DescribeSecurityGroupRules(ctx, &ec2.DescribeSecurityGroupRulesInput{MaxResults: aws.Int32(100), NextToken: token})
		return got(out, err, func() ([]types.SecurityGroupRule, *string) { return out.SecurityGroupRules, out.NextToken })
	}))
}

func (r *reader) lists(where string, n *sim.Network, c *ec2.Client) {
	reads(r, where+"DescribeManagedPrefixLists", n.PrefixLists, pages(r.t, func(ctx context.Context, token *string) ([]types.ManagedPrefixList, *string, error) {
		out, err := c.DescribeManagedPrefixLists(ctx, &ec2.DescribeManagedPrefixListsInput{MaxResults: aws.Int32(2), NextToken: token})
		return got(out, err, func() ([]types.ManagedPrefixList, *string) { return out.PrefixLists, out.NextToken })
	}))
	for _, l := range n.PrefixLists {
		reads(r, where+"GetManagedPrefixListEntries", l.Entries, pages(r.t, func(ctx context.Context, token *string) ([]types.PrefixListEntry, *string, error) {
			out, err := c.GetManagedPrefixListEntries(ctx, &ec2.GetManagedPrefixListEntriesInput{PrefixListId: &l.PrefixListId, MaxResults: aws.Int32(1), NextToken: token})
			return got(out, err, func() ([]types.PrefixListEntry, *string) { return out.Entries, out.NextToken })
		}))
	}
}

func (r *reader) exclusions(where string, n *sim.Network, c *ec2.Client) {
	reads(r, where+"DescribeVpcBlockPublicAccessExclusions", n.Exclusions, pages(r.t, func(ctx context.Context, token *string) ([]types.VpcBlockPublicAccessExclusion, *string, error) {
		out, err := c.DescribeVpcBlockPublicAccessExclusions(ctx, &ec2.DescribeVpcBlockPublicAccessExclusionsInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.VpcBlockPublicAccessExclusion, *string) {
			return out.VpcBlockPublicAccessExclusions, out.NextToken
		})
	}))
}

func (r *reader) things(where string, n *sim.Network, c *ec2.Client, at *sim.Region) {
	ctx := r.t.Context()
	addresses, err := c.DescribeAddresses(ctx, &ec2.DescribeAddressesInput{})
	r.must(err)
	reads(r, where+"DescribeAddresses", n.Addresses, addresses.Addresses)
	tunnels, err := c.DescribeVpnConnections(ctx, &ec2.DescribeVpnConnectionsInput{})
	r.must(err)
	reads(r, where+"DescribeVpnConnections", n.VPNConnections, tunnels.VpnConnections)
	reads(r, where+"DescribeFlowLogs", n.FlowLogs, pages(r.t, func(ctx context.Context, token *string) ([]types.FlowLog, *string, error) {
		out, err := c.DescribeFlowLogs(ctx, &ec2.DescribeFlowLogsInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.FlowLog, *string) { return out.FlowLogs, out.NextToken })
	}))
	reads(r, where+"DescribeVpcEndpoints", n.Endpoints, pages(r.t, func(ctx context.Context, token *string) ([]types.VpcEndpoint, *string, error) {
		out, err := c.DescribeVpcEndpoints(ctx, &ec2.DescribeVpcEndpointsInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.VpcEndpoint, *string) { return out.VpcEndpoints, out.NextToken })
	}))
	reads(r, where+"DescribeClientVpnEndpoints", n.ClientVPNs, pages(r.t, func(ctx context.Context, token *string) ([]types.ClientVpnEndpoint, *string, error) {
		out, err := c.DescribeClientVpnEndpoints(ctx, &ec2.DescribeClientVpnEndpointsInput{MaxResults: aws.Int32(few), NextToken: token})
		return got(out, err, func() ([]types.ClientVpnEndpoint, *string) { return out.ClientVpnEndpoints, out.NextToken })
	}))
	reads(r, where+"DescribeVolumes", n.Volumes, pages(r.t, func(ctx context.Context, token *string) ([]types.Volume, *string, error) {
		out, err := c.DescribeVolumes(ctx, &ec2.DescribeVolumesInput{MaxResults: aws.Int32(few), NextToken: token, Filters: []types.Filter{{Name: aws.String("encrypted"), Values: []string{"false"}}}})
		return got(out, err, func() ([]types.Volume, *string) { return out.Volumes, out.NextToken })
	}))
	for _, public := range []bool{false, true} {
		in := &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, MaxResults: aws.Int32(few)}
		want := n.Snapshots
		if public {
			in.RestorableByUserIds = []string{"all"}
			want = slices.DeleteFunc(slices.Clone(want), func(s *sim.Snapshot) bool { return !s.Public })
		}
		reads(r, where+"DescribeSnapshots", want, pages(r.t, func(ctx context.Context, token *string) ([]types.Snapshot, *string, error) {
			in.NextToken = token
			out, err := c.DescribeSnapshots(ctx, in)
			return got(out, err, func() ([]types.Snapshot, *string) { return out.Snapshots, out.NextToken })
		}))
	}
	r.interfaces(where, n, c, at)
	r.storage(where, n, c)
}

func (r *reader) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *reader) interfaces(where string, n *sim.Network, c *ec2.Client, at *sim.Region) {
	want, some, of := slices.Clone(n.Interfaces), []*sim.NetworkInterface(nil), []string(nil)
	for k := range at.Len() {
		i := at.Instance(k)
		if len(of) < 200 {
			of = append(of, i.ID)
		}
		for w := range i.Interfaces {
			x := i.Describe(w, at.Account)
			want = append(want, x)
			if slices.Contains(of, i.ID) {
				some = append(some, x)
			}
		}
	}
	ask := func(in *ec2.DescribeNetworkInterfacesInput) []types.NetworkInterface {
		return pages(r.t, func(ctx context.Context, token *string) ([]types.NetworkInterface, *string, error) {
			in.MaxResults, in.NextToken = aws.Int32(50), token
			out, err := c.DescribeNetworkInterfaces(ctx, in)
			return got(out, err, func() ([]types.NetworkInterface, *string) { return out.NetworkInterfaces, out.NextToken })
		})
	}
	reads(r, where+"DescribeNetworkInterfaces", want, ask(&ec2.DescribeNetworkInterfacesInput{}))
	if len(of) > 0 {
		reads(r, where+"DescribeNetworkInterfaces of instances", some, ask(&ec2.DescribeNetworkInterfacesInput{Filters: []types.Filter{{Name: aws.String("attachment.instance-id"), Values: of}}}))
	}
}

func (r *reader) storage(where string, n *sim.Network, c *ec2.Client) {
	ctx := r.t.Context()
	disks, err := c.GetEbsEncryptionByDefault(ctx, &ec2.GetEbsEncryptionByDefaultInput{})
	r.must(err)
	snapshots, err := c.GetSnapshotBlockPublicAccessState(ctx, &ec2.GetSnapshotBlockPublicAccessStateInput{})
	r.must(err)
	images, err := c.GetImageBlockPublicAccessState(ctx, &ec2.GetImageBlockPublicAccessStateInput{})
	r.must(err)
	console, err := c.GetSerialConsoleAccessStatus(ctx, &ec2.GetSerialConsoleAccessStatusInput{})
	r.must(err)
	if got := (sim.Storage{EncryptionByDefault: *disks.EbsEncryptionByDefault, SnapshotBlock: string(snapshots.State), ImageBlock: *images.ImageBlockPublicAccessState, SerialConsole: *console.SerialConsoleAccessEnabled}); got != n.Storage {
		r.t.Errorf("%s: %+v, want %+v", where, got, n.Storage)
	}
}

func (r *reader) balancers(where string, n *sim.Network, cfg aws.Config, at *sim.Region) {
	c, old := elasticloadbalancingv2.NewFromConfig(cfg), elasticloadbalancing.NewFromConfig(cfg)
	try(at, "DescribeLoadBalancers", func() {
		reads(r, where+"DescribeLoadBalancers", n.LoadBalancers, pages(r.t, func(ctx context.Context, token *string) ([]elbv2.LoadBalancer, *string, error) {
			out, err := c.DescribeLoadBalancers(ctx, &elasticloadbalancingv2.DescribeLoadBalancersInput{PageSize: aws.Int32(3), Marker: token})
			return got(out, err, func() ([]elbv2.LoadBalancer, *string) { return out.LoadBalancers, out.NextMarker })
		}))
		reads(r, where+"classic DescribeLoadBalancers", n.Classic, pages(r.t, func(ctx context.Context, token *string) ([]elb.LoadBalancerDescription, *string, error) {
			out, err := old.DescribeLoadBalancers(ctx, &elasticloadbalancing.DescribeLoadBalancersInput{PageSize: aws.Int32(1), Marker: token})
			return got(out, err, func() ([]elb.LoadBalancerDescription, *string) { return out.LoadBalancerDescriptions, out.NextMarker })
		}))
	})
	var listeners []elbv2.Listener
	for _, b := range n.LoadBalancers {
		listeners = append(listeners, pages(r.t, func(ctx context.Context, token *string) ([]elbv2.Listener, *string, error) {
			out, err := c.DescribeListeners(ctx, &elasticloadbalancingv2.DescribeListenersInput{LoadBalancerArn: &b.LoadBalancerArn, PageSize: aws.Int32(1), Marker: token})
			return got(out, err, func() ([]elbv2.Listener, *string) { return out.Listeners, out.NextMarker })
		})...)
	}
	reads(r, where+"DescribeListeners", n.Listeners, listeners)
	try(at, "DescribeRules", func() {
		var rules []elbv2.Rule
		for _, l := range n.Listeners {
			out, err := c.DescribeRules(r.t.Context(), &elasticloadbalancingv2.DescribeRulesInput{ListenerArn: &l.ListenerArn})
			r.must(err)
			rules = append(rules, out.Rules...)
		}
		reads(r, where+"DescribeRules", n.Rules, rules)
	})
	reads(r, where+"DescribeTargetGroups", n.TargetGroups, pages(r.t, func(ctx context.Context, token *string) ([]elbv2.TargetGroup, *string, error) {
		out, err := c.DescribeTargetGroups(ctx, &elasticloadbalancingv2.DescribeTargetGroupsInput{PageSize: aws.Int32(3), Marker: token})
		return got(out, err, func() ([]elbv2.TargetGroup, *string) { return out.TargetGroups, out.NextMarker })
	}))
	for _, g := range n.TargetGroups {
		r.target(where, g, c, at)
	}
}

func (r *reader) target(where string, g *sim.TargetGroup, c *elasticloadbalancingv2.Client, at *sim.Region) {
	health, err := c.DescribeTargetHealth(r.t.Context(), &elasticloadbalancingv2.DescribeTargetHealthInput{TargetGroupArn: &g.TargetGroupArn})
	r.must(err)
	reads(r, where+"DescribeTargetHealth", g.Targets, health.TargetHealthDescriptions)
	try(at, "DescribeTargetGroupAttributes", func() {
		attributes, err := c.DescribeTargetGroupAttributes(r.t.Context(), &elasticloadbalancingv2.DescribeTargetGroupAttributesInput{TargetGroupArn: &g.TargetGroupArn})
		r.must(err)
		var got []sim.Tag
		for _, a := range attributes.Attributes {
			got = append(got, sim.Tag{Key: *a.Key, Value: *a.Value})
		}
		if !slices.Equal(g.Attributes(), got) {
			r.t.Errorf("%s: attributes of %s: %v", where, g.TargetGroupName, got)
		}
	})
}
