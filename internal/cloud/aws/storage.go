package aws

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"plumbline/internal/cloud/aws/awsfact"
)

// storageListings are about disks, and what of them is open to anybody.
var storageListings = []listing{
	single(awsfact.CallEncryption, func(ctx context.Context, api *clients) error {
		_, err := api.ec2.GetEbsEncryptionByDefault(ctx, &ec2.GetEbsEncryptionByDefaultInput{})
		return err
	}),
	single(awsfact.CallSnapshotBlock, func(ctx context.Context, api *clients) error {
		_, err := api.ec2.GetSnapshotBlockPublicAccessState(ctx, &ec2.GetSnapshotBlockPublicAccessStateInput{})
		return err
	}),
	single(awsfact.CallImageBlock, func(ctx context.Context, api *clients) error {
		_, err := api.ec2.GetImageBlockPublicAccessState(ctx, &ec2.GetImageBlockPublicAccessStateInput{})
		return err
	}),
	single(awsfact.CallSerialConsole, func(ctx context.Context, api *clients) error {
		_, err := api.ec2.GetSerialConsoleAccessStatus(ctx, &ec2.GetSerialConsoleAccessStatusInput{})
		return err
	}),
	{call: awsfact.CallSnapshots, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeSnapshots(ctx, &ec2.DescribeSnapshotsInput{
			OwnerIds: []string{"self"}, RestorableByUserIds: []string{"all"}, MaxResults: api.size(1000), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
	{call: awsfact.CallVolumes, send: func(ctx context.Context, api *clients, token *string) (*string, error) {
		out, err := api.ec2.DescribeVolumes(ctx, &ec2.DescribeVolumesInput{
			Filters: []filter{matching("encrypted", "false")}, MaxResults: api.size(1000), NextToken: token,
		})
		if err != nil {
			return nil, err
		}
		return out.NextToken, nil
	}},
}
