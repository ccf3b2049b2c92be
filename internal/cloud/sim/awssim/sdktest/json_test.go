package sdktest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/sim"
	"plumbline/internal/cloud/sim/awssim"
)

// watchClient speaks JSON, which CloudWatch's client does not by itself.
func watchClient(cfg aws.Config) *cloudwatch.Client {
	return cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) { o.Protocol = awsjson.New10(schemas.GraniteServiceVersion20100801) })
}

// sums reads a metric of all instances of a region, page by page. A series
// that never is complete is told by its status.
func sums(t *testing.T, c *cloudwatch.Client, ids []string, metric string, since time.Duration) map[string]string {
	t.Helper()
	sum, status := map[string]float64{}, map[string]string{}
	for chunk := range slices.Chunk(ids, 500) {
		in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(fixed().Add(-since)), EndTime: aws.Time(fixed())}
		for _, id := range chunk {
			in.MetricDataQueries = append(in.MetricDataQueries, cwtypes.MetricDataQuery{Id: aws.String("n_" + strings.ReplaceAll(id, "-", "_")), MetricStat: &cwtypes.MetricStat{
				Metric: &cwtypes.Metric{Namespace: aws.String("AWS/EC2"), MetricName: &metric, Dimensions: []cwtypes.Dimension{{Name: aws.String("InstanceId"), Value: &id}}}, Period: aws.Int32(3600), Stat: aws.String("Sum")}})
		}
		p := cloudwatch.NewGetMetricDataPaginator(c, in)
		for p.HasMorePages() {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range out.MetricDataResults {
				for _, v := range s.Values {
					sum[*s.Id] += v
				}
				if status[*s.Id] = string(s.StatusCode); len(s.Values) == 0 && s.StatusCode == "Complete" && sum[*s.Id] == 0 {
					status[*s.Id] = "no data"
				}
			}
		}
	}
	out := map[string]string{}
	for id := range status {
		out["i-"+id[len("n_i_"):]] = status[id] + " " + fmt.Sprint(sum[id])
	}
	return out
}

func TestSDKReadsMetrics(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{Shuffle: 3, Signature: true})
	known := map[string][2]int{}
	for _, x := range e.ExpectedUsage() {
		known[x.UID[strings.LastIndexByte(x.UID, '/')+1:]] = [2]int{x.NoToken, x.Refused}
	}
	odd := map[string][2]string{ // of what cannot be known
		"nothing was ever measured": {"no data 0", "no data 0"}, "part of the data": {"PartialData 3", "PartialData 0"}, "the service failed": {"InternalError 0", "InternalError 0"},
	}
	for _, r := range a.Regions {
		if !r.Enabled() {
			continue
		}
		c := watchClient(config(l, a, r.Name))
		want, refused, ids := map[string]string{}, map[string]string{}, []string{}
		for n := range r.Len() {
			i := r.Instance(n)
			ids = append(ids, i.ID)
			k := known[i.ID]
			want[i.ID], refused[i.ID] = fmt.Sprint("Complete ", k[0]), fmt.Sprint("Complete ", k[1])
			if o, ok := odd[i.Usage]; ok {
				want[i.ID], refused[i.ID] = o[0], o[1]
			}
		}
		if d := cmp.Diff(want, sums(t, c, ids, "MetadataNoToken", 14*24*time.Hour)); d != "" {
			t.Errorf("%s: %s", r.Name, d)
		}
		if d := cmp.Diff(refused, sums(t, c, ids, "MetadataNoTokenRejected", 24*time.Hour)); d != "" {
			t.Errorf("%s, rejected: %s", r.Name, d)
		}
	}
}

