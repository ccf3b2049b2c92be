package awssim

import (
	"slices"

	"plumbline/internal/cloud/sim"
)

// watchChanges are the calls that change what would notice misuse.
var watchChanges = map[string]jsonOp{
	"access-analyzer:CreateAnalyzer":         (*Server).createAnalyzer,
	"access-analyzer:DeleteAnalyzer":         (*Server).deleteAnalyzer,
	"config:StartConfigurationRecorder":      func(_ *Server, c *caller, a ask) (any, *refusal) { return c.switchRecorder(a, true) },
	"config:StopConfigurationRecorder":       func(_ *Server, c *caller, a ask) (any, *refusal) { return c.switchRecorder(a, false) },
	"logs:PutMetricFilter":                   (*Server).putMetricFilter,
	"logs:DeleteMetricFilter":                (*Server).deleteMetricFilter,
	"cloudwatch:PutMetricAlarm":              (*Server).putMetricAlarm,
	"cloudwatch:DeleteAlarms":                (*Server).deleteAlarms,
	"backup:PutBackupVaultLockConfiguration": func(_ *Server, c *caller, a ask) (any, *refusal) { return c.lockVault(a, true) },
	"backup:DeleteBackupVaultLockConfiguration": func(_ *Server, c *caller, a ask) (any, *refusal) {
		return c.lockVault(a, false)
	},
}

func missingResource(what string) *refusal {
	return &refusal{404, "ResourceNotFoundException", what + " does not exist."}
}

// createAnalyzer makes an analyzer; it is active when it is next asked for.
func (s *Server) createAnalyzer(c *caller, a ask) (any, *refusal) {
	var q struct {
		AnalyzerName string `json:"analyzerName"`
		Type         string `json:"type"`
		ClientToken  string `json:"clientToken"`
	}
	if no := a.into(&q); no != nil {
		return nil, no
	}
	if !slices.Contains([]string{"ACCOUNT", "ORGANIZATION", "ACCOUNT_UNUSED_ACCESS"}, q.Type) || q.AnalyzerName == "" {
		return nil, badRequest("ValidationException", "A name and a type of analyzer are required.")
	}
	var no *refusal
	c.region.Watch().Change(func(w *sim.Watch) {
		for _, x := range w.Analyzers {
			switch {
			case x.Name == q.AnalyzerName:
				no = &refusal{409, "ConflictException", "Analyzer " + x.Name + " already exists."}
			case x.Type == q.Type && q.Type == "ACCOUNT" && x.Status != "FAILED":
				no = &refusal{402, "ServiceQuotaExceededException", "One analyzer of the type ACCOUNT for a region."}
			}
		}
		if no == nil {
			w.Analyzers = append(slices.Clone(w.Analyzers), sim.Analyzer{Name: q.AnalyzerName, Status: "ACTIVE", Type: q.Type, Made: s.opt.Now()})
		}
	})
	return object{"arn": "arn:aws:access-analyzer:" + c.region.Name + ":" + c.account.ID + ":analyzer/" + q.AnalyzerName}, no
}

func (s *Server) deleteAnalyzer(c *caller, a ask) (any, *refusal) {
	if no := a.knows("clientToken"); no != nil {
		return nil, no
	}
	no := missingResource("Analyzer " + a.path[0])
	c.region.Watch().Change(func(w *sim.Watch) {
		w.Analyzers = slices.DeleteFunc(slices.Clone(w.Analyzers), func(x sim.Analyzer) bool {
			is := x.Name == a.path[0]
			if is {
				no = nil
			}
			return is
		})
	})
	return object{}, no
}

// switchRecorder starts or stops a recorder. One that is started has delivered
// when it is next asked for.
func (c *caller) switchRecorder(a ask, on bool) (any, *refusal) {
	var q struct{ ConfigurationRecorderName string }
	if no := a.into(&q); no != nil {
		return nil, no
	}
	no := badRequest("NoSuchConfigurationRecorderException", "Cannot find configuration recorder with the specified name '"+q.ConfigurationRecorderName+"'.")
	c.region.Watch().Change(func(w *sim.Watch) {
		w.Recorders = slices.Clone(w.Recorders)
		for n := range w.Recorders {
			if x := &w.Recorders[n]; x.Name == q.ConfigurationRecorderName {
				x.Recording, no = on, nil
				if on {
					x.Status = "SUCCESS"
				}
			}
		}
	})
	return object{}, no
}

