// Package sdktest proves that the AWS SDK reads from the simulated AWS exactly
// what its estate holds. It stands apart so that nothing else compiles the SDK.
package sdktest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

func serve(t *testing.T, e *sim.Estate, o awssim.Options) *awssim.Listener {
	t.Helper()
	l, err := awssim.Listen("127.0.0.1:0", awssim.New(e, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() }) // the test is over
	return l
}

// plain hands net/http a body in memory: the SDK closes its own as soon as the
// headers of the reply are there, which on a fast link costs the reply.
type plain struct{ base http.RoundTripper }

func (p plain) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil { // of a GET
		return p.base.RoundTrip(r)
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Body = io.NopCloser(bytes.NewReader(b))
	return p.base.RoundTrip(r)
}

func config(l *awssim.Listener, a *sim.Account, region string) aws.Config {
	return aws.Config{Region: region, BaseEndpoint: &l.URL, RetryMaxAttempts: 3, HTTPClient: &http.Client{Transport: plain{http.DefaultTransport}}, Credentials: credentials.NewStaticCredentialsProvider(a.AccessKey, a.SecretKey, "")}
}

// unordered compares lists as sets and takes no notice of the SDK's privates.
var unordered = cmp.Options{
	cmpopts.IgnoreUnexported(types.Instance{}, types.Tag{}, types.GroupIdentifier{}, types.InstanceState{}, types.Placement{}, types.Monitoring{}, types.InstanceBlockDeviceMapping{},
		types.EbsInstanceBlockDevice{}, types.IamInstanceProfile{}, types.InstanceMetadataOptionsResponse{}, types.InstanceNetworkInterface{}, types.InstanceNetworkInterfaceAttachment{},
		types.InstanceNetworkInterfaceAssociation{}, types.InstancePrivateIpAddress{}, types.InstanceIpv6Address{}, types.InstanceIpv6Prefix{}, types.OperatorResponse{}, types.CpuOptions{},
		types.CapacityReservationSpecificationResponse{}, types.HibernationOptions{}, types.EnclaveOptions{}, types.InstanceMaintenanceOptions{}, types.PrivateDnsNameOptionsResponse{},
		types.InstanceNetworkPerformanceOptions{}, types.InstanceMetadataDefaultsResponse{}, types.Region{}),
	cmpopts.SortSlices(func(a, b types.Tag) bool { return *a.Key < *b.Key }),
	cmpopts.SortSlices(func(a, b types.GroupIdentifier) bool { return *a.GroupId < *b.GroupId }),
	cmpopts.SortSlices(func(a, b types.InstanceNetworkInterface) bool { return *a.NetworkInterfaceId < *b.NetworkInterfaceId }),
	cmpopts.SortSlices(func(a, b types.InstanceBlockDeviceMapping) bool { return *a.DeviceName < *b.DeviceName }),
	cmpopts.SortSlices(func(a, b types.Region) bool { return *a.RegionName < *b.RegionName }),
	cmpopts.EquateEmpty(),
}

// all reads a listing with the SDK's own paginator.
func all(t *testing.T, c *ec2.Client, size int32) (map[string]types.Instance, map[string]string) {
	t.Helper()
	got, reservation := map[string]types.Instance{}, map[string]string{}
	p := ec2.NewDescribeInstancesPaginator(c, &ec2.DescribeInstancesInput{MaxResults: &size})
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range out.Reservations {
			for _, i := range r.Instances {
				if _, twice := got[*i.InstanceId]; twice {
					t.Fatal("twice: ", *i.InstanceId)
				}
				got[*i.InstanceId], reservation[*i.InstanceId] = i, *r.ReservationId
			}
		}
	}
	return got, reservation
}

func TestSDKReadsWhatTheEstateHolds(t *testing.T) {
	t.Parallel()
	large := sim.Big(800)
	for name, e := range map[string]*sim.Estate{
		"every case": sim.Generate(sim.Intent{Seed: 11, Regions: 10, Instances: 300}), "demo": sim.Demo(), "large": large, "scenes": sim.Generate(sim.Intent{Seed: 11, Scenes: sim.Scenes()}),
	} {
		l := serve(t, e, awssim.Options{Shuffle: 7, Signature: true})
		a := e.Accounts[0]
		for _, r := range a.Regions {
			if !r.Enabled() || r.Refused(sim.DescribeInstances) {
				continue
			}
			got, reservations := all(t, ec2.NewFromConfig(config(l, a, r.Name)), 50)
			if len(got) != r.Len() {
				t.Errorf("%s, %s: %d instances, want %d", name, r.Name, len(got), r.Len())
			}
			for n := range r.Len() {
				i := r.Instance(n)
				if d := cmp.Diff(instance(&i, a.ID), got[i.ID], unordered); d != "" || reservations[i.ID] != i.Reservation {
					t.Errorf("%s, %s (%s): %s", name, i.ID, i.Case, d)
				}
			}
		}
	}
}

