package aws

import (
	"context"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/wire"
)

// Paginate lists every instance of every enabled region with the SDK's own
// paginator and throws the result away: the floor that a bench holds the
// collector against. It returns how many instances there were.
func Paginate(ctx context.Context, o Options) (int, error) {
	o.Redactor = wire.NewRedactor([32]byte{}) // nothing is kept
	c, err := Connect(ctx, o)
	if err != nil {
		return 0, err
	}
	regions, err := c.findRegions(ctx, ask.Nobody{})
	if err != nil {
		return 0, err
	}
	counts := make([]int, len(regions))
	var tasks []ask.Task
	for i, region := range regions {
		tasks = append(tasks, func(ctx context.Context) (err error) {
			counts[i], err = c.paginate(ctx, region)
			return err
		})
	}
	if err := ask.All(ctx, c.options.Parallel, tasks); err != nil {
		return 0, err
	}
	n := 0
	for _, k := range counts {
		n += k
	}
	return n, nil
}

func (c *Collector) paginate(ctx context.Context, region string) (n int, err error) {
	p := ec2.NewDescribeInstancesPaginator(c.clientsIn(region).ec2, &ec2.DescribeInstancesInput{MaxResults: &c.options.page, IncludeManagedResources: sdk.Bool(true)})
	for p.HasMorePages() {
		out, err := p.NextPage(ctx)
		if err != nil {
			return n, err
		}
		for _, r := range out.Reservations {
			n += len(r.Instances)
		}
	}
	return n, nil
}
