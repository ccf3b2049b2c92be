package awsfact_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// An asked is one question with its reply, as a collector puts it.
type asked struct {
	call, region, subject string
	body                  string // "": refused
}

// scanned makes the context of some questions. A subject is what the request
// was about.
func scanned(t testing.TB, qs ...asked) *snapshot.Context {
	t.Helper()
	rs := regionInfo(t, here, "opt-in-not-required", there, "opted-in")
	as := []snapshot.Answer{complete(awsfact.CallRegions, snapshot.Global)}
	for _, q := range qs {
		a := complete(q.call, q.region)
		if q.body == "" {
			a = denied(q.call, q.region)
		}
		a.Subject = q.subject
		as = append(as, a)
		if q.body != "" {
			rs = append(rs, documents(t, q)...)
		}
	}
	return contextOf(rs, as...)
}

var abouts = map[string]string{awsfact.CallTrailStatus: awsfact.AboutTrail, awsfact.CallDetector: awsfact.AboutDetector}

func documents(t testing.TB, q asked) (rs []snapshot.Resource) {
	t.Helper()
	var p wire.Page
	var rd wire.Reader
	if name := abouts[q.call]; name != "" {
		p.About(name, q.subject)
	}
	shape := awsfact.ShapeOf(q.call, "")
	if _, err := p.Parse([]byte(q.body), shape, wire.NewRedactor(key), func(d wire.Doc) error {
		uid, name, err := awsfact.Identify(shape.Kind, "aws", scope(q.region), d.JSON, &rd)
		if err != nil {
			return err
		}
		r := snapshot.Resource{Kind: shape.Kind, Scope: scope(q.region), UID: uid, Name: name, Call: q.call, Doc: bytes.Clone(d.JSON)}
		r.Seal()
		rs = append(rs, r)
		return nil
	}); err != nil {
		t.Fatalf("%s: %v\n%s", q.call, err, q.body)
	}
	return rs
}

// regionIn reads one region of a context.
func regionIn(t testing.TB, c *snapshot.Context, name string) *estate.AccountRegion {
	t.Helper()
	for _, o := range awsfact.Objects(c) {
		if r, ok := o.(*estate.AccountRegion); ok && r.Region == name {
			return r
		}
	}
	t.Fatalf("there is no region %s", name)
	return nil
}

func accountIn(t testing.TB, c *snapshot.Context) *estate.Account {
	t.Helper()
	a, ok := awsfact.Objects(c)[0].(*estate.Account)
	if !ok {
		t.Fatal("the first object is not the account")
	}
	return a
}

func set(list string, items ...string) string {
	return "<r><" + list + ">" + strings.Join(items, "") + "</" + list + "></r>"
}

// A regionCase is some questions about a region and what one fact then is.
type regionCase struct {
	about string
	qs    []asked
	want  any
}

func testRegion[T any](t *testing.T, read func(*estate.AccountRegion) fact.Of[T], cases []regionCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.about, func(t *testing.T) {
			t.Parallel()
			f := read(regionIn(t, scanned(t, c.qs...), here))
			if diff := cmp.Diff(c.want, told(f)); diff != "" {
				t.Error(diff)
			}
			if known := f.Known(); known && f.From() == nil {
				t.Error("a known fact without an origin")
			}
		})
	}
}

func single(call, body string) []asked { return []asked{{call, here, "", body}} }

