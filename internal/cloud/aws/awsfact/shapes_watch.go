package awsfact

import "plumbline/internal/wire"

var watchShapes = map[string]*wire.Shape{
	CallTrails: {Kind: KindTrail, JSON: true, Split: listIfAny("trailList"), Secrets: []string{"Name", "S3KeyPrefix", "SnsTopicName"}},
	CallTrailStatus: {
		Kind: KindTrailStatus, JSON: true, Split: wholeReply,
		Drop: []string{"LatestCloudWatchLogsDeliveryTime", "LatestDeliveryAttemptSucceeded", "LatestDeliveryAttemptTime", "LatestDeliveryTime",
			"LatestDigestDeliveryTime", "LatestNotificationAttemptSucceeded", "LatestNotificationAttemptTime", "LatestNotificationTime"},
	},
	CallTrailSelectors: {
		Kind: KindTrailSelectors, JSON: true, Split: wholeReply,
		Sets: setsAt("AdvancedEventSelectors", "AdvancedEventSelectors/FieldSelectors:Field", "EventSelectors",
			"EventSelectors/DataResources:Type", "EventSelectors/DataResources/Values", "EventSelectors/ExcludeManagementEventSources"),
		Secrets: []string{"AdvancedEventSelectors/Name"},
	},
	CallDetectors: {Kind: KindDetectorID, JSON: true, Split: listIn("detectorIds")},
	CallDetector: {
		Kind: KindDetector, JSON: true, Split: wholeReply,
		Sets:    setsAt("features:name", "features/additionalConfiguration:name"),
		Secrets: []string{"tags/*"},
		Named:   map[string]wire.Pair{"tags": {}},
	},
	CallAnalyzers: {
		Kind: KindAnalyzer, JSON: true, Split: listIn("analyzers"),
		Secrets: []string{"name", "tags/*"},
		Named:   map[string]wire.Pair{"tags": {}},
		Drop:    []string{"lastResourceAnalyzed", "lastResourceAnalyzedAt"},
	},
	CallRecorder: {
		Kind: KindRecorder, JSON: true, Split: listIfAny("ConfigurationRecordersStatus"),
		Secrets: []string{"lastErrorMessage"},
		Drop:    []string{"lastStatusChangeTime"},
	},
	CallAlarms: {
		Kind: KindAlarm, JSON: true, Split: listIfAny("MetricAlarms"),
		Sets:    setsAt("AlarmActions", "Dimensions:Name", "InsufficientDataActions", "Metrics:Id", "OKActions"),
		Secrets: []string{"AlarmDescription", "AlarmName", "Dimensions/Value"},
		Drop:    []string{"EvaluationState", "StateReason", "StateReasonData", "StateTransitionedTimestamp", "StateUpdatedTimestamp", "StateValue"},
	},
	CallMetricFilters: {
		Kind: KindMetricFilter, JSON: true, Split: listIfAny("metricFilters"),
		Sets:    setsAt("emitSystemFieldDimensions", "metricTransformations"),
		Secrets: []string{"filterName", "filterPattern", "metricTransformations/dimensions/*"},
	},
	CallVaults: {
		Kind: KindVault, JSON: true, Split: listIfAny("BackupVaultList"),
		Secrets: []string{"BackupVaultName", "CreatorRequestId"},
		Drop:    []string{"NumberOfRecoveryPoints"},
	},
	CallProtected: {
		Kind: KindProtected, JSON: true, Split: listIfAny("Results"),
		Secrets: []string{"ResourceName"},
		Drop:    []string{"LastRecoveryPointArn"},
	},
}