func TestSDKReadsWatches(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{Shuffle: 3, Signature: true})
	cases := map[string]bool{}
	for _, x := range e.ExpectedWatch() {
		region := x.UID[strings.LastIndexByte(x.UID, ':')+1:]
		cases[x.Case] = true
		cfg := config(l, a, region)
		got := sim.WatchExpectation{UID: x.UID, Case: x.Case, Detector: detector(t, cfg), Analyzer: analyzer(t, cfg), Recorder: recorder(t, cfg)}
		got.MetaAlarm, got.ChangeAlarm = alarms(t, cfg)
		if d := cmp.Diff(x, got); d != "" {
			t.Error(d)
		}
	}
	if len(cases) != len(sim.WatchCases()) {
		t.Error("cases: ", cases)
	}
}

func detector(t *testing.T, cfg aws.Config) (on bool) {
	t.Helper()
	c := guardduty.NewFromConfig(cfg)
	ids, err := c.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range ids.DetectorIds {
		d, err := c.GetDetector(t.Context(), &guardduty.GetDetectorInput{DetectorId: &id})
		if err != nil || d.CreatedAt == nil {
			t.Fatal(d, err)
		}
		on = on || d.Status == "ENABLED"
	}
	return on
}

func analyzer(t *testing.T, cfg aws.Config) bool {
	t.Helper()
	out, err := accessanalyzer.NewFromConfig(cfg).ListAnalyzers(t.Context(), &accessanalyzer.ListAnalyzersInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range out.Analyzers {
		if x.Status == "ACTIVE" && x.CreatedAt != nil {
			return true
		}
	}
	return false
}

func recorder(t *testing.T, cfg aws.Config) bool {
	t.Helper()
	out, err := configservice.NewFromConfig(cfg).DescribeConfigurationRecorderStatus(t.Context(), &configservice.DescribeConfigurationRecorderStatusInput{})
	if err != nil {
		t.Fatal(err)
	}
	return len(out.ConfigurationRecordersStatus) > 0 && out.ConfigurationRecordersStatus[0].Recording
}

func alarms(t *testing.T, cfg aws.Config) (meta, change bool) {
	t.Helper()
	filters, err := cloudwatchlogs.NewFromConfig(cfg).DescribeMetricFilters(t.Context(), &cloudwatchlogs.DescribeMetricFiltersInput{})
	if err != nil {
		t.Fatal(err)
	}
	counted := map[string]bool{}
	for _, f := range filters.MetricFilters {
		if strings.Contains(*f.FilterPattern, "AuthorizeSecurityGroupIngress") {
			counted[*f.MetricTransformations[0].MetricNamespace+"/"+*f.MetricTransformations[0].MetricName] = true
		}
	}
	out, err := watchClient(cfg).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range out.MetricAlarms {
		of := []string{aws.ToString(x.Namespace) + "/" + aws.ToString(x.MetricName)}
		for _, m := range x.Metrics {
			of = append(of, *m.MetricStat.Metric.Namespace+"/"+*m.MetricStat.Metric.MetricName)
		}
		for _, m := range of {
			meta = meta || strings.HasPrefix(m, "AWS/EC2/MetadataNoToken")
			change = change || counted[m] && *x.ActionsEnabled && len(x.AlarmActions) > 0
		}
	}
	return meta, change
}

func TestSDKReadsCare(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{Shuffle: 3, Signature: true})
	got := map[string]sim.CareExpectation{}
	for _, r := range a.Regions {
		if r.Enabled() {
			care(t, e, a, r, config(l, a, r.Name), got)
		}
	}
	for _, x := range e.ExpectedCare() {
		if d := cmp.Diff(x, got[x.UID]); d != "" {
			t.Error(d)
		}
	}
}