func TestSettingsOfARegion(t *testing.T) {
	t.Parallel()
	settings := func(member, text string) string {
		return "<SettingResponse><" + member + ">" + text + "</" + member + "></SettingResponse>"
	}
	testRegion(t, func(r *estate.AccountRegion) fact.Of[bool] { return r.Storage.EncryptedByDefault }, []regionCase{
		{"encrypted by default", single(awsfact.CallEncryption, settings("ebsEncryptionByDefault", "true")), true},
		{"not encrypted by default", single(awsfact.CallEncryption, settings("ebsEncryptionByDefault", "false")), false},
		{"another member", single(awsfact.CallEncryption, settings("other", "x")), "? absent /ebsEncryptionByDefault"},
		{"encryption was refused", single(awsfact.CallEncryption, ""), "? denied denied"},
		{"encryption was not asked", nil, "? not_collected"},
		{"another region's setting", []asked{{awsfact.CallEncryption, there, "", settings("ebsEncryptionByDefault", "true")}}, "? not_collected"},
	})
	testRegion(t, func(r *estate.AccountRegion) fact.Of[string] { return r.Storage.SnapshotBlock }, []regionCase{
		{"all sharing blocked", single(awsfact.CallSnapshotBlock, settings("state", "block-all-sharing")), "block-all-sharing"},
		{"sharing not blocked", single(awsfact.CallSnapshotBlock, settings("state", "unblocked")), "unblocked"},
		{"a word of tomorrow", single(awsfact.CallSnapshotBlock, settings("state", "half")), "? unknown_value half"},
	})
	testRegion(t, func(r *estate.AccountRegion) fact.Of[string] { return r.Storage.ImageBlock }, []regionCase{
		{"images blocked", single(awsfact.CallImageBlock, settings("imageBlockPublicAccessState", "block-new-sharing")), "block-new-sharing"},
		{"images refused", single(awsfact.CallImageBlock, ""), "? denied denied"},
	})
	testRegion(t, func(r *estate.AccountRegion) fact.Of[bool] { return r.Storage.SerialConsole }, []regionCase{
		{"serial console on", single(awsfact.CallSerialConsole, settings("serialConsoleAccessEnabled", "true")), true},
	})
	mode := func(state, word string) string {
		return "<r><vpcBlockPublicAccessOptions><state>" + state + "</state><internetGatewayBlockMode>" + word + "</internetGatewayBlockMode></vpcBlockPublicAccessOptions></r>"
	}
	testRegion(t, func(r *estate.AccountRegion) fact.Of[string] { return r.BlockMode }, []regionCase{
		{"access never blocked", single(awsfact.CallBlockAccess, mode("default-state", "off")), "off"},
		{"access blocked inwards", single(awsfact.CallBlockAccess, mode("update-complete", "block-ingress")), "block-ingress"},
		{"a change is on its way", single(awsfact.CallBlockAccess, mode("update-in-progress", "block-ingress")), "? pending /internetGatewayBlockMode"},
		{"a mode of tomorrow", single(awsfact.CallBlockAccess, mode("update-complete", "block-some")), "? unknown_value block-some"},
		{"the mode was refused", single(awsfact.CallBlockAccess, ""), "? denied denied"},
	})
	testRegion(t, func(r *estate.AccountRegion) fact.Of[int64] { return r.Storage.Unencrypted }, []regionCase{
		{"two volumes in the clear", single(awsfact.CallVolumes, set("volumeSet", "<item><volumeId>vol-1</volumeId><encrypted>false</encrypted></item>", "<item><volumeId>vol-2</volumeId><encrypted>false</encrypted></item>")), int64(2)},
		{"no volume in the clear", single(awsfact.CallVolumes, set("volumeSet")), int64(0)},
		{"a volume that does not say", single(awsfact.CallVolumes, set("volumeSet", "<item><volumeId>vol-1</volumeId></item>")), "? absent /encrypted"},
		{"volumes were refused", single(awsfact.CallVolumes, ""), "? denied denied"},
	})
	testRegion(t, func(r *estate.AccountRegion) fact.Of[int64] { return r.Storage.PublicSnapshots }, []regionCase{
		{"a public snapshot", single(awsfact.CallSnapshots, set("snapshotSet", "<item><snapshotId>snap-1</snapshotId></item>")), int64(1)},
		{"no public snapshot", single(awsfact.CallSnapshots, set("snapshotSet")), int64(0)},
		{"snapshots were not asked", nil, "? not_collected"},
	})
}

func TestARegionThatIsNotEnabledIsNotAsked(t *testing.T) {
	t.Parallel()
	c := contextOf(regionInfo(t, here, "not-opted-in"), complete(awsfact.CallRegions, snapshot.Global))
	r := regionIn(t, c, here)
	for about, got := range map[string]any{
		"block mode": told(r.BlockMode), "paths": told(r.Paths), "encryption": told(r.Storage.EncryptedByDefault), "volumes": told(r.Storage.Unencrypted),
		"detector": told(r.Watch.Detector), "analyzer": told(r.Watch.Analyzer), "recorder": told(r.Watch.Recorder), "alarm": told(r.Watch.MetaAlarm),
	} {
		if got != "? not_opted_in" {
			t.Errorf("%s: %v", about, got)
		}
	}
	if gaps := r.Vaults.Gaps(); len(gaps) != 1 || gaps[0].Cause != snapshot.NotOptedIn {
		t.Errorf("vaults: %v", gaps)
	}
}

