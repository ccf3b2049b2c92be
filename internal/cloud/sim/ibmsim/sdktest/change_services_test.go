package sdktest

import (
	"testing"

	"github.com/IBM/go-sdk-core/v5/core"
	"github.com/IBM/platform-services-go-sdk/atrackerv2"
	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud/sim/ibmestate"
)

// answered fails unless a call that tells nothing ended with a status.
func answered(t *testing.T, want int) func(*core.DetailedResponse, error) {
	return func(r *core.DetailedResponse, err error) {
		t.Helper()
		if err != nil || r.StatusCode != want {
			t.Error(r, err)
		}
	}
}

func TestTheSDKMakesAndRemovesWhatStandsBesideServers(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e)
	v := vpcIn(t, url, "us-south", who)
	r := e.Accounts[0].Regions[0]
	net := r.VPCs[0]
	subnet := r.Subnets[0]

	f := took[*vpcv1.FlowLogCollector, *core.DetailedResponse](t)(v.CreateFlowLogCollector(&vpcv1.CreateFlowLogCollectorOptions{Name: core.StringPtr("more"), Active: core.BoolPtr(true),
		StorageBucket: &vpcv1.LegacyCloudObjectStorageBucketIdentity{Name: core.StringPtr("b")}, Target: &vpcv1.FlowLogCollectorTargetPrototype{ID: &net.ID}}))
	whole(t, "flow log collector", f)
	answered(t, 204)(v.DeleteFlowLogCollector(&vpcv1.DeleteFlowLogCollectorOptions{ID: f.ID}))
	answered404(t)(v.DeleteFlowLogCollector(&vpcv1.DeleteFlowLogCollectorOptions{ID: f.ID}))

	gateway := &vpcv1.CreateEndpointGatewayOptions{VPC: &vpcv1.VPCIdentity{ID: &net.ID}, Name: core.StringPtr("iam"),
		Target: &vpcv1.EndpointGatewayTargetPrototype{ResourceType: core.StringPtr("provider_cloud_service"), CRN: core.StringPtr("crn:v1:bluemix:public:iam-svcs:global:::endpoint:private.iam.cloud.ibm.com")},
		Ips:    []vpcv1.EndpointGatewayReservedIPIntf{&vpcv1.EndpointGatewayReservedIP{Subnet: &vpcv1.SubnetIdentity{ID: &subnet.ID}}}}
	g := took[*vpcv1.EndpointGateway, *core.DetailedResponse](t)(v.CreateEndpointGateway(gateway))
	whole(t, "endpoint gateway", g)
	if _, again, _ := v.CreateEndpointGateway(gateway.SetName("second")); again == nil || again.StatusCode != 409 {
		t.Error("a second gateway to one service: ", again)
	}
	answered(t, 204)(v.DeleteEndpointGateway(&vpcv1.DeleteEndpointGatewayOptions{ID: g.ID}))
	if n := len(net.DefaultGroup.Endpoints()); n != 0 {
		t.Error(n, " gateways wear the group still")
	}

	server := &vpcv1.CreateVPNServerOptions{Name: core.StringPtr("staff"), ClientIPPool: core.StringPtr("172.20.0.0/16"), Subnets: []vpcv1.SubnetIdentityIntf{&vpcv1.SubnetIdentity{ID: &subnet.ID}},
		Certificate: &vpcv1.CertificateInstanceIdentity{CRN: core.StringPtr("crn:v1:bluemix:public:secrets-manager:us-south:a/1:1:secret:1")},
		ClientAuthentication: []vpcv1.VPNServerAuthenticationPrototypeIntf{&vpcv1.VPNServerAuthenticationPrototype{Method: core.StringPtr("username"),
			IdentityProvider: &vpcv1.VPNServerAuthenticationByUsernameIDProvider{ProviderType: core.StringPtr("iam")}}}}
	x := took[*vpcv1.VPNServer, *core.DetailedResponse](t)(v.CreateVPNServer(server))
	whole(t, "VPN server", x)
	for _, pool := range []string{"10.240.0.0/16", "172.20.0.0/24"} {
		if _, r, _ := v.CreateVPNServer(server.SetName("other").SetClientIPPool(pool)); r == nil || r.StatusCode != 400 {
			t.Error("clients get ", pool, ": ", r)
		}
	}
	answered(t, 202)(v.DeleteVPNServer(&vpcv1.DeleteVPNServerOptions{ID: x.ID}))

	backup := &vpcv1.CreateBackupPolicyOptions{BackupPolicyPrototype: &vpcv1.BackupPolicyPrototype{Name: core.StringPtr("nightly"), MatchResourceType: core.StringPtr("volume"), MatchUserTags: []string{"backup:nightly"},
		Plans: []vpcv1.BackupPolicyPlanPrototype{{Name: core.StringPtr("nightly"), CronSpec: core.StringPtr("30 3 * * *"), Active: core.BoolPtr(true), DeletionTrigger: &vpcv1.BackupPolicyPlanDeletionTriggerPrototype{DeleteAfter: core.Int64Ptr(30)}}}}}
	p := took[vpcv1.BackupPolicyIntf, *core.DetailedResponse](t)(v.CreateBackupPolicy(backup)).(*vpcv1.BackupPolicy)
	whole(t, "backup policy", p)
	if _, r, _ := v.CreateBackupPolicy(backup); r == nil || r.StatusCode != 400 {
		t.Error("a name that is taken: ", r)
	}
	gone := took[vpcv1.BackupPolicyIntf, *core.DetailedResponse](t)(v.DeleteBackupPolicy(&vpcv1.DeleteBackupPolicyOptions{ID: p.ID})).(*vpcv1.BackupPolicy)
	if *gone.LifecycleState != "deleting" || len(r.BackupPolicies) != 1 {
		t.Error(*gone.LifecycleState, len(r.BackupPolicies))
	}
}

