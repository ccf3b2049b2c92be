package aws

import (
	"github.com/aws/aws-sdk-go-v2/service/accessanalyzer"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/backup"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchschemas "github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/configservice"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancing"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

// clients of AWS's services in one region.
type clients struct {
	analyzer   *accessanalyzer.Client
	backup     *backup.Client
	classic    *elb.Client
	config     *configservice.Client
	ec2        *ec2.Client
	ecs        *ecs.Client
	elb        *elbv2.Client
	guardduty  *guardduty.Client
	iam        *iam.Client
	logs       *cloudwatchlogs.Client
	orgs       *organizations.Client
	scaling    *autoscaling.Client
	ssm        *ssm.Client
	trail      *cloudtrail.Client
	watch      *cloudwatch.Client
	smallPages bool // ask for as little as a call allows
}

// clientsIn makes clients that ask in a region. An endpoint that was named
// stands for every service: what the environment says of single ones is then
// left alone.
func (c *Collector) clientsIn(region string) *clients {
	cfg := c.config.Copy()
	cfg.Region = region
	if c.options.Endpoint != "" {
		cfg.BaseEndpoint, cfg.ConfigSources = &c.options.Endpoint, nil
	}
	return &clients{
		analyzer:  accessanalyzer.NewFromConfig(cfg),
		backup:    backup.NewFromConfig(cfg),
		classic:   elb.NewFromConfig(cfg),
		config:    configservice.NewFromConfig(cfg),
		ec2:       ec2.NewFromConfig(cfg),
		ecs:       ecs.NewFromConfig(cfg),
		elb:       elbv2.NewFromConfig(cfg),
		guardduty: guardduty.NewFromConfig(cfg),
		iam:       iam.NewFromConfig(cfg),
		logs:      cloudwatchlogs.NewFromConfig(cfg),
		orgs:      organizations.NewFromConfig(cfg),
		scaling:   autoscaling.NewFromConfig(cfg),
		ssm:       ssm.NewFromConfig(cfg),
		trail:     cloudtrail.NewFromConfig(cfg),
		// CloudWatch speaks CBOR unless told otherwise, and documents are made of
		// XML and JSON alone.
		watch: cloudwatch.NewFromConfig(cfg, func(o *cloudwatch.Options) {
			o.Protocol = awsjson.New10(cloudwatchschemas.GraniteServiceVersion20100801)
		}),
		smallPages: c.trial(),
	}
}

// smallest is the least that a page of EC2 may hold.
const smallest = 5

// size of a page, where a call allows so many.
func (a *clients) size(most int32) *int32 {
	if a.smallPages {
		most = min(most, smallest)
	}
	return &most
}

// home is the region where the services of a whole partition are asked (AWS
// General Reference, service endpoints of IAM and Organizations).
func home(partition, configured string) string {
	switch partition {
	case "aws":
		return "us-east-1"
	case "aws-cn":
		return "cn-northwest-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return configured
}
