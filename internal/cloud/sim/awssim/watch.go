package awssim

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"plumbline/internal/cloud/sim"
)

// watchOps are the calls of the services that would notice misuse.
var watchOps = map[string]jsonOp{
	"guardduty:ListDetectors":  (*Server).listDetectors,
	"guardduty:GetDetector":    (*Server).getDetector,
	"guardduty:CreateDetector": (*Server).createDetector,
	"guardduty:UpdateDetector": (*Server).updateDetector,

	"access-analyzer:ListAnalyzers":              (*Server).listAnalyzers,
	"config:DescribeConfigurationRecorderStatus": (*Server).recorderStatus,
	"logs:DescribeMetricFilters":                 (*Server).metricFilters,

	"cloudtrail:DescribeTrails":    (*Server).describeTrails,
	"cloudtrail:GetTrailStatus":    (*Server).trailStatus,
	"cloudtrail:GetEventSelectors": (*Server).eventSelectors,
}

// onWord is what GuardDuty calls on and off.
func onWord(on bool) string {
	if on {
		return "ENABLED"
	}
	return "DISABLED"
}

func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// argSize reads maxResults of the URL.
func (a ask) argSize(c *caller, most int) (int, *refusal) {
	return sizeOf(c, a.args.Get("maxResults"), 1, most, most)
}

func (s *Server) listDetectors(c *caller, a ask) (any, *refusal) {
	if no := a.knows("maxResults", "nextToken"); no != nil {
		return nil, no
	}
	size, no := a.argSize(c, 50)
	if no != nil {
		return nil, no
	}
	ids := []string{}
	c.region.Watch().View(func(w *sim.Watch) {
		for _, d := range w.Detectors {
			ids = append(ids, d.ID)
		}
	})
	return paged(s, c, object{}, "detectorIds", ids, size, a.args.Get("nextToken"), "nextToken")
}

func noSuchDetector() *refusal {
	return badRequest("BadRequestException", "The request is rejected because the input detectorId is not owned by the current account.")
}

func (s *Server) getDetector(c *caller, a ask) (any, *refusal) {
	var out object
	c.region.Watch().View(func(w *sim.Watch) {
		for _, d := range w.Detectors {
			if d.ID == a.path[0] {
				out = object{
					"createdAt": isoTime(d.Made), "updatedAt": isoTime(d.Made), "findingPublishingFrequency": "SIX_HOURS", "status": onWord(d.Enabled), "tags": object{},
					"serviceRole": "arn:aws:iam::" + c.account.ID + ":role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty",
					"features":    []object{{"name": "CLOUD_TRAIL", "status": onWord(d.Enabled), "updatedAt": seconds(d.Made)}},
				}
			}
		}
	})
	if out == nil {
		return nil, noSuchDetector()
	}
	return out, nil
}

type detectorRequest struct {
	Enable      *bool           `json:"enable"`
	ClientToken string          `json:"clientToken"`
	Frequency   string          `json:"findingPublishingFrequency"`
	Features    json.RawMessage `json:"features"`
	Tags        json.RawMessage `json:"tags"`
}

// createDetector makes the one detector that a region may have.
func (s *Server) createDetector(c *caller, a ask) (any, *refusal) {
	var q detectorRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	if q.Enable == nil {
		return nil, badRequest("BadRequestException", "The request is rejected because the parameter enable is missing.")
	}
	var no *refusal
	d := sim.Detector{ID: strings.Repeat(c.account.ID, 3)[:32], Enabled: *q.Enable, Made: s.opt.Now()}
	c.region.Watch().Change(func(w *sim.Watch) {
		if len(w.Detectors) > 0 {
			no = badRequest("BadRequestException", "The request is rejected because a detector already exists for the current account.")
			return
		}
		w.Detectors = []sim.Detector{d}
	})
	return object{"detectorId": d.ID}, no
}

func (s *Server) updateDetector(c *caller, a ask) (any, *refusal) {
	var q detectorRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	no := noSuchDetector()
	c.region.Watch().Change(func(w *sim.Watch) {
		n := slices.IndexFunc(w.Detectors, func(d sim.Detector) bool { return d.ID == a.path[0] })
		if n < 0 {
			return
		}
		no = nil
		w.Detectors = slices.Clone(w.Detectors)
		if q.Enable != nil {
			w.Detectors[n].Enabled = *q.Enable
		}
	})
	return object{}, no
}

func (s *Server) listAnalyzers(c *caller, a ask) (any, *refusal) {
	if no := a.knows("maxResults", "nextToken", "type"); no != nil {
		return nil, no
	}
	size, no := a.argSize(c, 100)
	if no != nil {
		return nil, no
	}
	all := []object{}
	c.region.Watch().View(func(w *sim.Watch) {
		for _, x := range w.Analyzers {
			if t := a.args.Get("type"); t == "" || t == x.Type {
				all = append(all, object{"arn": "arn:aws:access-analyzer:" + c.region.Name + ":" + c.account.ID + ":analyzer/" + x.Name, "name": x.Name, "type": x.Type, "status": x.Status, "createdAt": isoTime(x.Made)})
			}
		}
	})
	return paged(s, c, object{}, "analyzers", all, size, a.args.Get("nextToken"), "nextToken")
}

func (s *Server) recorderStatus(c *caller, a ask) (any, *refusal) {
	if no := a.into(&struct{ ConfigurationRecorderNames []string }{}); no != nil {
		return nil, no
	}
	all := []object{}
	c.region.Watch().View(func(w *sim.Watch) {
		for _, x := range w.Recorders {
			all = append(all, object{"name": x.Name, "recording": x.Recording, "lastStatus": x.Status, "lastStartTime": seconds(x.Started), "lastStatusChangeTime": seconds(x.Started)})
		}
	})
	c.items = len(all)
	return object{"ConfigurationRecordersStatus": all}, nil
}