// care puts together what four services tell of a region's instances.
func care(t *testing.T, e *sim.Estate, a *sim.Account, r *sim.Region, cfg aws.Config, got map[string]sim.CareExpectation) {
	t.Helper()
	agents, patches, held, hosts := agentsOf(t, r, cfg), patchesOf(t, r, cfg), heldBy(t, cfg), hostsOf(t, cfg)
	for n := range r.Len() {
		i := r.Instance(n)
		x := sim.CareExpectation{UID: e.InstanceUID(a.ID, r.Name, i.ID), Case: i.Care, Agent: agents[i.ID], Compliant: "never", ContainerHost: hosts[i.ID]}
		if p, ok := patches[i.ID]; ok {
			x.Compliant = map[bool]string{true: "yes", false: "no"}[p.MissingCount+p.FailedCount == 0]
		}
		switch {
		case held["instance/"+i.ID]:
			x.Backup = "instance"
		case held["volume/"+i.Volumes[0]]:
			x.Backup = "volume"
		}
		got[x.UID] = x
	}
}

func ids(r *sim.Region) (all []string) {
	for n := range r.Len() {
		i := r.Instance(n)
		all = append(all, i.ID)
	}
	return all
}

func agentsOf(t *testing.T, r *sim.Region, cfg aws.Config) map[string]string {
	t.Helper()
	out := map[string]string{}
	c := ssm.NewFromConfig(cfg)
	for chunk := range slices.Chunk(ids(r), 50) {
		p := ssm.NewDescribeInstanceInformationPaginator(c, &ssm.DescribeInstanceInformationInput{MaxResults: aws.Int32(20), Filters: []ssmtypes.InstanceInformationStringFilter{{Key: aws.String("InstanceIds"), Values: chunk}}})
		for p.HasMorePages() {
			page, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range page.InstanceInformationList {
				out[*i.InstanceId] = string(i.PingStatus)
			}
		}
	}
	return out
}

func patchesOf(t *testing.T, r *sim.Region, cfg aws.Config) map[string]ssmtypes.InstancePatchState {
	t.Helper()
	out := map[string]ssmtypes.InstancePatchState{}
	c := ssm.NewFromConfig(cfg)
	for chunk := range slices.Chunk(ids(r), 50) {
		page, err := c.DescribeInstancePatchStates(t.Context(), &ssm.DescribeInstancePatchStatesInput{InstanceIds: chunk})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.InstancePatchStates {
			out[*p.InstanceId] = p
		}
	}
	return out
}

func heldBy(t *testing.T, cfg aws.Config) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	p := backup.NewListProtectedResourcesPaginator(backup.NewFromConfig(cfg), &backup.ListProtectedResourcesInput{MaxResults: aws.Int32(7)})
	for p.HasMorePages() {
		page, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page.Results {
			out[strings.SplitN(*x.ResourceArn, ":", 6)[5]] = true
		}
	}
	return out
}

func hostsOf(t *testing.T, cfg aws.Config) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	c := ecs.NewFromConfig(cfg)
	clusters, err := c.ListClusters(t.Context(), &ecs.ListClustersInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, cluster := range clusters.ClusterArns {
		arns, err := c.ListContainerInstances(t.Context(), &ecs.ListContainerInstancesInput{Cluster: &cluster})
		if err != nil {
			t.Fatal(err)
		}
		if len(arns.ContainerInstanceArns) == 0 {
			continue
		}
		page, err := c.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: &cluster, ContainerInstances: arns.ContainerInstanceArns})
		if err != nil || len(page.Failures) > 0 {
			t.Fatal(page, err)
		}
		for _, i := range page.ContainerInstances {
			out[*i.Ec2InstanceId] = true
		}
	}
	return out
}

func TestSDKReadsVaults(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{Signature: true})
	vaults := 0
	for _, r := range a.Regions {
		if !r.Enabled() {
			continue
		}
		out, err := backup.NewFromConfig(config(l, a, r.Name)).ListBackupVaults(t.Context(), &backup.ListBackupVaultsInput{})
		if err != nil {
			t.Fatal(err)
		}
		r.Watch().View(func(w *sim.Watch) {
			for n, v := range w.Vaults {
				vaults++
				if got := out.BackupVaultList[n]; *got.BackupVaultName != v.Name || aws.ToString(got.EncryptionKeyArn) != v.Key || *got.Locked != v.Locked {
					t.Errorf("%s: %v", r.Name, got)
				}
			}
		})
	}
	if vaults == 0 {
		t.Error("there are no vaults")
	}
}

