package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"plumbline/internal/cloud/aws/awsfact"
	"plumbline/internal/snapshot"
	"plumbline/internal/wire"
)

// mostContainers may be described at once (ECS API reference).
const mostContainers = 100

// clusters are ECS's, with the instances on which their containers run.
func (r *round) clusters(ctx context.Context) error {
	var arns []string
	err := r.list(ctx, listing{
		call: awsfact.CallClusters,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.ecs.ListClusters(ctx, &ecs.ListClustersInput{MaxResults: api.size(100), NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		each: func(res *snapshot.Resource, _ wire.Value) { arns = append(arns, res.UID) },
	})
	if err != nil {
		return err
	}
	return each(ctx, r, arns, r.containers)
}

func (r *round) containers(ctx context.Context, cluster string) error {
	var arns []string
	about := []label{{awsfact.AboutCluster, cluster}}
	err := r.list(ctx, listing{
		call: awsfact.CallContainers, subject: cluster, about: about,
		send: func(ctx context.Context, api *clients, token *string) (*string, error) {
			out, err := api.ecs.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{Cluster: &cluster, MaxResults: api.size(100), NextToken: token})
			if err != nil {
				return nil, err
			}
			return out.NextToken, nil
		},
		each: func(_ *snapshot.Resource, v wire.Value) { arns = append(arns, text(v, "value")) },
	})
	if err != nil || len(arns) == 0 {
		return err
	}
	left := slices.Collect(slices.Chunk(arns, mostContainers))
	return r.list(ctx, listing{
		call: awsfact.CallContainer, subject: cluster, about: about,
		send: func(ctx context.Context, api *clients, _ *string) (*string, error) {
			_, err := api.ecs.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{Cluster: &cluster, ContainerInstances: left[0]})
			if err != nil {
				return nil, err
			}
			left = left[1:]
			return more(len(left)), nil
		},
	})
}
