package aws

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// askUserData asks for what instances run when they start, one by one: EC2 has
// no other way. What an earlier scan read of an instance that has been running
// ever since is handed on.
func (b *sides) askUserData(ctx context.Context, ms []machine) (found []snapshot.Resource, err error) {
	s := b.userData
	for _, m := range ms {
		if !s.Open() {
			break
		}
		if over[m.state] {
			continue
		}
		if r, ok := b.recall(m); ok {
			found = append(found, r)
			s.q.Answer.Items++
			continue
		}
		got, err := s.ask(ctx, func(ctx context.Context, _ *string) (*string, error) {
			_, err := b.api.ec2.DescribeInstanceAttribute(ctx, &ec2.DescribeInstanceAttributeInput{InstanceId: &m.id, Attribute: types.InstanceAttributeNameUserData})
			if isGone(err) {
				return nil, nil
			}
			return nil, err
		}, nil)
		if err != nil {
			return nil, err
		}
		found = append(found, got...)
	}
	return found, nil
}

// isGone says that an instance ended after it was listed.
func isGone(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.HasPrefix(api.ErrorCode(), "InvalidInstanceID.") && inner(err) == nil
}

// recall finds what an earlier scan read. User data can be changed while an
// instance is stopped, and at no other time (EC2 user guide).
func (b *sides) recall(m machine) (snapshot.Resource, bool) {
	if b.options.Recall == nil || m.state != "running" || m.launched.IsZero() {
		return snapshot.Resource{}, false
	}
	r, ok := b.options.Recall(b.region, m.id, m.launched)
	uid := awsfact.UserDataUID(awsfact.InstanceUID(b.partition, b.region, b.account, m.id))
	if !ok || r.Kind != awsfact.KindUserData || r.UID != uid || r.Format != snapshot.DocFormat || r.Scope != b.in(b.region) || !r.Intact() {
		return snapshot.Resource{}, false
	}
	return r, true
}

// mostFilterValues a filter of EC2 may have (EC2 API reference).
const mostFilterValues = 200

// askInterfaces asks for the network interfaces of those that have an address:
// only there is said whether AWS lets nothing through an internet gateway.
func (b *sides) askInterfaces(ctx context.Context, ms []machine) ([]snapshot.Resource, error) {
	ids := idsOf(ms, func(m machine) bool { return (m.addressed || b.trial()) && !over[m.state] })
	return b.interfaces.inParts(ctx, ids, mostFilterValues, func(ctx context.Context, some []string) ([]snapshot.Resource, error) {
		return b.interfaces.ask(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := b.api.ec2.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{
				Filters: []filter{matching("attachment.instance-id", some...)}, MaxResults: sdk.Int32(1000), NextToken: token,
				IncludeManagedResources: sdk.Bool(true),
			})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		}, nil)
	})
}

// mostQueries a request for metrics may have (CloudWatch API reference).
const mostQueries = 500

// askMetrics asks how often the metadata service was asked without a token: how
// often it answered in two weeks, and how often it refused to in a day.
func (b *sides) askMetrics(ctx context.Context, ms []machine) ([]snapshot.Resource, error) {
	ids := idsOf(ms, anyMachine)
	end := b.options.Now().UTC().Truncate(time.Hour)
	answered := b.sums(awsfact.MetricNoToken, end.Add(-14*day), end, day)
	rejected := b.sums(awsfact.MetricNoTokenRejected, end.Add(-day), end, time.Hour)
	found, err := b.metrics.inParts(ctx, ids, mostQueries, answered)
	if err != nil || b.trial() {
		return found, err
	}
	more, err := b.metrics.inParts(ctx, ids, mostQueries, rejected)
	return append(found, more...), err
}

// sums asks for the sums of a metric of some instances, one for each step. A
// metric without a value in all the time has no document.
func (b *sides) sums(metric string, from, to time.Time, step time.Duration) func(context.Context, []string) ([]snapshot.Resource, error) {
	return func(ctx context.Context, ids []string) ([]snapshot.Resource, error) {
		return b.metrics.ask(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := b.api.watch.GetMetricData(ctx, &cloudwatch.GetMetricDataInput{
				StartTime: &from, EndTime: &to, MetricDataQueries: queries(metric, ids, step), NextToken: token,
			})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		}, func(got []snapshot.Resource) []snapshot.Resource { return filled(whole(got)) })
	}
}

