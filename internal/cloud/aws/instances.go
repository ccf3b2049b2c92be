package aws

import (
	"context"
	"errors"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"plumbline/internal/cloud"
	"plumbline/internal/cloud/aws/awsfact"
)

// pageSize is the largest that EC2 allows. Without a size the call falls into
// a smaller rate limit (EC2 API reference, request throttling).
const pageSize = 1000

// instances lists the instances of a region, page by page. The list is cut out
// of each page before the SDK sees it: decoding it costs 200 µs an instance,
// the document 14.
func (c *Collector) instances(ctx context.Context, sink cloud.Sink, region string) error {
	client := c.ec2(region)
	q := c.ask(awsfact.CallInstances, region)
	q.tap.whole = false
	// An account may hide the instances that AWS services operate for it. They
	// hold credentials like any other.
	in := &ec2.DescribeInstancesInput{MaxResults: &c.options.page, IncludeManagedResources: sdk.Bool(true)}
	seen, empty := map[string]bool{}, 0
	for {
		out, err := instancePage(ctx, q, client, in)
		if err != nil {
			return q.refuse(ctx, sink, err)
		}
		if err := q.deliver(ctx, sink); err != nil {
			return q.void(ctx, sink, err)
		}
		empty++
		if len(q.tap.resources) > 0 {
			empty = 0
		}
		token := sdk.ToString(out.NextToken)
		switch {
		case token == "":
			return q.complete(ctx, sink)
		case seen[token]:
			return q.refuse(ctx, sink, errTokenLoop)
		case empty > mostEmpty:
			return q.refuse(ctx, sink, errNoEnd)
		}
		seen[token] = true
		in.NextToken = &token
	}
}

// mostEmpty pages may follow each other. EC2 may return one with nothing in it
// and a token (EC2 API reference, pagination); a listing that does nothing else
// never ends.
const mostEmpty = 100

var errNoEnd = &badReply{code: codeTokenLoop, err: errors.New("page after page is empty and names another as the next")}

var errTokenLoop = &badReply{code: codeTokenLoop, err: errors.New("a page names, as the one after it, a page that came before")}

func instancePage(ctx context.Context, q *question, client *ec2.Client, in *ec2.DescribeInstancesInput) (out *ec2.DescribeInstancesOutput, err error) {
	err = q.page(ctx, func(ctx context.Context, tap tapInstaller) (err error) {
		out, err = client.DescribeInstances(ctx, in, func(o *ec2.Options) { o.APIOptions = append(o.APIOptions, tap) })
		return err
	})
	return out, err
}

// metadataDefaults asks what a region gives to a new instance.
func (c *Collector) metadataDefaults(ctx context.Context, sink cloud.Sink, region string) error {
	client := c.ec2(region)
	q := c.ask(awsfact.CallDefaults, region)
	err := q.page(ctx, func(ctx context.Context, tap tapInstaller) error {
		_, err := client.GetInstanceMetadataDefaults(ctx, &ec2.GetInstanceMetadataDefaultsInput{},
			func(o *ec2.Options) { o.APIOptions = append(o.APIOptions, tap) })
		return err
	})
	if err != nil {
		return q.refuse(ctx, sink, err)
	}
	if err := q.deliver(ctx, sink); err != nil {
		return q.void(ctx, sink, err)
	}
	return q.complete(ctx, sink)
}