func answered404(t *testing.T) func(*core.DetailedResponse, error) {
	return func(r *core.DetailedResponse, err error) {
		t.Helper()
		if err == nil || r == nil || r.StatusCode != 404 {
			t.Error(r, err)
		}
	}
}

func TestTheSDKReplacesATemplate(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e)
	v := vpcIn(t, url, "us-south", who)
	r := e.Accounts[0].Regions[0]
	old, group := r.Templates[0], r.InstanceGroups[0]
	n := took[vpcv1.InstanceTemplateIntf, *core.DetailedResponse](t)(v.CreateInstanceTemplate(&vpcv1.CreateInstanceTemplateOptions{InstanceTemplatePrototype: &vpcv1.InstanceTemplatePrototypeInstanceTemplateBySourceTemplate{
		SourceTemplate: &vpcv1.InstanceTemplateIdentityByID{ID: &old.ID}, UserData: core.StringPtr("#cloud-config\n"),
		MetadataService: &vpcv1.InstanceMetadataServicePrototype{Enabled: core.BoolPtr(true), Protocol: core.StringPtr("https"), ResponseHopLimit: core.Int64Ptr(1)}}})).(*vpcv1.InstanceTemplate)
	if *n.UserData != "#cloud-config\n" || *n.MetadataService.Protocol != "https" || len(n.Keys) != 1 {
		t.Error(n)
	}
	if r, err := v.DeleteInstanceTemplate(&vpcv1.DeleteInstanceTemplateOptions{ID: &old.ID}); err == nil || r.StatusCode != 409 {
		t.Error("a template that a group uses is deleted: ", r)
	}
	patch := must[map[string]any](t)((&vpcv1.InstanceGroupPatch{InstanceTemplate: &vpcv1.InstanceTemplateIdentity{ID: n.ID}}).AsPatch())
	g := took[*vpcv1.InstanceGroup, *core.DetailedResponse](t)(v.UpdateInstanceGroup(&vpcv1.UpdateInstanceGroupOptions{ID: &group.ID, InstanceGroupPatch: patch}))
	if *g.InstanceTemplate.ID != *n.ID {
		t.Error(*g.InstanceTemplate.ID)
	}
	answered(t, 204)(v.DeleteInstanceTemplate(&vpcv1.DeleteInstanceTemplateOptions{ID: &old.ID}))
}

func TestTheSDKRoutesAuditEvents(t *testing.T) {
	t.Parallel()
	e := ibmestate.Demo()
	_, url, who := serve(t, e)
	a := must[*atrackerv2.AtrackerV2](t)(atrackerv2.NewAtrackerV2(&atrackerv2.AtrackerV2Options{Authenticator: who, URL: url}))
	to := took[*atrackerv2.Target, *core.DetailedResponse](t)(a.CreateTarget(&atrackerv2.CreateTargetOptions{Name: core.StringPtr("kept"), TargetType: core.StringPtr("cloud_object_storage"), Region: core.StringPtr("eu-de"),
		CosEndpoint: &atrackerv2.CosEndpointPrototype{Endpoint: core.StringPtr("s3.example.com"), Bucket: core.StringPtr("kept"), TargetCRN: core.StringPtr("crn"), ServiceToServiceEnabled: core.BoolPtr(true)}}))
	whole(t, "target", to)
	route := took[*atrackerv2.Route, *core.DetailedResponse](t)(a.CreateRoute(&atrackerv2.CreateRouteOptions{Name: core.StringPtr("all"), Rules: []atrackerv2.RulePrototype{{TargetIds: []string{*to.ID}, Locations: []string{"*", "global"}}}}))
	whole(t, "route", route)
	if _, r, err := a.DeleteTarget(&atrackerv2.DeleteTargetOptions{ID: to.ID}); err == nil || r.StatusCode != 409 {
		t.Error("a target that a route names is deleted: ", r)
	}
	answered(t, 204)(a.DeleteRoute(&atrackerv2.DeleteRouteOptions{ID: route.ID}))
	w := took[*atrackerv2.WarningReport, *core.DetailedResponse](t)(a.DeleteTarget(&atrackerv2.DeleteTargetOptions{ID: to.ID}))
	whole(t, "warnings", w)
}
