package awsfact_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/estate"
	"plumbline/internal/fact"
	"plumbline/internal/snapshot"
)

// facts spells everything that is known of the account, its regions and its
// networks, and leaves out what is not.
func facts(c *snapshot.Context) map[string]string {
	m := map[string]string{}
	for _, o := range awsfact.Objects(c) {
		uid := o.Head().UID + " "
		switch o := o.(type) {
		case *estate.AccountRegion:
			note(m, uid+"block", o.BlockMode)
			note(m, uid+"paths", o.Paths)
			note(m, uid+"encrypted", o.Storage.EncryptedByDefault)
			note(m, uid+"volumes", o.Storage.Unencrypted)
			note(m, uid+"snapshots", o.Storage.PublicSnapshots)
			note(m, uid+"detector", o.Watch.Detector)
			note(m, uid+"analyzer", o.Watch.Analyzer)
			note(m, uid+"recorder", o.Watch.Recorder)
			note(m, uid+"alarm", o.Watch.MetaAlarm)
		case *estate.Account:
			note(m, uid+"change alarm", o.ChangeAlarm)
			noteList(m, uid+"trails", o.Trails)
			for _, t := range o.Trails.Items() {
				note(m, uid+t.Name+" logging", t.Logging)
				note(m, uid+t.Name+" management", t.Management)
			}
		case *estate.Network:
			note(m, uid+"used", o.Used)
			note(m, uid+"flow logs", o.FlowLogs)
			noteList(m, uid+"endpoints", o.Endpoints)
		}
	}
	return m
}

func note[T any](m map[string]string, name string, f fact.Of[T]) {
	if v, ok := f.Get(); ok {
		m[name] = fmt.Sprint(v)
	}
}

func noteList[T any](m map[string]string, name string, l fact.List[T]) {
	if l.Whole() {
		m[name] = fmt.Sprint(len(l.Items()), " of them")
	}
}

