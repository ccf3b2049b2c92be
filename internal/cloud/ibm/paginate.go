package ibm

import (
	"context"

	"github.com/IBM/vpc-go-sdk/vpcv1"

	"plumbline/internal/cloud/ask"
	"plumbline/internal/wire"
)

// Paginate lists every virtual server of every region with the SDK's own pager
// and throws the result away: the floor that a bench holds the collector
// against. It returns how many there were.
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
	vpc, err := c.vpcIn(region)
	if err != nil {
		return 0, err
	}
	p, err := vpc.NewInstancesPager(&vpcv1.ListInstancesOptions{Limit: &c.options.page})
	if err != nil {
		return 0, err
	}
	for p.HasNext() {
		page, err := p.GetNextWithContext(ctx)
		if err != nil {
			return n, err
		}
		n += len(page)
	}
	return n, nil
}