func text(v string) *string {
	if v == "" {
		return nil
	}
	return &v
}

// instance is what the SDK must make of an instance.
func instance(i *sim.Instance, owner string) types.Instance {
	code := map[string]int32{"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80, "hibernating-soon": 96}[i.State]
	off, on := aws.Bool(false), aws.Bool(true)
	w := types.Instance{
		InstanceId: &i.ID, ImageId: &i.Image, State: &types.InstanceState{Code: &code, Name: types.InstanceStateName(i.State)}, KeyName: text(i.Key),
		PrivateDnsName: aws.String(""), PublicDnsName: aws.String(""), StateTransitionReason: aws.String(""), ClientToken: aws.String(""),
		AmiLaunchIndex: aws.Int32(0), InstanceType: types.InstanceType(i.Type), LaunchTime: &i.Launched, Platform: types.PlatformValues(i.Platform),
		Placement:  &types.Placement{AvailabilityZone: &i.Zone, GroupName: aws.String(""), Tenancy: "default"},
		Monitoring: &types.Monitoring{State: "disabled"}, Architecture: "x86_64", RootDeviceType: "ebs", RootDeviceName: aws.String("/dev/xvda"),
		VirtualizationType: "hvm", Hypervisor: "xen", EbsOptimized: on, EnaSupport: on, CurrentInstanceBootMode: "legacy-bios",
		CpuOptions:                       &types.CpuOptions{CoreCount: aws.Int32(1), ThreadsPerCore: aws.Int32(2)},
		CapacityReservationSpecification: &types.CapacityReservationSpecificationResponse{CapacityReservationPreference: "open"},
		HibernationOptions:               &types.HibernationOptions{Configured: off}, EnclaveOptions: &types.EnclaveOptions{Enabled: off},
		MaintenanceOptions:    &types.InstanceMaintenanceOptions{AutoRecovery: "default"},
		PrivateDnsNameOptions: &types.PrivateDnsNameOptionsResponse{HostnameType: "ip-name", EnableResourceNameDnsARecord: on, EnableResourceNameDnsAAAARecord: off},
		UsageOperation:        aws.String("RunInstances"), PlatformDetails: aws.String("Linux/UNIX"), UsageOperationUpdateTime: &i.Launched,
		NetworkPerformanceOptions: &types.InstanceNetworkPerformanceOptions{BandwidthWeighting: "default"},
		MetadataOptions:           options(i.Options), Operator: &types.OperatorResponse{Managed: off},
	}
	if i.Platform == "windows" {
		w.UsageOperation, w.PlatformDetails = aws.String("RunInstances:0002"), aws.String("Windows")
	}
	if i.Operator != "" {
		w.Operator = &types.OperatorResponse{Managed: on, Principal: &i.Operator}
	}
	if i.Profile != "" {
		w.IamInstanceProfile = &types.IamInstanceProfile{Arn: aws.String("arn:aws:iam::" + owner + ":instance-profile/" + i.Profile), Id: aws.String("AIPASIMULATED")}
	}
	if i.State != "running" && i.State != "pending" {
		w.StateTransitionReason = aws.String("User initiated (2026-02-01 09:30:00 GMT)")
	}
	for k := range i.Tags {
		w.Tags = append(w.Tags, types.Tag{Key: &i.Tags[k].Key, Value: &i.Tags[k].Value})
	}
	for k := range i.Volumes {
		w.BlockDeviceMappings = append(w.BlockDeviceMappings, types.InstanceBlockDeviceMapping{DeviceName: aws.String("/dev/xvd" + string(rune('a'+k))),
			Ebs: &types.EbsInstanceBlockDevice{VolumeId: &i.Volumes[k], Status: "attached", AttachTime: &i.Launched, DeleteOnTermination: on}})
	}
	w.SecurityGroups = groups(i.Groups)
	network(i, owner, &w)
	return w
}

func groups(gs []sim.Group) (out []types.GroupIdentifier) {
	for k := range gs {
		out = append(out, types.GroupIdentifier{GroupId: &gs[k].ID, GroupName: &gs[k].Name})
	}
	return out
}

func network(i *sim.Instance, owner string, w *types.Instance) {
	on, off := aws.Bool(true), aws.Bool(false)
	for k := range i.Interfaces {
		n := &i.Interfaces[k]
		if k == 0 {
			w.SubnetId, w.VpcId, w.PrivateIpAddress, w.PublicIpAddress, w.Ipv6Address, w.SourceDestCheck = &n.Subnet, &i.VPC, &n.Private, text(n.Public), text(n.IPv6), on
			w.PrivateDnsName = aws.String("ip-" + strings.ReplaceAll(n.Private, ".", "-") + "." + strings.TrimRight(i.Zone, "abc") + ".compute.internal")
		}
		x := types.InstanceNetworkInterface{
			NetworkInterfaceId: &n.ID, SubnetId: &n.Subnet, VpcId: &i.VPC, Description: aws.String(""), OwnerId: &owner, Status: "in-use", MacAddress: &n.MAC,
			PrivateIpAddress: &n.Private, SourceDestCheck: on, Groups: groups(n.Groups), Association: association(&n.Public), InterfaceType: aws.String("interface"), Operator: &types.OperatorResponse{Managed: off},
			Attachment: &types.InstanceNetworkInterfaceAttachment{AttachmentId: aws.String("eni-attach-" + strings.TrimPrefix(n.ID, "eni-")), DeviceIndex: aws.Int32(int32(k)),
				Status: "attached", AttachTime: &i.Launched, DeleteOnTermination: on, NetworkCardIndex: aws.Int32(0)},
			PrivateIpAddresses: []types.InstancePrivateIpAddress{private(&n.Private, &n.Public, on)},
		}
		for s := range n.Secondary {
			x.PrivateIpAddresses = append(x.PrivateIpAddresses, private(&n.Secondary[s].Private, &n.Secondary[s].Public, off))
		}
		for _, a := range n.Sixes() {
			x.Ipv6Addresses = append(x.Ipv6Addresses, types.InstanceIpv6Address{Ipv6Address: &a, IsPrimaryIpv6: off})
		}
		for _, p := range n.Prefixes {
			x.Ipv6Prefixes = append(x.Ipv6Prefixes, types.InstanceIpv6Prefix{Ipv6Prefix: &p})
		}
		w.NetworkInterfaces = append(w.NetworkInterfaces, x)
	}
}

func private(a, public *string, primary *bool) types.InstancePrivateIpAddress {
	return types.InstancePrivateIpAddress{PrivateIpAddress: a, PrivateDnsName: aws.String("ip-" + strings.ReplaceAll(*a, ".", "-") + ".ec2.internal"), Primary: primary, Association: association(public)}
}

func association(public *string) *types.InstanceNetworkInterfaceAssociation {
	if *public == "" {
		return nil
	}
	return &types.InstanceNetworkInterfaceAssociation{PublicIp: public, PublicDnsName: aws.String(""), IpOwnerId: aws.String("amazon")}
}

func options(o *sim.Options) *types.InstanceMetadataOptionsResponse {
	if o == nil {
		return nil
	}
	w := &types.InstanceMetadataOptionsResponse{
		State: types.InstanceMetadataOptionsState(o.State), HttpTokens: types.HttpTokensState(o.Tokens), HttpEndpoint: types.InstanceMetadataEndpointState(o.Endpoint),
		HttpProtocolIpv6: types.InstanceMetadataProtocolState(o.IPv6), InstanceMetadataTags: types.InstanceMetadataTagsState(o.Tags),
	}
	if o.HopLimit != 0 {
		w.HttpPutResponseHopLimit = number(o.HopLimit)
	}
	return w
}

func number(n int) *int32 {
	if n > math.MaxInt32 {
		panic("hop limit")
	}
	return aws.Int32(int32(n))
}

func TestSDKReadsRegionsAndDefaults(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 1, Regions: 10})
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{Shuffle: 1, Signature: true})
	out, err := ec2.NewFromConfig(config(l, a, "eu-west-1")).DescribeRegions(t.Context(), &ec2.DescribeRegionsInput{AllRegions: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	var want []types.Region
	for _, r := range a.Regions {
		want = append(want, types.Region{RegionName: &r.Name, OptInStatus: &r.OptIn, Endpoint: aws.String("ec2." + r.Name + ".amazonaws.com")})
	}
	if d := cmp.Diff(want, out.Regions, unordered); d != "" {
		t.Error(d)
	}
	for _, r := range a.Regions {
		if r.Enabled() {
			defaults(t, l, a, r)
		}
	}
}

func defaults(t *testing.T, l *awssim.Listener, a *sim.Account, r *sim.Region) {
	t.Helper()
	out, err := ec2.NewFromConfig(config(l, a, r.Name)).GetInstanceMetadataDefaults(t.Context(), &ec2.GetInstanceMetadataDefaultsInput{})
	if err != nil {
		t.Fatal(err)
	}
	d := r.Defaults()
	want := &types.InstanceMetadataDefaultsResponse{
		HttpTokens: types.HttpTokensState(d.Tokens), HttpTokensEnforced: types.HttpTokensEnforcedState(d.Enforced), HttpEndpoint: types.InstanceMetadataEndpointState(d.Endpoint),
		InstanceMetadataTags: types.InstanceMetadataTagsState(d.Tags), ManagedBy: types.ManagedBy(d.ManagedBy), ManagedExceptionMessage: text(d.Exception),
	}
	if d.HopLimit != 0 {
		want.HttpPutResponseHopLimit = number(d.HopLimit)
	}
	if diff := cmp.Diff(want, out.AccountLevel, unordered); diff != "" {
		t.Errorf("%s (%s): %s", r.Name, r.Case, diff)
	}
}

func TestSDKAssumesARole(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 1, Accounts: 2})
	l := serve(t, e, awssim.Options{Signature: true})
	home, other := e.Accounts[0], e.Accounts[1]
	out, err := sts.NewFromConfig(config(l, home, "us-east-1")).AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: &other.Role, RoleSessionName: aws.String("s"), ExternalId: &other.ExternalID, DurationSeconds: aws.Int32(900)})
	if err != nil {
		t.Fatal(err)
	}
	if left := time.Until(*out.Credentials.Expiration); left <= 0 || left > 15*time.Minute {
		t.Error("expires in", left)
	}
	cfg := config(l, home, "us-east-1")
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil || *who.Account != other.ID || *who.Arn != *out.AssumedRoleUser.Arn {
		t.Error(who, err)
	}
	if _, err := ec2.NewFromConfig(cfg).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{}); err != nil {
		t.Error(err)
	}
}