// whole puts the parts of a metric together that came on several pages, the
// only record of AWS's that is told so: its values one after the other, and
// the rest as the last part says ("PartialData" until then, CloudWatch API
// reference). A part that is of another kind stands for the whole: what could
// not be added up is no sum.
func whole(parts []snapshot.Resource) []snapshot.Resource {
	at := map[string]int{}
	var list []snapshot.Resource
	var rd wire.Reader
	for _, p := range parts {
		i, more := at[p.UID]
		if !more {
			at[p.UID] = len(list)
			list = append(list, p)
			continue
		}
		first, ok := values(&rd, list[i].Doc)
		if !ok || !goesOn(&rd, list[i].Doc) {
			continue
		}
		last, ok := values(&rd, p.Doc)
		if !ok {
			list[i] = p
			continue
		}
		if len(first) > 0 && len(last) > 0 {
			p.Doc = bytes.Replace(p.Doc, member(last), member(slices.Concat(first, []byte(","), last)), 1)
		} else if len(first) > 0 {
			p.Doc = bytes.Replace(p.Doc, member(last), member(first), 1)
		}
		p.Seal()
		list[i] = p
	}
	return list
}

// goesOn says that more of a metric may come, or that all of it did.
func goesOn(rd *wire.Reader, doc []byte) bool {
	v, err := rd.Read(doc)
	return err == nil && (v.Get("StatusCode").Is("PartialData") || v.Get("StatusCode").Is("Complete"))
}

func member(list []byte) []byte { return slices.Concat([]byte(`"Values":[`), list, []byte("]")) }

// values are what stands between the brackets of a metric's values.
func values(rd *wire.Reader, doc []byte) (list []byte, ok bool) {
	v, err := rd.Read(doc)
	if err != nil || !v.Get("Values").IsList() {
		return nil, false
	}
	raw := v.Get("Values").Raw()
	return bytes.Clone(raw[1 : len(raw)-1]), true
}

func queries(metric string, ids []string, step time.Duration) []cwtypes.MetricDataQuery {
	list := make([]cwtypes.MetricDataQuery, 0, len(ids))
	for _, id := range ids {
		list = append(list, cwtypes.MetricDataQuery{
			Id: sdk.String(awsfact.MetricID(id, metric)), Label: &metric,
			MetricStat: &cwtypes.MetricStat{
				Metric: &cwtypes.Metric{
					Namespace: sdk.String("AWS/EC2"), MetricName: &metric,
					Dimensions: []cwtypes.Dimension{{Name: sdk.String("InstanceId"), Value: sdk.String(id)}},
				},
				Period: sdk.Int32(int32(step.Seconds())), Stat: sdk.String("Sum"),
			},
		})
	}
	return list
}

// filled leaves out the metrics that have no value, unless something is wrong
// with them.
func filled(rs []snapshot.Resource) []snapshot.Resource {
	var rd wire.Reader
	return slices.DeleteFunc(rs, func(r snapshot.Resource) bool {
		list, ok := values(&rd, r.Doc)
		if !ok || len(list) > 0 {
			return false
		}
		v, err := rd.Read(r.Doc)
		return err == nil && v.Get("StatusCode").Is("Complete")
	})
}

// mostManaged instances Systems Manager tells of at once.
const mostManaged = 50

// askManaged asks what Systems Manager knows of the instances, and of those
// that it knows how well they are patched.
func (b *sides) askManaged(ctx context.Context, ms []machine) ([]snapshot.Resource, error) {
	ids := idsOf(ms, func(m machine) bool { return !over[m.state] })
	known, err := b.managed.inParts(ctx, ids, mostManaged, func(ctx context.Context, some []string) ([]snapshot.Resource, error) {
		return b.managed.ask(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := b.api.ssm.DescribeInstanceInformation(ctx, &ssm.DescribeInstanceInformationInput{
				Filters:    []ssmtypes.InstanceInformationStringFilter{{Key: sdk.String("InstanceIds"), Values: some}},
				MaxResults: sdk.Int32(mostManaged), NextToken: token,
			})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		}, instancesOnly)
	})
	if err != nil {
		return nil, err
	}
	patches, err := b.askPatches(ctx, known)
	return append(known, patches...), err
}

func (b *sides) askPatches(ctx context.Context, known []snapshot.Resource) ([]snapshot.Resource, error) {
	var ids []string
	for i := range known {
		instance := strings.TrimSuffix(known[i].UID, awsfact.ManagedUID(""))
		ids = append(ids, instance[strings.LastIndexByte(instance, '/')+1:])
	}
	return b.patches.inParts(ctx, ids, mostManaged, func(ctx context.Context, some []string) ([]snapshot.Resource, error) {
		return b.patches.ask(ctx, func(ctx context.Context, token *string) (*string, error) {
			out, err := b.api.ssm.DescribeInstancePatchStates(ctx, &ssm.DescribeInstancePatchStatesInput{
				InstanceIds: some, MaxResults: sdk.Int32(mostManaged), NextToken: token,
			})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		}, nil)
	})
}
