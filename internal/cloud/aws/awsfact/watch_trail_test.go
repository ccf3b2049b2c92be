package awsfact_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
)

const (
	mainTrail = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main"
	orgTrail  = "arn:aws:cloudtrail:us-east-1:999988887777:trail/org"
	allEvents = `"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":[]}]`
)

// trailsAsked are the questions about one trail.
func trailsAsked(arn, members, status, selectors string) []asked {
	return []asked{
		{awsfact.CallTrails, snapshot.Global, "", `{"trailList":[{"Name":"main","TrailARN":"` + arn + `","HomeRegion":"us-east-1",` + members + `}]}`},
		{awsfact.CallTrailStatus, snapshot.Global, arn, status},
		{awsfact.CallTrailSelectors, snapshot.Global, arn, selectors},
	}
}

const wide = `"IsMultiRegionTrail":true,"IncludeGlobalServiceEvents":true,"LogFileValidationEnabled":true`

func TestTrails(t *testing.T) {
	t.Parallel()
	const logging = `{"IsLogging":true}`
	selectors := func(s string) string { return `{"TrailARN":"` + mainTrail + `",` + s + `}` }
	for about, c := range map[string]struct {
		qs   []asked
		want []any // regions, global, logging, management, validated
	}{
		"a trail of all regions": {trailsAsked(mainTrail, wide, logging, selectors(allEvents)), []any{true, true, true, true, true}},
		"a trail of one region":  {trailsAsked(mainTrail, strings.ReplaceAll(wide, "true", "false"), `{"IsLogging":false}`, selectors(allEvents)), []any{false, false, false, true, false}},
		"a trail of the organisation": {trailsAsked(orgTrail, wide+`,"IsOrganizationTrail":true`, logging, strings.Replace(selectors(allEvents), mainTrail, orgTrail, 1)),
			[]any{true, true, true, true, true}},
		"its status was refused":      {trailsAsked(mainTrail, wide, "", selectors(allEvents)), []any{true, true, "? denied denied", true, true}},
		"its selectors were refused":  {trailsAsked(mainTrail, wide, logging, ""), []any{true, true, true, "? denied denied", true}},
		"its status was not asked":    {trailsAsked(mainTrail, wide, logging, selectors(allEvents))[:1], []any{true, true, "? not_collected", "? not_collected", true}},
		"members that are not there":  {trailsAsked(mainTrail, `"S3BucketName":"b"`, `{"LatestDeliveryError":"x"}`, `{"TrailARN":"`+mainTrail+`"}`), []any{"? absent /IsMultiRegionTrail", "? absent /IncludeGlobalServiceEvents", "? absent /IsLogging", "? absent /EventSelectors", "? absent /LogFileValidationEnabled"}},
		"reads alone":                 {trailsAsked(mainTrail, wide, logging, selectors(strings.Replace(allEvents, "All", "ReadOnly", 1))), []any{true, true, true, false, true}},
		"no management events":        {trailsAsked(mainTrail, wide, logging, selectors(strings.Replace(allEvents, `"IncludeManagementEvents":true`, `"IncludeManagementEvents":false`, 1))), []any{true, true, true, false, true}},
		"all but the events of a key": {trailsAsked(mainTrail, wide, logging, selectors(strings.Replace(allEvents, `Sources":[]`, `Sources":["kms.amazonaws.com"]`, 1))), []any{true, true, true, false, true}},
		"two selectors that add up": {trailsAsked(mainTrail, wide, logging, selectors(`"EventSelectors":[{"ReadWriteType":"ReadOnly","IncludeManagementEvents":true},{"ReadWriteType":"WriteOnly","IncludeManagementEvents":true}]`)),
			[]any{true, true, true, true, true}},
		"advanced, all management events": {trailsAsked(mainTrail, wide, logging, selectors(`"AdvancedEventSelectors":[{"Name":"m","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]`)),
			[]any{true, true, true, true, true}},
		"advanced, writes alone": {trailsAsked(mainTrail, wide, logging, selectors(`"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}]}]`)),
			[]any{true, true, true, false, true}},
		"advanced, reads and writes apart": {trailsAsked(mainTrail, wide, logging, selectors(`"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}]},{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["true"]}]}]`)),
			[]any{true, true, true, true, true}},
		"advanced, data events alone": {trailsAsked(mainTrail, wide, logging, selectors(`"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},{"Field":"resources.type","Equals":["AWS::S3::Object"]}]}]`)),
			[]any{true, true, true, false, true}},
		"advanced, one service left out": {trailsAsked(mainTrail, wide, logging, selectors(`"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}]}]`)),
			[]any{true, true, true, false, true}},
		"advanced, two parts that may add up": {trailsAsked(mainTrail, wide, logging, selectors(`"AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}]},{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"eventSource","Equals":["kms.amazonaws.com"]}]}]`)),
			[]any{true, true, true, "? unknown_value several selectors that each record a part", true}},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			list := accountIn(t, scanned(t, c.qs...)).Trails
			if len(list.Items()) != 1 || !list.Whole() {
				t.Fatalf("%d trails, gaps %v", len(list.Items()), list.Gaps())
			}
			tr := list.Items()[0]
			if diff := cmp.Diff(c.want, []any{told(tr.Regions), told(tr.Global), told(tr.Logging), told(tr.Management), told(tr.Validated)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTrailsThatWereNotTold(t *testing.T) {
	t.Parallel()
	for about, qs := range map[string][]asked{
		"refused":   {{awsfact.CallTrails, snapshot.Global, "", ""}},
		"not asked": nil,
	} {
		a := accountIn(t, scanned(t, qs...))
		if a.Trails.Whole() || a.ChangeAlarm.Known() {
			t.Errorf("%s: %v %v", about, a.Trails.Gaps(), told(a.ChangeAlarm))
		}
	}
	if a := accountIn(t, scanned(t, asked{awsfact.CallTrails, snapshot.Global, "", `{"trailList":[]}`})); !a.Trails.Whole() || told(a.ChangeAlarm) != false {
		t.Errorf("without a trail: %v %v", a.Trails.Gaps(), told(a.ChangeAlarm))
	}
}

// gateEvents are the twelve of the CIS benchmark.
var gateEvents = []string{"AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress",
	"CreateSecurityGroup", "DeleteSecurityGroup", "CreateNetworkAcl", "CreateNetworkAclEntry", "DeleteNetworkAcl", "DeleteNetworkAclEntry",
	"ReplaceNetworkAclEntry", "ReplaceNetworkAclAssociation"}

// named is a pattern that takes events by their names.
func named(events ...string) string {
	var parts []string
	for _, e := range events {
		parts = append(parts, "($.eventName = "+e+")")
	}
	return "{ " + strings.Join(parts, " || ") + " }"
}

func filterOf(name, group, pattern, metric string) string {
	return `{"filterName":"` + name + `","logGroupName":"` + group + `","filterPattern":` + quoted(pattern) +
		`,"metricTransformations":[{"metricName":"` + metric + `","metricNamespace":"Trail","metricValue":"1"}]}`
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"` }

func TestAlarmOnChangesOfGates(t *testing.T) {
	t.Parallel()
	const group = "arn:aws:logs:us-east-1:111122223333:log-group:trail:*"
	trail := func(members string) []asked {
		return trailsAsked(mainTrail, members, `{"IsLogging":true}`, `{"TrailARN":"`+mainTrail+`",`+allEvents+`}`)
	}
	logged := trail(wide + `,"CloudWatchLogsLogGroupArn":"` + group + `"`)
	filters := func(items ...string) asked {
		return asked{awsfact.CallMetricFilters, there, "", `{"metricFilters":[` + strings.Join(items, ",") + `]}`}
	}
	alarms := func(items ...string) asked { return asked{awsfact.CallAlarms, there, "", alarmList(items...)} }
	watch := alarms(alarmOn("a", `"Namespace":"Trail","MetricName":"GateChanges","Dimensions":[]`))
	all := filterOf("f", "trail", named(gateEvents...), "GateChanges")
	but := func(qs []asked, more ...asked) []asked { return append(append([]asked{}, qs...), more...) }
	for about, c := range map[string]struct {
		qs   []asked
		want any
	}{
		"one filter with all events": {but(logged, filters(all), watch), true},
		"two filters, one alarm each": {but(logged, filters(filterOf("f", "trail", named(gateEvents[:6]...), "Groups"), filterOf("g", "trail", named(gateEvents[6:]...), "Lists")),
			alarms(alarmOn("a", `"Namespace":"Trail","MetricName":"Groups"`), alarmOn("b", `"Namespace":"Trail","MetricName":"Lists"`))), true},
		"by wildcards and the source": {but(logged, filters(filterOf("f", "trail", `{ $.eventSource = "ec2.amazonaws.com" && ($.eventName = *SecurityGroup* || $.eventName = *NetworkAcl*) }`, "GateChanges")), watch), true},
		"only what succeeded":         {but(logged, filters(filterOf("f", "trail", "{ ("+strings.Trim(named(gateEvents...), "{}")+") && ($.errorCode NOT EXISTS) }", "GateChanges")), watch), true},
		"network ACLs are left out":   {but(logged, filters(filterOf("f", "trail", named(gateEvents[:6]...), "GateChanges")), watch), false},
		"one event is left out":       {but(logged, filters(filterOf("f", "trail", named(gateEvents[1:]...), "GateChanges")), watch), false},
		"only what failed":            {but(logged, filters(filterOf("f", "trail", "{ ("+strings.Trim(named(gateEvents...), "{}")+") && ($.errorCode = AccessDenied) }", "GateChanges")), watch), false},
		"only one person's changes": {but(logged, filters(filterOf("f", "trail", "{ ("+strings.Trim(named(gateEvents...), "{}")+") && ($.userIdentity.userName = eve) }", "GateChanges")), watch),
			"? unknown_value { ( ($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = AuthorizeSecu…"},
		"a pattern over words":       {but(logged, filters(filterOf("f", "trail", "?SecurityGroup ?NetworkAcl", "GateChanges")), watch), "? unknown_value ?SecurityGroup ?NetworkAcl"},
		"no alarm on it":             {but(logged, filters(all), alarms()), false},
		"an alarm on another metric": {but(logged, filters(all), alarms(alarmOn("a", `"Namespace":"Trail","MetricName":"Logins"`))), false},
		"an alarm with dimensions": {but(logged, filters(all), alarms(alarmOn("a", `"Namespace":"Trail","MetricName":"GateChanges","Dimensions":[{"Name":"Who","Value":"x"}]`))),
			"? unknown_value dimensions, or an expression over GateChanges"},
		"a filter on another log group":    {but(logged, filters(filterOf("f", "app", named(gateEvents...), "GateChanges")), watch), false},
		"no filter":                        {but(logged, filters(), watch), false},
		"the filters were refused":         {but(logged, asked{awsfact.CallMetricFilters, there, "", ""}, watch), "? denied denied"},
		"the alarms were refused":          {but(logged, filters(all), asked{awsfact.CallAlarms, there, "", ""}), "? denied denied"},
		"no event passes, alarms refused":  {but(logged, filters(filterOf("f", "trail", named("ConsoleLogin"), "x")), asked{awsfact.CallAlarms, there, "", ""}), false},
		"the trail writes to no log group": {but(trail(wide), filters(all), watch), false},
		"the trail is of one region":       {but(trail(strings.Replace(wide, "true", "false", 1)+`,"CloudWatchLogsLogGroupArn":"`+group+`"`), filters(all), watch), false},
		"the log group is another account's": {but(trail(wide+`,"CloudWatchLogsLogGroupArn":"`+strings.Replace(group, account, "999988887777", 1)+`"`), filters(all), watch),
			"? not_collected a log group of account 999988887777"},
		"its status was refused": {but(trailsAsked(mainTrail, wide+`,"CloudWatchLogsLogGroupArn":"`+group+`"`, "", `{"TrailARN":"`+mainTrail+`",`+allEvents+`}`), filters(all), watch), "? denied denied"},
	} {
		t.Run(about, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, told(accountIn(t, scanned(t, c.qs...)).ChangeAlarm)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