func TestAWayFromTheInternet(t *testing.T) {
	t.Parallel()
	gateway := func(id, attachments string) string {
		return "<item><internetGatewayId>" + id + "</internetGatewayId><attachmentSet>" + attachments + "</attachmentSet></item>"
	}
	attached := "<item><vpcId>vpc-1</vpcId><state>available</state></item>"
	route := func(to, state string) string {
		return "<item><routeTableId>rtb-1</routeTableId><vpcId>vpc-1</vpcId><routeSet><item><destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>" + to + "</gatewayId><state>" + state + "</state></item></routeSet></item>"
	}
	both := func(gateways, tables string) []asked {
		return []asked{{awsfact.CallInternetGateways, here, "", gateways}, {awsfact.CallRouteTables, here, "", tables}}
	}
	testRegion(t, func(r *estate.AccountRegion) fact.Of[bool] { return r.Paths }, []regionCase{
		{"a route to an attached gateway", both(set("internetGatewaySet", gateway("igw-1", attached)), set("routeTableSet", route("igw-1", "active"))), true},
		{"a gateway and no route", both(set("internetGatewaySet", gateway("igw-1", attached)), set("routeTableSet", route("local", "active"))), false},
		{"a route to a gateway that is attached to nothing", both(set("internetGatewaySet", gateway("igw-1", "")), set("routeTableSet", route("igw-1", "blackhole"))), false},
		{"a route through a NAT gateway", both(set("internetGatewaySet", gateway("igw-1", attached)), set("routeTableSet", route("nat-1", "active"))), false},
		{"nothing at all", both(set("internetGatewaySet"), set("routeTableSet")), false},
		{"no gateway, and the routes were refused", both(set("internetGatewaySet"), ""), false},
		{"no route, and the gateways were refused", both("", set("routeTableSet", route("local", "active"))), false},
		{"a route, and the gateways were refused", both("", set("routeTableSet", route("igw-1", "active"))), "? denied denied"},
		{"a gateway, and the routes were refused", both(set("internetGatewaySet", gateway("igw-1", attached)), ""), "? denied denied"},
		{"a route whose state is not told", both(set("internetGatewaySet", gateway("igw-1", attached)), set("routeTableSet", route("igw-1", "soon"))), "? unknown_value soon"},
		{"a gateway whose state is not known", both(set("internetGatewaySet", gateway("igw-1", "<item><state>half</state></item>")), set("routeTableSet", route("igw-1", "active"))), "? unknown_value half"},
	})
}

func TestThreatDetection(t *testing.T) {
	t.Parallel()
	list := func(ids string, status ...string) []asked {
		qs := single(awsfact.CallDetectors, `{"detectorIds":[`+ids+`]}`)
		for _, s := range status {
			body := ""
			if s != "" {
				body = `{"status":"` + s + `"}`
			}
			qs = append(qs, asked{awsfact.CallDetector, here, "12ab", body})
		}
		return qs
	}
	testRegion(t, func(r *estate.AccountRegion) fact.Of[bool] { return r.Watch.Detector }, []regionCase{
		{"it is on", list(`"12ab"`, "ENABLED"), true},
		{"it is suspended", list(`"12ab"`, "DISABLED"), false},
		{"it was never switched on", list(``), false},
		{"the detector was refused", list(`"12ab"`, ""), "? denied denied"},
		{"the detector was not asked", list(`"12ab"`), "? not_collected"},
		{"a status of tomorrow", list(`"12ab"`, "PAUSED"), "? unknown_value PAUSED"},
		{"the list was refused", single(awsfact.CallDetectors, ""), "? denied denied"},
	})
}