func TestSDKReadsTrails(t *testing.T) {
	t.Parallel()
	e := equipped(len(sim.TrailCases()))
	l := serve(t, e, awssim.Options{Signature: true})
	for n, x := range e.ExpectedAccounts() {
		a := e.Accounts[n]
		good, signed := false, true
		c := cloudtrail.NewFromConfig(config(l, a, "us-west-2"))
		out, err := c.DescribeTrails(t.Context(), &cloudtrail.DescribeTrailsInput{})
		if err != nil {
			t.Fatal(err)
		}
		atHome, err := cloudtrail.NewFromConfig(config(l, a, "eu-west-1")).DescribeTrails(t.Context(), &cloudtrail.DescribeTrailsInput{})
		if err != nil || len(atHome.TrailList) != len(a.Trails) {
			t.Fatal(len(atHome.TrailList), err)
		}
		for _, trail := range atHome.TrailList {
			signed = signed && *trail.LogFileValidationEnabled
		}
		for _, trail := range out.TrailList {
			status, err := c.GetTrailStatus(t.Context(), &cloudtrail.GetTrailStatusInput{Name: trail.TrailARN})
			if err != nil {
				t.Fatal(err)
			}
			good = good || *status.IsLogging && *trail.IsMultiRegionTrail && *trail.IncludeGlobalServiceEvents && everyEvent(t, c, trail.TrailARN)
		}
		if good != x.GoodTrail || signed != x.TrailsSigned {
			t.Errorf("%s: good %t, signed %t", x.TrailCase, good, signed)
		}
	}
}

func everyEvent(t *testing.T, c *cloudtrail.Client, arn *string) bool {
	t.Helper()
	out, err := c.GetEventSelectors(t.Context(), &cloudtrail.GetEventSelectorsInput{TrailName: arn})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range out.EventSelectors {
		if *s.IncludeManagementEvents && s.ReadWriteType == "All" {
			return true
		}
	}
	for _, s := range out.AdvancedEventSelectors {
		if len(s.FieldSelectors) == 1 && *s.FieldSelectors[0].Field == "eventCategory" && slices.Contains(s.FieldSelectors[0].Equals, "Management") {
			return true
		}
	}
	return false
}

func TestSDKReadsOrganisations(t *testing.T) {
	t.Parallel()
	e := equipped(len(sim.OrgCases()))
	l := serve(t, e, awssim.Options{Shuffle: 6, Signature: true})
	for n, x := range e.ExpectedGuardrails() {
		a, of := e.Accounts[n], sim.OrgCases()[n]
		c := organizations.NewFromConfig(config(l, a, home))
		out, err := c.DescribeOrganization(t.Context(), &organizations.DescribeOrganizationInput{})
		if !x.Member {
			var none *orgtypes.AWSOrganizationsNotInUseException
			if !errors.As(err, &none) {
				t.Errorf("%s: %v", x.Case, err)
			}
			continue
		}
		if err != nil || (*out.Organization.MasterAccountId == a.ID) != x.Manager {
			t.Fatalf("%s: %v, %v", x.Case, out, err)
		}
		for _, at := range []struct {
			id   string
			want []sim.ControlPolicy
		}{{a.ID, of.Account}, {parent(t, c, a.ID), of.Unit}, {parent(t, c, parent(t, c, a.ID)), of.Root}} {
			want := map[string]string{}
			for _, p := range at.want {
				want[p.Name] = p.Content
			}
			if d := cmp.Diff(want, controlPolicies(t, c, at.id)); d != "" {
				t.Errorf("%s, %s: %s", x.Case, at.id, d)
			}
		}
		effective, err := c.DescribeEffectivePolicy(t.Context(), &organizations.DescribeEffectivePolicyInput{PolicyType: orgtypes.EffectivePolicyTypeDeclarativePolicyEc2})
		var none *orgtypes.EffectivePolicyNotFoundException
		if of.Declarative == "" && !errors.As(err, &none) || of.Declarative != "" && (err != nil || *effective.EffectivePolicy.PolicyContent != of.Declarative) {
			t.Errorf("%s: %v, %v", x.Case, effective, err)
		}
	}
}