// putMetricFilter makes a filter of a log group, or replaces the one of its
// name. The estate does not know log groups: any is taken to be there.
func (s *Server) putMetricFilter(c *caller, a ask) (any, *refusal) {
	var q struct {
		LogGroupName          string `json:"logGroupName"`
		FilterName            string `json:"filterName"`
		FilterPattern         string `json:"filterPattern"`
		MetricTransformations []struct {
			MetricName      string `json:"metricName"`
			MetricNamespace string `json:"metricNamespace"`
			MetricValue     string `json:"metricValue"`
		} `json:"metricTransformations"`
	}
	if no := a.into(&q); no != nil {
		return nil, no
	}
	if len(q.MetricTransformations) != 1 || q.FilterName == "" || q.LogGroupName == "" || len(q.FilterPattern) > mostPattern {
		return nil, badRequest("InvalidParameterException", "A filter needs a name, a log group, a pattern of up to 1024 characters, and one transformation.")
	}
	t := q.MetricTransformations[0]
	f := sim.MetricFilter{Name: q.FilterName, LogGroup: q.LogGroupName, Pattern: q.FilterPattern, Namespace: t.MetricNamespace, Metric: t.MetricName}
	c.region.Watch().Change(func(w *sim.Watch) {
		w.Filters = append(slices.DeleteFunc(slices.Clone(w.Filters), f.Replaces), f)
	})
	return object{}, nil
}

// mostPattern is the length of the longest pattern, API reference of
// PutMetricFilter.
const mostPattern = 1024

func (s *Server) deleteMetricFilter(c *caller, a ask) (any, *refusal) {
	var q struct {
		LogGroupName string `json:"logGroupName"`
		FilterName   string `json:"filterName"`
	}
	if no := a.into(&q); no != nil {
		return nil, no
	}
	no := badRequest("ResourceNotFoundException", "The specified metric filter does not exist.")
	c.region.Watch().Change(func(w *sim.Watch) {
		left := slices.DeleteFunc(slices.Clone(w.Filters), sim.MetricFilter{Name: q.FilterName, LogGroup: q.LogGroupName}.Replaces)
		if len(left) < len(w.Filters) {
			w.Filters, no = left, nil
		}
	})
	return object{}, no
}

type alarmRequest struct {
	AlarmName, AlarmDescription string
	Namespace, MetricName       string
	Statistic                   string
	Period, EvaluationPeriods   int
	DatapointsToAlarm           int
	Threshold                   *float64
	ComparisonOperator          string
	TreatMissingData            string
	ActionsEnabled              *bool
	AlarmActions                []string
	Metrics                     []alarmMetric
}

type alarmMetric struct {
	ID         string `json:"Id"`
	Expression string
	Period     int
	ReturnData bool
	Label      string
}

// putMetricAlarm makes an alarm, or replaces the one of its name, about one
// metric by name or by a query of Metrics Insights.
func (s *Server) putMetricAlarm(c *caller, a ask) (any, *refusal) {
	var q alarmRequest
	if no := a.into(&q); no != nil {
		return nil, no
	}
	switch {
	case q.AlarmName == "" || q.EvaluationPeriods < 1 || q.ComparisonOperator == "" || q.Threshold == nil:
		return nil, badRequest("ValidationError", "An alarm needs a name, periods, a threshold and a comparison.")
	case (q.MetricName == "") == (len(q.Metrics) == 0):
		return nil, badRequest("ValidationError", "Exactly one of MetricName and Metrics must be set.")
	case q.MetricName != "" && (q.Namespace == "" || q.Statistic == "" || q.Period == 0):
		return nil, badRequest("ValidationError", "A metric needs a namespace, a statistic and a period.")
	}
	x := sim.Alarm{Name: q.AlarmName, Namespace: q.Namespace, Metric: q.MetricName, Actions: q.AlarmActions, ActionsEnabled: q.ActionsEnabled == nil || *q.ActionsEnabled, State: "INSUFFICIENT_DATA", Threshold: *q.Threshold, Comparison: q.ComparisonOperator}
	for _, m := range q.Metrics {
		x.Queries = append(x.Queries, sim.AlarmQuery{ID: m.ID, Expression: m.Expression, Period: m.Period, Returned: m.ReturnData})
	}
	c.region.Watch().Change(func(w *sim.Watch) {
		w.Alarms = append(slices.DeleteFunc(slices.Clone(w.Alarms), func(o sim.Alarm) bool { return o.Name == x.Name }), x)
	})
	return object{}, nil
}

func (s *Server) deleteAlarms(c *caller, a ask) (any, *refusal) {
	var q struct{ AlarmNames []string }
	if no := a.into(&q); no != nil {
		return nil, no
	}
	no := &refusal{404, "ResourceNotFound", "An alarm that is named does not exist."}
	c.region.Watch().Change(func(w *sim.Watch) {
		left := slices.DeleteFunc(slices.Clone(w.Alarms), func(x sim.Alarm) bool { return slices.Contains(q.AlarmNames, x.Name) })
		if len(w.Alarms)-len(left) == len(q.AlarmNames) {
			w.Alarms, no = left, nil
		}
	})
	return object{}, no
}

// lockVault locks a vault in governance mode, or takes such a lock off.
func (c *caller) lockVault(a ask, on bool) (any, *refusal) {
	if no := a.into(&struct {
		MinRetentionDays, MaxRetentionDays int
	}{}); no != nil {
		return nil, no
	}
	no := missingResource("Backup vault " + a.path[0])
	c.region.Watch().Change(func(w *sim.Watch) {
		w.Vaults = slices.Clone(w.Vaults)
		for n := range w.Vaults {
			if w.Vaults[n].Name == a.path[0] {
				w.Vaults[n].Locked, no = on, nil
			}
		}
	})
	return object{}, no
}