func TestAnalyzersAndRecorders(t *testing.T) {
	t.Parallel()
	analyzers := func(items ...string) []asked {
		return single(awsfact.CallAnalyzers, `{"analyzers":[`+strings.Join(items, ",")+`]}`)
	}
	analyzer := func(name, kind, status string) string {
		return fmt.Sprintf(`{"arn":"arn:aws:access-analyzer:eu-west-1:111122223333:analyzer/%s","name":"%s","type":"%s","status":"%s"}`, name, name, kind, status)
	}
	testRegion(t, func(r *estate.AccountRegion) fact.Of[bool] { return r.Watch.Analyzer }, []regionCase{
		{"of the account", analyzers(analyzer("a", "ACCOUNT", "ACTIVE")), true},
		{"of the organisation", analyzers(analyzer("a", "ORGANIZATION", "ACTIVE")), true},
		{"of unused access alone", analyzers(analyzer("a", "ACCOUNT_UNUSED_ACCESS", "ACTIVE")), false},
		{"not active", analyzers(analyzer("a", "ACCOUNT", "DISABLED")), false},
		{"no analyzer", analyzers(), false},
		{"a type of tomorrow", analyzers(analyzer("a", "GALAXY", "ACTIVE")), "? unknown_value GALAXY"},
		{"a type of tomorrow that is not active", analyzers(analyzer("a", "GALAXY", "FAILED")), false},
		{"one of two", analyzers(analyzer("a", "ACCOUNT", "FAILED"), analyzer("b", "ACCOUNT", "ACTIVE")), true},
		{"analyzers were refused", single(awsfact.CallAnalyzers, ""), "? denied denied"},
	})
	recorders := func(items ...string) []asked {
		return single(awsfact.CallRecorder, `{"ConfigurationRecordersStatus":[`+strings.Join(items, ",")+`]}`)
	}
	testRegion(t, func(r *estate.AccountRegion) fact.Of[bool] { return r.Watch.Recorder }, []regionCase{
		{"it records", recorders(`{"name":"default","recording":true,"lastStatus":"SUCCESS"}`), true},
		{"its first delivery is still to come", recorders(`{"name":"default","recording":true}`), true},
		{"its last delivery failed", recorders(`{"name":"default","recording":true,"lastStatus":"Failure"}`), false},
		{"it is stopped", recorders(`{"name":"default","recording":false,"lastStatus":"SUCCESS"}`), false},
		{"it is another service's", recorders(`{"name":"x","recording":true,"servicePrincipal":"securityhub.amazonaws.com"}`), false},
		{"there is no recorder", recorders(), false},
		{"a status of tomorrow for deliveries", recorders(`{"name":"default","recording":true,"lastStatus":"Tired"}`), "? unknown_value Tired"},
		{"the recorder does not say", recorders(`{"name":"default"}`), "? absent /recording"},
		{"recorders were refused", single(awsfact.CallRecorder, ""), "? denied denied"},
	})
}

// alarmOn is an alarm with the members that all need.
func alarmOn(name, members string) string {
	return fmt.Sprintf(`{"AlarmArn":"arn:aws:cloudwatch:eu-west-1:111122223333:alarm:%s","AlarmName":"%s","ActionsEnabled":true,"AlarmActions":["arn:aws:sns:eu-west-1:111122223333:security"],"ComparisonOperator":"GreaterThanThreshold",%s}`, name, name, members)
}

func alarmList(items ...string) string { return `{"MetricAlarms":[` + strings.Join(items, ",") + `]}` }