func parent(t *testing.T, c *organizations.Client, child string) string {
	t.Helper()
	out, err := c.ListParents(t.Context(), &organizations.ListParentsInput{ChildId: &child})
	if err != nil || len(out.Parents) != 1 {
		t.Fatal(out, err)
	}
	return *out.Parents[0].Id
}

func controlPolicies(t *testing.T, c *organizations.Client, target string) map[string]string {
	t.Helper()
	got := map[string]string{}
	p := organizations.NewListPoliciesForTargetPaginator(c, &organizations.ListPoliciesForTargetInput{TargetId: &target, Filter: orgtypes.PolicyTypeServiceControlPolicy, MaxResults: aws.Int32(1)})
	for p.HasMorePages() {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range out.Policies {
			d, err := c.DescribePolicy(t.Context(), &organizations.DescribePolicyInput{PolicyId: x.Id})
			if err != nil {
				t.Fatal(err)
			}
			got[*d.Policy.PolicySummary.Name] = *d.Policy.Content
		}
	}
	return got
}

func TestSDKTurnsDetectorsOn(t *testing.T) {
	t.Parallel()
	e := equipped(1)
	a := e.Accounts[0]
	l := serve(t, e, awssim.Options{Signature: true})
	for _, x := range e.ExpectedWatch() {
		cfg := config(l, a, x.UID[strings.LastIndexByte(x.UID, ':')+1:])
		c := guardduty.NewFromConfig(cfg)
		_, err := c.CreateDetector(t.Context(), &guardduty.CreateDetectorInput{Enable: aws.Bool(true)})
		if err != nil && code(err) != "BadRequestException" {
			t.Fatal(err)
		}
		if err != nil {
			ids, err := c.ListDetectors(t.Context(), &guardduty.ListDetectorsInput{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = c.UpdateDetector(t.Context(), &guardduty.UpdateDetectorInput{DetectorId: &ids.DetectorIds[0], Enable: aws.Bool(true)}); err != nil {
				t.Fatal(err)
			}
		}
		if !detector(t, cfg) {
			t.Error("still off: ", x)
		}
	}
}

// calls is one call of every form of service, by its permission.
func calls(t *testing.T, cfg, global aws.Config) map[string]func() error {
	t.Helper()
	ctx := t.Context()
	return map[string]func() error{
		"iam:GetAccountSummary": func() error {
			_, err := iam.NewFromConfig(global).GetAccountSummary(ctx, &iam.GetAccountSummaryInput{})
			return err
		},
		"autoscaling:DescribeAutoScalingGroups": func() error {
			_, err := autoscaling.NewFromConfig(cfg).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
			return err
		},
		"organizations:DescribeOrganization": func() error {
			_, err := organizations.NewFromConfig(global).DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
			return err
		},
		"cloudwatch:DescribeAlarms": func() error {
			_, err := watchClient(cfg).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
			return err
		},
		"cloudtrail:DescribeTrails": func() error {
			_, err := cloudtrail.NewFromConfig(cfg).DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{})
			return err
		},
		"guardduty:ListDetectors": func() error {
			_, err := guardduty.NewFromConfig(cfg).ListDetectors(ctx, &guardduty.ListDetectorsInput{})
			return err
		},
		"access-analyzer:ListAnalyzers": func() error {
			_, err := accessanalyzer.NewFromConfig(cfg).ListAnalyzers(ctx, &accessanalyzer.ListAnalyzersInput{})
			return err
		},
		"backup:ListBackupVaults": func() error {
			_, err := backup.NewFromConfig(cfg).ListBackupVaults(ctx, &backup.ListBackupVaultsInput{})
			return err
		},
		"ecs:ListClusters": func() error { _, err := ecs.NewFromConfig(cfg).ListClusters(ctx, &ecs.ListClustersInput{}); return err },
		"ssm:DescribeInstanceInformation": func() error {
			_, err := ssm.NewFromConfig(cfg).DescribeInstanceInformation(ctx, &ssm.DescribeInstanceInformationInput{})
			return err
		},
		"logs:DescribeMetricFilters": func() error {
			_, err := cloudwatchlogs.NewFromConfig(cfg).DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{})
			return err
		},
		"config:DescribeConfigurationRecorderStatus": func() error {
			_, err := configservice.NewFromConfig(cfg).DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
			return err
		},
	}
}