// code is what AWS calls an error.
func code(err error) string {
	var api smithy.APIError
	if !errors.As(err, &api) {
		return "no code"
	}
	return api.ErrorCode()
}

func TestSDKSeesTheCodeOfARefusal(t *testing.T) {
	t.Parallel()
	e := sim.Generate(sim.Intent{Seed: 1})
	l := serve(t, e, awssim.Options{Signature: true})
	a := e.Accounts[0]
	forged := config(l, a, "eu-west-1")
	forged.Credentials = credentials.NewStaticCredentialsProvider(a.AccessKey, "wrong", "")
	_, err := ec2.NewFromConfig(forged).DescribeRegions(t.Context(), &ec2.DescribeRegionsInput{})
	if got := code(err); got != "AuthFailure" {
		t.Errorf("EC2, wrong secret: %s: %v", got, err)
	}
	_, err = sts.NewFromConfig(forged).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if got := code(err); got != "SignatureDoesNotMatch" {
		t.Errorf("STS, wrong secret: %s: %v", got, err)
	}
	l.Fail(awssim.Fault{Action: "DescribeRegions", Kind: awssim.Throttled, Count: 1})
	cfg := config(l, a, "eu-west-1")
	if _, err = ec2.NewFromConfig(cfg).DescribeRegions(context.Background(), &ec2.DescribeRegionsInput{}); err != nil {
		t.Error("throttled once, then retried: ", err)
	}
	if calls := l.Calls(); !slices.ContainsFunc(calls, func(c awssim.Call) bool { return c.Fault == awssim.Throttled && c.Status == 503 }) {
		t.Error("the fault was not played: ", calls)
	}
}