type filtersRequest struct {
	LogGroupName     string `json:"logGroupName"`
	FilterNamePrefix string `json:"filterNamePrefix"`
	NextToken        string `json:"nextToken"`
	MetricName       string `json:"metricName"`
	MetricNamespace  string `json:"metricNamespace"`
	Limit            int    `json:"limit"`
}

func (s *Server) metricFilters(c *caller, a ask) (any, *refusal) {
	var q filtersRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	size, no := sized(c, q.Limit, 1, 50, 50)
	if no != nil {
		return nil, no
	}
	all := []object{}
	c.region.Watch().View(func(w *sim.Watch) {
		for _, x := range w.Filters {
			all = append(all, object{"filterName": x.Name, "filterPattern": x.Pattern, "logGroupName": x.LogGroup, "creationTime": 1740816000000,
				"metricTransformations": []object{{"metricName": x.Metric, "metricNamespace": x.Namespace, "metricValue": "1"}}})
		}
	})
	return paged(s, c, object{}, "metricFilters", all, size, q.NextToken, "nextToken")
}

func (c *caller) trailARN(t sim.Trail) string {
	return "arn:aws:cloudtrail:" + t.Home + ":" + c.account.ID + ":trail/" + t.Name
}

// describeTrails tells the trails of the region, and those of other regions
// that record it too, unless shadows are not wanted.
func (s *Server) describeTrails(c *caller, a ask) (any, *refusal) {
	var q struct {
		IncludeShadowTrails *bool    `json:"includeShadowTrails"`
		TrailNameList       []string `json:"trailNameList"`
	}
	if no := a.into(&q); no != nil {
		return nil, no
	}
	all := []object{}
	for _, t := range c.account.TrailsNow() {
		shadow := t.Home != c.region.Name
		if shadow && (!t.MultiRegion || q.IncludeShadowTrails != nil && !*q.IncludeShadowTrails) {
			continue
		}
		if len(q.TrailNameList) > 0 && !slices.Contains(q.TrailNameList, t.Name) && !slices.Contains(q.TrailNameList, c.trailARN(t)) {
			continue
		}
		all = append(all, known(object{
			"CloudWatchLogsLogGroupArn": c.logGroupARN(t), "Name": t.Name, "TrailARN": c.trailARN(t), "HomeRegion": t.Home, "S3BucketName": "trail-" + c.account.ID, "IncludeGlobalServiceEvents": t.Global, "IsMultiRegionTrail": t.MultiRegion,
			"LogFileValidationEnabled": t.Validated, "IsOrganizationTrail": t.Organisation, "HasCustomEventSelectors": t.AdvancedCategories != nil, "HasInsightSelectors": false,
		}))
	}
	c.items = len(all)
	return object{"trailList": all}, nil
}

// logGroupARN is the log group that a trail writes to, "" for none.
func (c *caller) logGroupARN(t sim.Trail) string {
	if t.LogGroup == "" {
		return ""
	}
	return "arn:aws:logs:" + t.Home + ":" + c.account.ID + ":log-group:" + t.LogGroup + ":*"
}

// trail finds one by ARN, or, in its own region, by name.
func (c *caller) trail(name string) (sim.Trail, *refusal) {
	for _, t := range c.account.TrailsNow() {
		if name == c.trailARN(t) || name == t.Name && t.Home == c.region.Name {
			return t, nil
		}
	}
	return sim.Trail{}, badRequest("TrailNotFoundException", "Unknown trail: "+name+" for the user: "+c.account.ID)
}

func (s *Server) trailStatus(c *caller, a ask) (any, *refusal) {
	var q struct{ Name string }
	if no := a.into(&q); no != nil {
		return nil, no
	}
	t, no := c.trail(q.Name)
	if no != nil {
		return nil, no
	}
	out := object{"IsLogging": t.Logging, "StartLoggingTime": seconds(time.Date(2025, 3, 1, 8, 0, 0, 0, time.UTC))}
	if t.Logging {
		out["LatestDeliveryTime"] = seconds(s.opt.Now())
	}
	return out, nil
}

func (s *Server) eventSelectors(c *caller, a ask) (any, *refusal) {
	var q struct{ TrailName string }
	if no := a.into(&q); no != nil {
		return nil, no
	}
	t, no := c.trail(q.TrailName)
	if no != nil {
		return nil, no
	}
	if t.AdvancedCategories != nil {
		return object{"TrailARN": c.trailARN(t), "AdvancedEventSelectors": advanced(t)}, nil
	}
	all := []object{}
	for _, x := range t.Selectors {
		all = append(all, object{"ReadWriteType": x.Reads, "IncludeManagementEvents": x.Management, "DataResources": []any{}, "ExcludeManagementEventSources": append([]string{}, x.Excluded...)})
	}
	return object{"TrailARN": c.trailARN(t), "EventSelectors": all}, nil
}

func advanced(t sim.Trail) []object {
	var out []object
	for _, category := range t.AdvancedCategories {
		fields := []object{{"Field": "eventCategory", "Equals": []string{category}}}
		if category == "Management" && t.AdvancedReadOnly != "" {
			fields = append(fields, object{"Field": "readOnly", "Equals": []string{t.AdvancedReadOnly}})
		}
		if category == "Data" {
			fields = append(fields, object{"Field": "resources.type", "Equals": []string{"AWS::S3::Object"}})
		}
		out = append(out, object{"Name": strings.ToLower(category) + " events", "FieldSelectors": fields})
	}
	return out
}
