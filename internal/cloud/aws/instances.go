package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/ask"
	"plumbline/internal/cloud/aws/awsfact"
)

// pageSize is the largest that EC2 allows. Without a size the call falls into
// a smaller rate limit (EC2 API reference, request throttling).
const pageSize = 1000

// instances lists the instances of a region, page by page, and asks for what
// stands beside those of each page. The list is cut out of each page before the
// SDK sees it: decoding it costs 200 µs an instance, the document 14.
func (c *Collector) instances(ctx context.Context, sink cloud.Sink, region string) error {
	r := c.round(sink, region)
	b, err := r.beside(ctx)
	if err != nil {
		return err
	}
	q := c.ask(awsfact.CallInstances, region)
	q.tap.Whole = false
	// An account may hide the instances that AWS services operate for it. They
	// hold credentials like any other.
	in := &ec2.DescribeInstancesInput{MaxResults: r.api.size(c.options.page), IncludeManagedResources: sdk.Bool(true)}
	return b.after(ctx, q.List(ctx, sink, ask.Listing{
		One: r.trial(),
		Page: func(ctx context.Context, token *string) (*string, error) {
			in.NextToken = token
			out, err := r.instancePage(ctx, q, in)
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		// What else is asked takes its time, and the sink has to wait for it:
		// what belongs to an instance comes with it.
		Deliver: func(ctx context.Context) error { return b.deliver(ctx, q) },
	}))
}

func (r *round) instancePage(ctx context.Context, q *question, in *ec2.DescribeInstancesInput) (out *ec2.DescribeInstancesOutput, err error) {
	err = q.page(ctx, func(ctx context.Context) (err error) {
		out, err = r.api.ec2.DescribeInstances(ctx, in)
		return err
	})
	return out, err
}
