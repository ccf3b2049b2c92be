package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// watchListings are about who would notice that something happens, and what
// could be brought back.
var watchListings = []listing{
	{call: awsfact.CallAlarms, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.watch.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{
			AlarmTypes: []cwtypes.AlarmType{cwtypes.AlarmTypeMetricAlarm}, MaxRecords: api.size(100), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallMetricFilters, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.logs.DescribeMetricFilters(ctx, &cloudwatchlogs.DescribeMetricFiltersInput{Limit: api.size(50), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallAnalyzers, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.analyzer.ListAnalyzers(ctx, &accessanalyzer.ListAnalyzersInput{MaxResults: api.size(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	single(awsfact.CallRecorder, func(ctx context.Context, api *clients) error {
		_, err := api.config.DescribeConfigurationRecorderStatus(ctx, &configservice.DescribeConfigurationRecorderStatusInput{})
		return err
	}),
	{call: awsfact.CallVaults, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.backup.ListBackupVaults(ctx, &backup.ListBackupVaultsInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallProtected, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.backup.ListProtectedResources(ctx, &backup.ListProtectedResourcesInput{MaxResults: api.size(1000), NextToken: token})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
}

// detectors are GuardDuty's: a region has one at most.
func (r *round) detectors(ctx context.Context) error {
	var ids []string
	err := r.list(ctx, listing{
		call: awsfact.CallDetectors,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.guardduty.ListDetectors(ctx, &guardduty.ListDetectorsInput{MaxResults: api.size(50), NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		each: func(_ *snapshot.Resource, v wire.Value) { ids = append(ids, text(v, "value")) },
	})
	if err != nil {
		return err
	}
	return each(ctx, r, ids, func(ctx context.Context, id string) error {
		l := single(awsfact.CallDetector, func(ctx context.Context, api *clients) error {
			_, err := api.guardduty.GetDetector(ctx, &guardduty.GetDetectorInput{DetectorId: &id})
			return err
		})
		l.subject, l.about = id, []label{{awsfact.AboutDetector, id}}
		return r.list(ctx, l)
	})
}