// drawnEstate draws questions with replies in which much differs that matters.
func drawnEstate(t *rapid.T) []asked {
	some := func(name string, from ...string) string {
		var out []string
		for i, s := range from {
			if rapid.Bool().Draw(t, fmt.Sprint(name, " ", i)) {
				out = append(out, s)
			}
		}
		return strings.Join(out, "")
	}
	commas := func(s string) string { return strings.ReplaceAll(s, "}{", "},{") }
	of := func(name string, words ...string) string { return rapid.SampledFrom(words).Draw(t, name) }
	log := func(id, on string) string {
		return flowLog(id, on, of("traffic "+id, "ALL", "REJECT", "ACCEPT", "SOME"), of("delivery "+id, "SUCCESS", "FAILED", "LATER"))
	}
	const group = "arn:aws:logs:us-east-1:111122223333:log-group:trail:*"
	selector := func(name string) string {
		return fmt.Sprintf(`{"ReadWriteType":"%s","IncludeManagementEvents":%s}`, of(name+" sort", "All", "ReadOnly", "WriteOnly"), of(name+" management", "true", "false"))
	}
	alarm := alarmOn("a", `"Namespace":"Trail","MetricName":"GateChanges"`)
	meta := alarmOn("b", `"Namespace":"AWS/EC2","MetricName":"MetadataNoToken"`)
	filters := some("filters", filterOf("f", "trail", named(gateEvents[:6]...), "GateChanges"), filterOf("g", "trail", named(gateEvents...), "GateChanges"),
		filterOf("h", "trail", "SecurityGroup", "GateChanges"), filterOf("i", "app", named(gateEvents...), "GateChanges"))
	qs := []asked{
		vpcs("vpc-1", "vpc-2"),
		{awsfact.CallSubnets, here, "", set("subnetSet", some("subnets", element("subnetId", "subnet-1", "vpcId", "vpc-1"), element("subnetId", "subnet-2", "vpcId", "vpc-1"), element("subnetId", "subnet-3", "vpcId", "vpc-2")))},
		flowLogs(some("logs", log("fl-1", "vpc-1"), log("fl-2", "subnet-1"), log("fl-3", "subnet-2"), log("fl-4", "eni-1"), log("fl-5", "subnet-3"))),
		{awsfact.CallEndpoints, here, "", set("vpcEndpointSet", some("endpoints", element("vpcEndpointId", "vpce-1", "vpcId", "vpc-1", "serviceName", "com.amazonaws.eu-west-1.ssm", "state", "available")))},
		{awsfact.CallInternetGateways, here, "", set("internetGatewaySet", some("gateways",
			element("internetGatewayId", "igw-1", "attachmentSet", "<item><vpcId>vpc-1</vpcId><state>"+of("attachment", "available", "detached", "half")+"</state></item>"), element("internetGatewayId", "igw-2")))},
		{awsfact.CallRouteTables, here, "", set("routeTableSet", some("tables",
			element("routeTableId", "rtb-1", "vpcId", "vpc-1", "routeSet", "<item><gatewayId>"+of("target", "igw-1", "igw-2", "igw-9", "local")+"</gatewayId><state>"+of("route", "active", "blackhole", "soon")+"</state></item>")))},
		{awsfact.CallVolumes, here, "", set("volumeSet", some("volumes", element("volumeId", "vol-1", "encrypted", "false"), element("volumeId", "vol-2")))},
		{awsfact.CallSnapshots, here, "", set("snapshotSet", some("snapshots", element("snapshotId", "snap-1")))},
		{awsfact.CallAnalyzers, here, "", `{"analyzers":[` + commas(some("analyzers", `{"arn":"arn:aws:access-analyzer:eu-west-1:111122223333:analyzer/a","name":"a","type":"ACCOUNT","status":"ACTIVE"}`, `{"arn":"arn:aws:access-analyzer:eu-west-1:111122223333:analyzer/b","name":"b","type":"GALAXY","status":"ACTIVE"}`)) + `]}`},
		{awsfact.CallRecorder, here, "", `{"ConfigurationRecordersStatus":[` + some("recorders", `{"name":"default","recording":true,"lastStatus":"`+of("recorder", "SUCCESS", "FAILURE", "TIRED")+`"}`) + `]}`},
		{awsfact.CallAlarms, there, "", alarmList(commas(some("alarms", alarm, meta)))},
		{awsfact.CallMetricFilters, there, "", `{"metricFilters":[` + strings.ReplaceAll(filters, `]}{"filterName`, `]},{"filterName`) + `]}`},
		{awsfact.CallTrails, snapshot.Global, "", `{"trailList":[{"Name":"main","TrailARN":"` + mainTrail + `",` + wide + `,"CloudWatchLogsLogGroupArn":"` + group + `"}]}`},
		{awsfact.CallTrailStatus, snapshot.Global, mainTrail, `{"IsLogging":` + of("logging", "true", "false") + `}`},
		{awsfact.CallTrailSelectors, snapshot.Global, mainTrail, `{"TrailARN":"` + mainTrail + `","EventSelectors":[` + selector("one") + "," + selector("two") + `]}`},
	}
	if of("detectors", "none", "one") == "none" {
		return append(qs, asked{awsfact.CallDetectors, here, "", `{"detectorIds":[]}`})
	}
	return append(qs, asked{awsfact.CallDetectors, here, "", `{"detectorIds":["12ab"]}`},
		asked{awsfact.CallDetector, here, "12ab", `{"status":"` + of("detector", "ENABLED", "DISABLED", "PAUSED") + `"}`})
}

// Refusing any one question leaves facts open; it never turns one round, and it
// never makes one known.
func TestHidingAnAnswerTurnsNoFactRound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		qs := drawnEstate(rt)
		seen := facts(scanned(t, qs...))
		hide := rapid.IntRange(0, len(qs)-1).Draw(rt, "hide")
		fewer := slices.Clone(qs)
		fewer[hide].body = ""
		unseen := facts(scanned(t, fewer...))
		for _, name := range slices.Sorted(maps.Keys(unseen)) {
			if was, ok := seen[name]; !ok || was != unseen[name] {
				rt.Fatalf("without %s, %s is %q; with it, %q (known: %v)", qs[hide].call, name, unseen[name], was, ok)
			}
		}
	})
}

// A document that lost its members, or is none, leaves facts open as well.
func TestAnEmptyDocumentTurnsNoFactRound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := scanned(t, drawnEstate(rt)...)
		var rs []snapshot.Resource
		for _, kind := range c.Kinds() {
			rs = append(rs, c.Resources(kind)...)
		}
		seen := facts(c)
		lost := rapid.IntRange(0, len(rs)-1).Draw(rt, "lost")
		if rs[lost].Kind == awsfact.KindRegion {
			return // then the region itself is not known to be there
		}
		rs[lost].Doc = []byte(rapid.SampledFrom([]string{"{}", "<html>", `{"state":null}`}).Draw(rt, "becomes"))
		for name, now := range facts(contextOf(rs, c.Answers()...)) {
			if was, ok := seen[name]; ok && was != now {
				rt.Fatalf("with %s empty, %s is %q, and was %q", rs[lost].UID, name, now, was)
			}
		}
	})
}