func TestAlarmOnRequestsWithoutAToken(t *testing.T) {
	t.Parallel()
	const direct = `"Namespace":"AWS/EC2","MetricName":"MetadataNoToken","Dimensions":[{"Name":"InstanceId","Value":"i-1"}]`
	query := func(text string) string {
		return alarmOn("q", `"Metrics":[{"Id":"q1","ReturnData":true,"Expression":"`+text+`"}]`)
	}
	alarms := func(items ...string) []asked { return single(awsfact.CallAlarms, alarmList(items...)) }
	testRegion(t, func(r *estate.AccountRegion) fact.Of[bool] { return r.Watch.MetaAlarm }, []regionCase{
		{"on the metric", alarms(alarmOn("a", direct)), true},
		{"on the refused requests", alarms(alarmOn("a", strings.Replace(direct, "NoToken", "NoTokenRejected", 1))), true},
		{"on all instances, by the query that the fix writes", alarms(query(`SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\"AWS/EC2\", InstanceId)`)), true},
		{"by a query without a schema", alarms(query(`select max(MetadataNoToken) from \"AWS/EC2\" group by InstanceId`)), true},
		{"by a query over some", alarms(query(`SELECT SUM(MetadataNoToken) FROM \"AWS/EC2\" WHERE InstanceType = 'x'`)), "? unknown_value an expression over MetadataNoToken"},
		{"as a part of an expression", alarms(alarmOn("a", `"Metrics":[{"Id":"m1","MetricStat":{"Metric":{"Namespace":"AWS/EC2","MetricName":"MetadataNoToken"}}},{"Id":"e1","Expression":"FILL(m1, 0)"}]`)), true},
		{"on another metric", alarms(alarmOn("a", `"Namespace":"AWS/EC2","MetricName":"CPUUtilization"`)), false},
		{"on another metric of the name", alarms(alarmOn("a", `"Namespace":"Mine","MetricName":"MetadataNoToken"`)), false},
		{"no alarm", alarms(), false},
		{"its actions are off", alarms(strings.Replace(alarmOn("a", direct), `"ActionsEnabled":true`, `"ActionsEnabled":false`, 1)), false},
		{"it tells nobody", alarms(strings.Replace(alarmOn("a", direct), `["arn:aws:sns:eu-west-1:111122223333:security"]`, `[]`, 1)), false},
		{"it goes off when the number falls", alarms(strings.Replace(alarmOn("a", direct), "GreaterThan", "LessThan", 1)), false},
		{"its actions are not told", alarms(strings.Replace(alarmOn("a", direct), `"ActionsEnabled":true,`, ``, 1)), "? absent /ActionsEnabled"},
		{"an alarm of tomorrow that names the metric", alarms(alarmOn("a", `"EvaluationCriteria":{"PromQLCriteria":{"Query":"sum(MetadataNoToken)"}}`)), "? unknown_value an expression over MetadataNoToken"},
		{"an alarm of tomorrow on something else", alarms(alarmOn("a", `"EvaluationCriteria":{"PromQLCriteria":{"Query":"sum(MetadataNoTokens)"}}`)), false},
		{"an alarm that does not say on what", alarms(alarmOn("a", `"Period":300`)), "? absent /MetricName"},
		{"alarms were refused", single(awsfact.CallAlarms, ""), "? denied denied"},
	})
}

func TestVaults(t *testing.T) {
	t.Parallel()
	vault := func(name, members string) string {
		return fmt.Sprintf(`{"BackupVaultArn":"arn:aws:backup:eu-west-1:111122223333:backup-vault:%s","BackupVaultName":"%s"%s}`, name, name, members)
	}
	c := scanned(t, single(awsfact.CallVaults, `{"BackupVaultList":[`+strings.Join([]string{
		vault("a", `,"EncryptionKeyType":"CUSTOMER_MANAGED_KMS_KEY","Locked":true,"VaultType":"BACKUP_VAULT"`),
		vault("b", `,"EncryptionKeyArn":"arn:aws:kms:eu-west-1:111122223333:key/1","Locked":false`),
		vault("c", `,"EncryptionKeyType":"AWS_OWNED_KMS_KEY"`),
		vault("d", `,"VaultType":"RESTORE_ACCESS_BACKUP_VAULT"`),
	}, ",")+`]}`)...)
	list := regionIn(t, c, here).Vaults
	var got [][]any
	for _, v := range list.Items() {
		got = append(got, []any{v.Name, told(v.Own), told(v.Locked)})
	}
	if diff := cmp.Diff([][]any{{"a", true, true}, {"b", "? absent /EncryptionKeyType", false}, {"c", false, "? absent /Locked"}}, got); diff != "" || !list.Whole() {
		t.Errorf("%v %s", list.Gaps(), diff)
	}
	if list := regionIn(t, scanned(t, single(awsfact.CallVaults, "")...), here).Vaults; list.Whole() || list.Gaps()[0].Cause != snapshot.Denied {
		t.Error("vaults that were refused are taken for whole")
	}
}