// refusals of query services, JSON services and others, by name of the call.
var denied = map[string]string{"iam:GetAccountSummary": "AccessDenied", "autoscaling:DescribeAutoScalingGroups": "AccessDenied", "cloudwatch:DescribeAlarms": "AccessDenied"}

var limited = map[string]string{
	"iam:GetAccountSummary": "Throttling", "autoscaling:DescribeAutoScalingGroups": "Throttling", "cloudwatch:DescribeAlarms": "Throttling", "organizations:DescribeOrganization": "TooManyRequestsException",
}

func TestSDKSeesTheCodesOfEveryService(t *testing.T) {
	t.Parallel()
	e := equipped(2)
	a := e.Accounts[1] // which is in an organisation
	r := a.Regions[0]
	for n, name := range slices.Sorted(maps.Keys(calls(t, aws.Config{}, aws.Config{}))) {
		l := serve(t, e, awssim.Options{Signature: true})
		cfg, global := config(l, a, r.Name), config(l, a, home)
		cfg.RetryMaxAttempts, global.RetryMaxAttempts = 1, 1
		call := calls(t, cfg, global)[name]
		if err := call(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := func(err error, words map[string]string, otherwise string) {
			t.Helper()
			if w := words[name]; w != "" {
				otherwise = w
			}
			if got := code(err); got != otherwise {
				t.Errorf("%s: %s, want %s (%v)", name, got, otherwise, err)
			}
		}
		l.Allow([]string{"ec2:DescribeRegions"})
		want(call(), denied, "AccessDeniedException")
		l.Allow([]string{name})
		if err := call(); err != nil {
			t.Errorf("%s, allowed by name: %v", name, err)
		}
		l.Fail(awssim.Fault{Action: name, Kind: awssim.Throttled, Count: 1})
		want(call(), limited, "ThrottlingException")
		l.Fail(awssim.Fault{Action: name, Kind: awssim.CutClean, From: 1, Count: 1})
		if err := call(); err == nil {
			t.Errorf("%s: half a reply is taken for a whole", name)
		}
		last := l.Calls()
		if got := last[len(last)-1]; got.Name() != name || n < 0 {
			t.Errorf("the log says %s, want %s", got.Name(), name)
		}
	}
}

func TestSDKIsRefusedByAccountAndRegion(t *testing.T) {
	t.Parallel()
	e := equipped(2)
	a := e.Accounts[1]
	r := a.Regions[0]
	for _, name := range slices.Sorted(maps.Keys(calls(t, aws.Config{}, aws.Config{}))) {
		a.Refuses, r.Refuses = nil, nil
		if service, _, _ := strings.Cut(name, ":"); service == "iam" || service == "organizations" {
			a.Refuses = []string{name}
		} else {
			r.Refuses = []string{name}
		}
		l := serve(t, e, awssim.Options{})
		cfg := config(l, a, r.Name)
		if err := calls(t, cfg, config(l, a, home))[name](); !strings.HasPrefix(code(err), "AccessDenied") {
			t.Errorf("%s: %v", name, err)
		}
		if len(e.Gaps()) != 1 {
			t.Error("gaps: ", e.Gaps())
		}
	}
}
